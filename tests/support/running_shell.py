"""One of the real apps inside the test's own process, on the test's loop, with its real widgets.

Quicker than a process of its own (`driven_app`), and several may run at once: two people before one
service. Qt's events are handled while the test waits with `settled` or `seen`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from backend_client.client import BackendClient
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import AppKind, Shell
from desktop.system.settings import Settings
from desktop.view_models.language import Language
from desktop.view_models.states import ListPhase
from desktop.views.theme import Theme

PASSWORD = "demo-visio"
_CLOSING_TURNS = 20
FoundT = TypeVar("FoundT")


@asynccontextmanager
async def running_shell(
    kind: AppKind,
    service_url: str,
    email: str | None,
    language: Language,
    theme: Theme,
    *,
    store: MemoryTokenStore | None = None,
    data_dir: Path | None = None,
    settings_file: Path | None = None,
    locked: frozenset[str] = frozenset(),
) -> AsyncIterator[Shell]:
    """The app, signed in and with its first list, or at its log-in card, as long as the block.

    Args:
        kind: which of the two apps.
        service_url: the service.
        email: who signs in; None for nobody.
        language: how it speaks.
        theme: how it looks.
        store: holds a session of an earlier run, which goes on; None signs in.
        data_dir: what the app keeps on disk; None for nothing.
        settings_file: where the user's choices are kept; None for nowhere.
        locked: settings that IT has decided.
    """
    if store is None:
        store = MemoryTokenStore()
        if email is not None:
            client = BackendClient(service_url, store, device="test")
            await client.sign_in.log_in(email, PASSWORD, stay_signed_in=True)
            await client.close()
    shell = Shell(
        kind,
        Settings(backend_url=service_url),
        store,
        language,
        theme,
        settings_file=settings_file,
        is_locked=locked.__contains__,
        data_dir=data_dir,
    )
    running = asyncio.create_task(shell.run())
    try:
        if email is None:
            await seen(lambda: shell.sign_in.model is not None, "the log-in card")
        else:
            await seen(lambda: has_list(shell), "the first list")
        yield shell
    finally:
        shell.stop()
        await running
        for _ in range(
            _CLOSING_TURNS
        ):  # connections whose requests were broken off close in the loop's turns
            await asyncio.sleep(0)
        shell.deleteLater()
        for _ in range(3):  # what is deleted may delete more
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QApplication.processEvents()


def has_list(shell: Shell) -> bool:
    """Somebody is signed in and sees his meetings."""
    model = shell.list_model
    return model is not None and model.state.phase in (ListPhase.READY, ListPhase.EMPTY)


async def seen(condition: Callable[[], FoundT], what: str, timeout_s: float = 30.0) -> FoundT:
    """Let the loop and Qt run until `condition()` holds; what it gave.

    Raises:
        AssertionError: it did not happen in time.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        QApplication.processEvents()
        found = condition()
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{what} did not happen within {timeout_s} s")
        await asyncio.sleep(0.005)


def on_screen(name: str, inside: QWidget | None = None) -> QWidget | None:
    """The visible and usable widget with an object name, in any window or in this one."""
    for top in QApplication.topLevelWidgets() if inside is None else [inside]:
        if top.isVisible():
            for widget in [top, *top.findChildren(QWidget)]:
                if widget.objectName() == name and widget.isVisible() and widget.isEnabled():
                    return widget
    return None


async def shown(name: str, inside: QWidget | None = None) -> QWidget:
    """Wait for a widget to be visible and usable."""
    found = await seen(lambda: on_screen(name, inside), f"{name} on screen")
    assert found is not None
    return found


async def press(name: str, inside: QWidget | None = None) -> None:
    """Click a widget once it is there; with several apps at once, in which window."""
    widget = await shown(name, inside)
    QTest.mouseClick(
        widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center()
    )


async def write(name: str, text: str) -> None:
    """Replace what a field holds by typing."""
    widget = await shown(name)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(widget, Qt.Key.Key_Delete)
    QTest.keyClicks(widget, text)
