"""Entry of the operator's app: `python -m desktop.hub`."""

from __future__ import annotations

from desktop.lean_imports import begin_start


def main() -> int:
    """Run the app; returns its exit code."""
    begin_start()
    from desktop.app.start import main as start  # noqa: PLC0415  (after the line above)
    from desktop.app.wiring import HUB_APP  # noqa: PLC0415

    return start(HUB_APP)


if __name__ == "__main__":
    raise SystemExit(main())
