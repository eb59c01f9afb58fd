"""Ablation: one mechanism is switched off at a time, and the same people are simulated again."""
