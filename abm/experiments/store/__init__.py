"""What was computed and is kept by content, never lived twice; and the command `store`.

`store` holds one row a run (`result_rows`), `warm_ups` the worlds at their first reported day.
Both keep files named by a checksum (`files`, `warm_up_files`), and set aside what is damaged.
"""
