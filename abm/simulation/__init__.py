"""The world that lives the days, and what it writes down.

`run` is a pure function of scenario and seed; `world` lives a day in the order of `schedule`, all
people at once in `kernel`; `record` holds what came of it.
"""
