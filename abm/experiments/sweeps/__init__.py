"""Designs: many points of parameters and switches, lived over seeds, and the command `sweep`.

`design` makes them, `design_file` reads them, `points` gives the scenario of each point. `study`
is what sweeps and sensitivity analyses share: a design lived, and its folder.
"""
