"""Figures, as files and for notebooks."""
