"""How a simulated world is looked at: key figures, intervals, simulated surveys and trials."""
