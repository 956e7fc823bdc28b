"""The viewer's choices outlive the room and the app."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop.app.layout_memory import LayoutMemory
from desktop.app.settings_store import SettingsStore
from desktop.system.settings import Settings
from desktop.view_models.room_states import LayoutMode, LayoutState
from tests.support.waiting import until

CHOSEN = LayoutState(mode=LayoutMode.SPEAKER, own_hidden=True, mirrored=False)


def store_at(path: Path | None, **kept: object) -> SettingsStore:
    """The settings of one run of the app."""
    settings = Settings.model_validate({"backend_url": "http://127.0.0.1:9", **kept})
    return SettingsStore(settings, path, lambda _key: False)


async def test_what_was_chosen_is_there_at_the_next_start(qapp: QCoreApplication, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    memory = LayoutMemory(store_at(file))
    assert memory.last == LayoutState()
    memory.keep(CHOSEN)
    await until(lambda: file.exists() and memory.last == CHOSEN, "the file", timeout_s=30)
    await memory.close()
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept == {"layout": "speaker", "own_picture_hidden": True, "own_picture_mirrored": False}
    again = LayoutMemory(store_at(file, **kept))
    assert again.last == CHOSEN
    await again.close()


async def test_who_was_pinned_is_of_one_meeting(qapp: QCoreApplication, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    memory = LayoutMemory(store_at(file))
    memory.keep(LayoutState(focus="a", pinned="a"))
    await asyncio.sleep(0)
    await memory.close()
    assert not file.exists(), "nothing was chosen that is kept"


async def test_choices_that_cannot_be_written_hold_for_this_run(
    qapp: QCoreApplication, tmp_path: Path
) -> None:
    file = tmp_path / "not-a-folder"
    file.write_text("")
    memory = LayoutMemory(store_at(file / "settings.json"))
    memory.keep(CHOSEN)
    await until(lambda: memory.last == CHOSEN, "the choice", timeout_s=30)
    await memory.close()
