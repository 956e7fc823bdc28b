"""What the lock files say is shipped."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from installers.products import ROOT

REQUIREMENTS = ROOT / "requirements"
SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def runtime_lock(system: str = SYSTEM) -> Path:
    """The lock file of what goes into the installers of one system."""
    return REQUIREMENTS / f"runtime-{system}.txt"


def pins(lock: Path) -> dict[str, str]:
    """Package → version of a lock file without alternatives.

    Raises:
        ValueError: the same package stands there twice, or without a hash.
    """
    found: dict[str, str] = {}
    text = lock.read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\S)", text.strip()):
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", block)
        if match is None:
            raise ValueError(f"{lock.name}: cannot read {block.splitlines()[0]!r}")
        name, version = match.groups()
        if name in found:
            raise ValueError(f"{lock.name}: {name} stands there twice")
        if "--hash=sha256:" not in block:
            raise ValueError(f"{lock.name}: {name} has no hash")
        found[name] = version
    return found
