"""Many runs: lived anywhere, kept by content, and looked at as designs and sensitivity analyses.

Each sub-package imports only from those named before it:

- `outcomes`: the figures that runs are compared by;
- `store`: what was computed and is kept, results of runs and warm-ups;
- `running`: living many runs in processes or on a cluster;
- `folders`: run folders, and the command `run`;
- `designs`: many points of parameters, and the command `sweep`;
- `sensitivity`: which parameters move which outcomes, and the command `sensitivity`.
"""
