"""File names that every system takes, and files that never replace others."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.system.downloads import NAME_MAX, file_name, save_download


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bilan de mars.ics", "Bilan de mars.ics"),
        ("Bilan : mars/avril.ics", "Bilan mars avril.ics"),
        ('a<b>"c"|d?e*f\\g.csv', "a b c d e f g.csv"),
        ("../../.ssh/config.ics", "ssh config.ics"),
        ("con.ics", "con_.ics"),
        ("???.ics", "_.ics"),
        ("tab\there.ics", "tab here.ics"),
    ],
)
def test_a_title_becomes_a_name_for_every_system(title: str, name: str) -> None:
    assert file_name(title) == name


def test_a_long_title_is_cut() -> None:
    assert file_name("é" * 500 + ".ics") == "é" * NAME_MAX + ".ics"


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    places = [save_download(tmp_path / "new", "Bilan.ics", bytes([number])) for number in range(3)]
    assert [place.name for place in places] == ["Bilan.ics", "Bilan (2).ics", "Bilan (3).ics"]
    assert [place.read_bytes() for place in places] == [b"\0", b"\1", b"\2"]
