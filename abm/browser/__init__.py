"""The browser page: one model to watch, change and compare (``nssi view``).

`page_model` is the Mesa model behind it, `snapshot` what is drawn of it, `views` draw, `player`
runs the days in a thread of its own, `page` puts Solara components together, `server` serves.
"""
