"""Entry of the client's app: `python -m desktop.participant`."""

from __future__ import annotations

from desktop.app.start import main as start
from desktop.app.wiring import PARTICIPANT_APP


def main() -> int:
    """Run the app; returns its exit code."""
    return start(PARTICIPANT_APP)


if __name__ == "__main__":
    raise SystemExit(main())
