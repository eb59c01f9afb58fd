"""Living many runs, keeping them, and going on where it stopped.

`runner` hands missing runs in `tasks` to one of the `executors` and keeps what comes back, while
`claims` tells other processes; `workers` lives the seeds of one scenario, whole records. `store`
holds one row a run, named by its key (`keys`), `warm_ups` the worlds at their first reported day.
`folder` is where a command writes: complete or not there, `parts` what belongs to each seed.
"""
