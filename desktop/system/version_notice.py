"""On which day the quiet line about a newer version was last shown: a restart is no reason to repeat it."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

log = logging.getLogger(__name__)

FILE_NAME = "version-notice.txt"


class VersionNotice:
    """One small file with a date. Both methods may block: call them from a worker thread.

    Args:
        folder: `Paths.data_dir`; made when missing. None keeps the day for this run alone.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE_NAME if folder is not None else None
        self._day: date | None = None

    def read(self) -> date | None:
        """The day; None when it was never shown, or nothing can be read any more."""
        if self._day is None and self._path is not None:
            try:
                self._day = date.fromisoformat(self._path.read_text(encoding="ascii").strip())
            except FileNotFoundError:
                return None
            except (OSError, ValueError) as error:
                log.warning("the day of the version's notice cannot be read: %s", type(error).__name__)
                return None
        return self._day

    def write(self, day: date) -> None:
        """It was shown on this day; what cannot be kept holds for this run."""
        self._day = day
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_text(day.isoformat(), encoding="ascii")
        except OSError as error:
            log.warning("the day of the version's notice cannot be kept: %s", error.strerror)
