"""Desktop apps of MiKL Visio: the Hub and the participant app."""
