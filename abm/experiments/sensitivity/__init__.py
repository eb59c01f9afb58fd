"""Which parameters move which outcomes, by Morris or Sobol.

`analysis` goes from runs to tables, by way of `indices` and of `noise`, the share of chance.
"""
