"""The icon family: one grid, one stroke, tintable."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from resources.reader import ROOT, read_tokens

ICONS = sorted((ROOT / "icons").glob("*.svg"))
MARKS = {"mark-hub", "mark-visio"}
NEEDED = {
    "microphone", "microphone-off", "camera", "camera-off", "leave", "calendar", "clock", "people", "history",
    "settings", "plus", "search", "warning", "error", "info", "check", "close", "lock", "eye", "eye-off",
    "offline", "chevron-down", "chevron-left", "chevron-right", "sign-out", "ellipsis", *MARKS,
}  # fmt: skip


def test_the_family_is_complete() -> None:
    assert {path.stem for path in ICONS} >= NEEDED


@pytest.mark.parametrize(
    "path", [path for path in ICONS if path.stem not in MARKS], ids=lambda path: path.stem
)
def test_icons_share_grid_and_stroke_and_take_a_tint(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    assert root.get("stroke-width") == str(read_tokens().line.icon)
    colours = {element.get(name) for element in root.iter() for name in ("fill", "stroke")}
    assert colours <= {None, "none", "currentColor"}
