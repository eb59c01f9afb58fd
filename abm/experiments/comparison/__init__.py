"""Comparing scenarios: the same people living the same luck with and without something.

`lives` is what is kept of a run, `shelf` keeps it, `living` and `crew` live what is missing;
`pairing` matches people by their number, `estimates`, `curve_changes` and `packages` say what
follows, and `command` writes and shows it.
"""
