"""Units and order of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.real_time import REAL_TIME, real_time_rank, unit_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", REAL_TIME)
def test_every_path_exists(path: str) -> None:
    """A folder that was renamed would lose its place silently."""
    assert (ROOT / path).exists()
    assert path.endswith((".py", "/"))


def test_real_time_is_one_unit_behind_the_rest() -> None:
    """The others are one unit a module, and come first."""
    ids = [
        "tests/end_to_end/test_demo.py::a",
        "tests/desktop/rtc/test_peer.py::b",
        "tests/tools/test_x.py::c[x::y]",
    ]
    assert [unit_of(each) for each in ids] == ["real time", "real time", "tests/tools/test_x.py"]
    assert sorted(ids, key=real_time_rank) == [ids[2], ids[1], ids[0]]
