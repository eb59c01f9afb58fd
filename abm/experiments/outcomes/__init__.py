"""The figures that many runs are compared by, each computed from the record of one run.

`outcomes` declares them with unit and sentence; `pooled` counts what they are made from.
"""
