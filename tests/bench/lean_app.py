"""A driven app that is started as the apps' own entries start it: `python -m tests.bench.lean_app …`.

The driver needs numpy for its looks into pictures; it is loaded when the window is there.
"""

from __future__ import annotations

from desktop.lean_imports import leave_out_terminal_libraries

if __name__ == "__main__":
    leave_out_terminal_libraries()
    from tests.support.driven_app import main

    raise SystemExit(main())
