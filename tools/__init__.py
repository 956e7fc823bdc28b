"""Programs behind `dev.py`; never shipped."""
