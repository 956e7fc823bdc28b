"""What reminders need while the service is away: the coming meetings, and which were reminded already.

One small JSON file of the user's own, readable by him alone; it goes with the log-out.
"""

from __future__ import annotations

import logging
import os
import tempfile
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

log = logging.getLogger(__name__)

FILE_NAME = "coming.json"


class ComingMeeting(BaseModel):
    """One meeting that is still to begin."""

    model_config = ConfigDict(frozen=True)

    meeting_id: str
    scheduled_at: datetime
    title: str
    other: str
    """Name of the other person."""


class Coming(BaseModel):
    """The file's content."""

    model_config = ConfigDict(frozen=True)

    meetings: tuple[ComingMeeting, ...] = ()
    reminded: tuple[tuple[str, str, int], ...] = ()


class MeetingCache:
    """The file. Every method may block: call it from a worker thread.

    Args:
        folder: `Paths.data_dir`; made when missing. None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE_NAME if folder is not None else None

    def read(self) -> Coming:
        """What was kept; nothing where there is no file or nobody can read it any more."""
        if self._path is None:
            return Coming()
        try:
            return Coming.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Coming()
        except (OSError, ValidationError) as error:
            log.warning("the kept meetings cannot be read: %s", type(error).__name__)
            return Coming()

    def write(self, coming: Coming) -> None:
        """Keep this; a reader sees the old content or the new.

        Raises:
            OSError: it cannot be kept.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=FILE_NAME, suffix=".new")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(coming.model_dump_json())
        Path(name).replace(self._path)

    def forget(self) -> None:
        """Take the file away.

        Raises:
            OSError: it cannot be removed.
        """
        if self._path is not None:
            self._path.unlink(missing_ok=True)
