"""What the apps say of themselves with every request: program, version, system.

The service refuses apps below its minimum version (426 `client-too-old`), and whoever reads its
logs sees which versions are still in use.
"""

from __future__ import annotations

import platform
import re
from functools import cache
from importlib import metadata

from resources.brand import DISTRIBUTION

UNKNOWN_VERSION = "unknown"
_NOT_A_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")


@cache
def version() -> str:
    """This program's version, such as `0.1.0`; `unknown` where nothing was installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return UNKNOWN_VERSION


def user_agent(program: str = DISTRIBUTION) -> str:
    """The `User-Agent` of a program of ours: `mikl-visio/0.1.0 (linux; x86_64)` (RFC 9110 §10.1.5)."""
    system, machine = (_token(text) for text in (platform.system(), platform.machine()))
    return f"{program}/{version()} ({system}; {machine})"


def _token(text: str) -> str:
    return _NOT_A_TOKEN.sub("-", text.lower()) or "other"
