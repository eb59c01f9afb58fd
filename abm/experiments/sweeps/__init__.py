"""Designs: many points of parameters and switches, lived over seeds.

`design` makes them, `design_file` reads them, `points` gives the scenario of each point, `sweep`
is the table of them all. `study` is what sweeps and sensitivity analyses share: a design lived,
and its folder.
"""
