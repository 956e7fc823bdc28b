"""Start-up and wiring: the only package that may import all the others."""
