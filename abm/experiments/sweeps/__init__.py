"""Designs: many points of parameters and switches, run over seeds.

`design` makes them and gives the scenario of each point, `sweep` is the design and table of a
sweep. `study` is what sweeps and sensitivity analyses share: a design run, and a table of it.
`study_folder` is where these two and comparisons write.
"""
