"""Many runs, compared and explored: each analysis in a folder of its own.

- `sweeps`: many points of parameters, and what all analyses of many points share;
- `sensitivity`: which parameters move which outcomes;
- `ablation`: one mechanism off at a time;
- `comparison`: the same people with the same draws, with and without something;
- `calibration`: a bank of runs, emulators of it, and a posterior of the free parameters.
"""
