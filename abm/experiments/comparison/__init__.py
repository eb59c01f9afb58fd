"""Comparing scenarios: the same people living the same luck with and without something.

`person_outcomes` is what is kept of a run, `tasks` are its runs and the warm-ups that they share;
`pairing` matches people by their number, `estimates`, `curve_changes` and `packages` say
what follows, and `compare` is all of it from Python.
"""
