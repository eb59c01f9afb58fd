"""Showing results to a reader: figures, terminal tables, and reports."""
