"""Entry of the operator's app: `python -m desktop.hub`."""

from __future__ import annotations

from desktop.app.start import main as start
from desktop.app.wiring import HUB_APP


def main() -> int:
    """Run the app; returns its exit code."""
    return start(HUB_APP)


if __name__ == "__main__":
    raise SystemExit(main())
