"""Stands here so that this folder is on the import path and tests can share `hand_made`."""
