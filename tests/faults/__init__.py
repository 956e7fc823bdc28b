"""The fault campaign: servers that die or freeze at every step, and what became of the meetings."""
