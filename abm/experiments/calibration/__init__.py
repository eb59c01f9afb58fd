"""Calibration: a bank of runs, emulators of it, and a posterior of the free parameters."""
