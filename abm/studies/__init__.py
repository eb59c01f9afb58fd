"""How the simulated world is looked at: censuses, curves, and simulated studies."""
