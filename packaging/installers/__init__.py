"""Makes and checks the installers; `packaging/build.py` is the command over it."""
