"""Qt widgets of both apps: draw a state, send an intention; nothing else."""
