"""Keeps the C heap compact: each thread that frees through its own arena would keep what it freed.

Decoders' threads come and go with every stream; with glibc's default of eight arenas a core a server
that people enter and leave all day grows by hundreds of KiB a minute.
"""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads share few arenas, from now on; without glibc there is nothing to do."""
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)
