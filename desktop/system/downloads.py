"""Writes files that people asked for, under names that every system takes. Never on Qt's thread."""

from __future__ import annotations

import re
from pathlib import Path

NAME_MAX = 80
"""Characters of a name before its ending: far below every file system's limit, even in four bytes each."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def file_name(title: str) -> str:
    """A title with its ending (`Bilan: mars.ics`) as a file name on Windows, macOS and Linux."""
    stem, dot, ending = title.rpartition(".")
    stem = _FORBIDDEN.sub(" ", stem if dot else title)
    stem = " ".join(stem.split())[:NAME_MAX].strip(" .")
    if not stem or _DEVICES.match(stem):
        stem = f"{stem}_"
    return f"{stem}.{ending}" if dot else stem


def save_download(folder: Path, title: str, content: bytes) -> Path:
    """Write a new file into a folder; one that is there already is never replaced.

    Args:
        folder: made when missing.
        title: what the file is about, with its ending.
        content: the whole file.

    Returns:
        Where it is: `Bilan.ics`, or `Bilan (2).ics` …

    Raises:
        OSError: it cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(file_name(title))
    number = 1
    while True:
        path = folder / (name if number == 1 else Path(f"{name.stem} ({number}){name.suffix}"))
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        else:
            return path
