"""Of this installation: its own name, and what differs when an installer made it instead of a checkout."""

from __future__ import annotations

import os
import platform
import sys
import uuid
from pathlib import Path


def is_installed() -> bool:
    """True in a program that PyInstaller made."""
    return bool(getattr(sys, "frozen", False))


def device_id_of(data_dir: Path | None) -> str:
    """This installation's own name towards the rooms: the same after a restart, and it says nothing.

    Args:
        data_dir: where the app keeps what must survive; without one it has a new name each time.
    """
    if data_dir is None:
        return uuid.uuid4().hex
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{platform.node()} {data_dir}").hex


def tidy_environment() -> None:
    """Give programs that we start (a browser for a link, say) the environment that we were given.

    PyInstaller's loader puts our own libraries into `LD_LIBRARY_PATH` and keeps the former value in
    `LD_LIBRARY_PATH_ORIG`. Ours are found without it by now; a browser would load them by mistake.
    """
    former = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if former is not None:
        os.environ["LD_LIBRARY_PATH"] = former
    elif is_installed():
        os.environ.pop("LD_LIBRARY_PATH", None)
