"""Doing many runs, keeping them, and going on where it stopped.

`run_tasks` hands every `task` to one of the `executors` and returns what comes back;
`result_store` keeps it, named by its key (`keys`), and tells other processes what is being done.
`figures` are runs of which only figures are kept, `seeds` the whole runs of one scenario,
`warm_ups` worlds at their first reported day. `folder` is where a command writes.
"""
