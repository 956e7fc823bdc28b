"""The list as last fetched, for a start while the service is away.

One JSON file of the user's own, readable by him alone: the meetings as their lists show them, and whose
they are. No token, no password, no private note. It goes with the log-out.
"""

from __future__ import annotations

import logging
import os
import tempfile
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from backend_client.models import Meeting, User

log = logging.getLogger(__name__)

FILE_NAME = "list.json"


class RememberedList(BaseModel):
    """The file's content.

    Attributes:
        service: address of the service that it came from.
        user: whose list it is.
        meetings: the whole list.
        fetched_at: when, by the service's clock.
    """

    model_config = ConfigDict(frozen=True)

    service: str
    user: User
    meetings: tuple[Meeting, ...]
    fetched_at: datetime


class ListCache:
    """The file. Every method may block: call it from a worker thread.

    Args:
        folder: `Paths.data_dir`; made when missing. None keeps nothing.
        service: address of the service; a list of another one is none.
    """

    def __init__(self, folder: Path | None, service: str) -> None:
        self._path = folder / FILE_NAME if folder is not None else None
        self._service = service

    def read(self) -> RememberedList | None:
        """What was kept; None where there is nothing, or nothing that can be read any more."""
        if self._path is None:
            return None
        try:
            kept = RememberedList.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            log.warning("the kept list cannot be read: %s", type(error).__name__)
            return None
        return kept if kept.service == self._service else None

    def write(self, user: User, meetings: list[Meeting], fetched_at: datetime) -> None:
        """Keep this; a reader sees the old content or the new.

        Raises:
            OSError: it cannot be kept.
        """
        if self._path is None:
            return
        kept = RememberedList(
            service=self._service, user=user, meetings=tuple(meetings), fetched_at=fetched_at
        )
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes a file that nobody else can read; the new name keeps that.
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=FILE_NAME, suffix=".new")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(kept.model_dump_json())
            Path(name).replace(self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def forget(self) -> None:
        """Take the file away.

        Raises:
            OSError: it cannot be removed.
        """
        if self._path is not None:
            self._path.unlink(missing_ok=True)
