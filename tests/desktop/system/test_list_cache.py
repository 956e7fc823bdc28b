"""The kept list: whole, private, of one service, and gone when it should be."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from backend_client.models import Role
from desktop.system.list_cache import FILE_NAME, ListCache
from tests.support.fakes import MIKL, NOW, meeting

SERVICE = "https://visio.example"


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    rows = [meeting("Bilan"), meeting("Point", role=Role.CLIENT)]
    ListCache(tmp_path / "data", SERVICE).write(MIKL, rows, NOW)
    kept = ListCache(tmp_path / "data", SERVICE).read()
    assert kept is not None
    assert (kept.user, list(kept.meetings), kept.fetched_at) == (MIKL, rows, NOW)


def test_a_list_of_another_service_is_none(tmp_path: Path) -> None:
    ListCache(tmp_path, SERVICE).write(MIKL, [], NOW)
    assert ListCache(tmp_path, "https://other.example").read() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a profile's files by its own rights")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    ListCache(tmp_path / "data", SERVICE).write(MIKL, [], NOW)
    assert stat.S_IMODE((tmp_path / "data" / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert [each.name for each in (tmp_path / "data").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("content", [b"", b"{", b'{"service": "https://visio.example"}', b"\xff\xfe"])
def test_a_broken_file_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert ListCache(tmp_path, SERVICE).read() is None


def test_it_is_forgotten(tmp_path: Path) -> None:
    cache = ListCache(tmp_path, SERVICE)
    cache.forget()
    cache.write(MIKL, [meeting()], NOW)
    cache.forget()
    assert cache.read() is None
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_kept() -> None:
    cache = ListCache(None, SERVICE)
    cache.write(MIKL, [], NOW)
    assert cache.read() is None
    cache.forget()
