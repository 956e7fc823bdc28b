"""Who is in the room of the campaign: names, by which they find each other, and their test sources."""

from __future__ import annotations

from desktop.devices.test_tone import TONE_LEVEL_DB, tone_frequency_hz

OUTSIDE = "Outside"
"""Our client on a good network, who watches the disturbed ones."""
DESK = "Desk"
"""Our client behind the disturbed link."""
WEB = "Web"
"""openvidu-browser behind the same link."""

SOURCE_IDS = {OUTSIDE: 2, DESK: 8, WEB: 16}
"""Even numbers: their tones are whole waves in 20 ms, and are told apart in a frame of that length."""

WIDTH_PX, HEIGHT_PX, FRAME_RATE = 320, 240, 15

TONE_RMS = 10 ** (TONE_LEVEL_DB / 20)
HEARD_RMS = TONE_RMS / 2
"""What 20 ms must hold of a tone to count as sound."""


def tone_hz(name: str) -> int:
    """Somebody's tone."""
    return tone_frequency_hz(SOURCE_IDS[name])
