"""The interface font: the system's own, at the size its user chose.

Qt on Linux without a desktop's settings knows only the alias "Sans Serif", which is DejaVu on many
systems; there a better installed interface font is taken. How much larger than usual the user
wants text is measured once and multiplies every size of the token file.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

PREFERRED_FAMILIES = ("Inter", "Cantarell", "Noto Sans", "Ubuntu")
"""Interface fonts of the Linux desktops, tried in this order when the system names none."""

GENERIC_FAMILIES = frozenset({"", "Sans", "Sans Serif", "sans-serif", "DejaVu Sans"})

USUAL_SIZE_PX = {"win32": 12.0, "darwin": 13.0}
"""Pixel height of the untouched system font at 96 (macOS: 72) dots per inch."""

USUAL_SIZE_ELSEWHERE_PX = 15.0
LARGEST_SCALE = 2.0
SCALE_STEP = 0.05


def interface_family(system: QFont) -> str:
    """The family to draw with: the system's, or a preferred one where it has no real choice."""
    if system.family() not in GENERIC_FAMILIES:
        return system.family()
    installed = set(QFontDatabase.families())
    return next((family for family in PREFERRED_FAMILIES if family in installed), system.family())


def scale_of(system: QFont, platform: str = sys.platform) -> float:
    """How much larger than usual text is on this system, 1.0 to 2.0 in steps of 0.05."""
    usual = USUAL_SIZE_PX.get(platform, USUAL_SIZE_ELSEWHERE_PX)
    wanted = QFontInfo(system).pixelSize() / usual
    return min(max(round(wanted / SCALE_STEP) * SCALE_STEP, 1.0), LARGEST_SCALE)
