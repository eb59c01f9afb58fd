"""The evidence: what was published, the simulated study that imitates it, and the verdict."""
