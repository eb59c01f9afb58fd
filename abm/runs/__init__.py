"""Living many runs: in this process, in processes of this machine, or on a Dask cluster.

`runner` hands missing runs in `batches` to one of the `executors` and stores what comes back,
while `claims` tells other processes. `workers` lives the seeds of one scenario, whole records.
"""
