"""Notices at the next start that the last run broke off, and keeps what is known of it. Nothing is sent.

A marker lies in the data folder while the app runs. Who finds one at the start, being the only
instance, knows that its owner never got to its end: a crash, a kill, a power cut.
"""

from __future__ import annotations

import faulthandler
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from desktop.system.redaction import redact_text

log = logging.getLogger(__name__)

MARKER = "running.json"
FAULTS = "fault.log"
REPORT = "crash-report.txt"
LINES_KEPT = 60
_TAIL_BYTES = 64_000


class CrashWatch:
    """The marker and the report of one app.

    Args:
        folder: `Paths.data_dir`; made when missing.
        log_file: the app's log.
        version: of the app, for the report.
    """

    def __init__(self, folder: Path, log_file: Path, version: str) -> None:
        self._folder = folder
        self._log_file = log_file
        self._version = version
        self._faults: TextIO | None = None

    def begin(self) -> str:
        """The app starts: put the marker there. Blocks for some milliseconds: before there is a window.

        Returns:
            The report of the run before, "" when it ended as it should. It is kept in the folder too.
        """
        report = ""
        marker = self._folder / MARKER
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if marker.exists():
                report = self._write_report(marker.read_text(encoding="utf-8", errors="replace"))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            marker.write_text(json.dumps({"started": now, "version": self._version}), encoding="utf-8")
            # Crashes inside libraries leave no Python trace: the interpreter writes one here itself.
            self._faults = (self._folder / FAULTS).open("w", encoding="utf-8")
            faulthandler.enable(self._faults)
        except OSError as error:
            log.warning("a crash would not be noticed at the next start: %s", error.strerror)
        return report

    def end(self) -> None:
        """The app ends as it should. Safe more than once."""
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            self._faults = None
        try:
            (self._folder / MARKER).unlink(missing_ok=True)
        except OSError as error:
            log.warning("the next start will believe in a crash: %s", error.strerror)

    def _write_report(self, marker: str) -> str:
        parts = [f"broke off, having started as {marker}", "", *self._tail(self._folder / FAULTS), ""]
        report = "\n".join(redact_text(line) for line in (*parts, *self._tail(self._log_file)))
        place = self._folder / REPORT
        place.write_text(report, encoding="utf-8")
        place.chmod(0o600)
        return report

    @staticmethod
    def _tail(file: Path) -> list[str]:
        """The last lines of a file; none where it is missing."""
        try:
            with file.open("rb") as content:
                content.seek(0, 2)
                content.seek(max(0, content.tell() - _TAIL_BYTES))
                return content.read().decode("utf-8", "replace").splitlines()[-LINES_KEPT:]
        except FileNotFoundError:
            return []
