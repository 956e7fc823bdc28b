"""Which tests live in real time, and what that means for the order in which tests run.

They wait for pictures, sounds and packets that other programs send on time. When pytest runs with
several workers (`dev.py test`, or `-n 2`), one worker runs all of them, so that no two compete for the
cores, and the others take the rest, one module after the other.
"""

from __future__ import annotations

REAL_TIME = (
    "tests/openvidu_local/",
    "tests/desktop/app/test_media_thread.py",
    "tests/desktop/app/test_on_a_desktop.py",
    "tests/desktop/app/test_door.py",
    "tests/desktop/app/test_leaving.py",
    "tests/desktop/app/test_start_now.py",
    "tests/desktop/app/test_people_in_rooms.py",
    "tests/desktop/app/test_sharing_in_turn.py",
    "tests/desktop/app/test_waiting_room.py",
    "tests/desktop/devices/",
    "tests/desktop/rtc/",
    "tests/hostile/",
    "tests/networks/",
    "tests/official_clients/",
    "tests/end_to_end/",
)
"""Folders and modules, lightest first: at the heaviest, the other workers are done."""


def real_time_rank(nodeid: str) -> int:
    """Place in `REAL_TIME`; -1 for a test that may run beside any other."""
    return next((place for place, path in enumerate(REAL_TIME) if nodeid.startswith(path)), -1)


def unit_of(nodeid: str) -> str:
    """The tests of one unit run in one worker, one after the other."""
    return "real time" if real_time_rank(nodeid) >= 0 else nodeid.partition("::")[0]
