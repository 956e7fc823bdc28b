"""A driven app that is started as the apps' own entries start it: `python -m tests.bench.lean_app …`.

The driver needs numpy for its looks into pictures; it is loaded when the window is there.
"""

from __future__ import annotations

from desktop.lean_imports import begin_start

if __name__ == "__main__":
    begin_start()
    from tests.support.driven_app import main

    raise SystemExit(main())
