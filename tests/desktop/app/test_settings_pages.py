"""Every page of the settings in the running app: what is clicked holds, what IT has decided stays."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from desktop.app.wiring import PARTICIPANT_APP
from desktop.view_models.language import Language
from desktop.views.theme import Theme
from tests.desktop.app.hub_flow import database, language, postgres_cluster, service, theme
from tests.support.running_shell import on_screen, press, running_shell, seen, shown
from tests.support.service import RunningService

__all__ = ["database", "language", "postgres_cluster", "service", "theme"]

ALICE = "alice@demo.visio"
LIMIT_S = 60.0


async def turn_to(page: str, title: str) -> None:
    await press(f"page-{page}")

    def there() -> bool:
        label = on_screen("settingsTitle")
        return isinstance(label, QLabel) and label.text() == title

    await seen(there, f"the page {title}", LIMIT_S)


def buttons(name: str) -> list[QAbstractButton]:
    """Controls of a name on screen, usable or not."""
    return [
        each
        for top in QApplication.topLevelWidgets()
        for each in top.findChildren(QAbstractButton, name)
        if each.isVisible()
    ]


def button(name: str) -> QAbstractButton:
    """The one control of a name on screen."""
    (found,) = buttons(name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the autostart entry of Linux")
async def test_what_is_clicked_holds_and_is_kept(
    service: RunningService,
    language: Language,
    theme: Theme,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Start at log-in with its entry, closing, each kind of notice, relays; what the page says of the app."""
    monkeypatch.setitem(os.environ, "XDG_CONFIG_HOME", str(tmp_path / "config"))
    kept = tmp_path / "settings.json"
    async with running_shell(
        PARTICIPANT_APP, service.url, ALICE, language, theme, settings_file=kept
    ) as shell:
        await seen(lambda: shell.presence is not None, "the presence on the desktop", LIMIT_S)
        shell.settings.open()
        entries = tmp_path / "config" / "autostart"
        await press("autostart")
        await seen(lambda: list(entries.glob("*.desktop")), "the entry", LIMIT_S)
        (entry,) = entries.glob("*.desktop")
        assert "--background" in entry.read_text()
        await press("autostart")
        await seen(lambda: not entry.exists(), "no entry any more", LIMIT_S)
        await press("close_to_tray")

        await turn_to("notifications", "Notifications")
        for key in ("notify_meetings", "notify_reminders", "notify_waiting"):
            assert button(key).isChecked()
            await press(key)
        await seen(lambda: not button("ring").isEnabled(), "no sound without the window", LIMIT_S)

        await turn_to("network", "Network")
        assert not button("relay_only").isChecked()
        await press("relay_only")
        await press("test_setup")
        await shown("diagnosisWindow")

        await turn_to("about", "About")
        await press("notices")
        wanted: dict[str, Any] = {
            "autostart": False,
            "close_to_tray": False,
            "notify_meetings": False,
            "notify_reminders": False,
            "notify_waiting": False,
            "relay_only": True,
        }
        await seen(lambda: kept.exists() and json.loads(kept.read_text()) == wanted, "the file", LIMIT_S)
        current = shell.settings.store.current
        assert {name: getattr(current, name) for name in wanted} == wanted


LOCKED = frozenset(
    {"theme", "autostart", "notify_reminders", "proxy_mode", "relay_only", "echo_cancellation"}
)


@pytest.mark.parametrize(
    ("code", "words"), [("en", "Managed by your organisation"), ("fr", "Géré par votre organisation")]
)
async def test_what_it_has_decided_is_grey_and_says_so(
    service: RunningService, language: Language, theme: Theme, code: str, words: str
) -> None:
    language.use(code)
    async with running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme, locked=LOCKED) as shell:
        shell.settings.open()
        before = shell.settings.store.current
        controls = {
            "general": ("theme-dark", "autostart"),
            "devices": ("echo_cancellation",),
            "notifications": ("notify_reminders",),
            "network": ("proxy_mode-none", "relay_only"),
        }
        for page, names in controls.items():
            await press(f"page-{page}")
            for name in names:
                await seen(partial(buttons, name), name, LIMIT_S)
                assert not button(name).isEnabled(), name
                button(name).click()
                line = on_screen(f"locked-{name.partition('-')[0]}")
                assert isinstance(line, QLabel)
                assert line.text() == words
        assert shell.settings.store.current == before
        await press("page-general")
        await shown("language-en")
        assert on_screen("locked-language") is None
