"""The machine's screens and windows as the sharing view-model sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.rtc.media import PictureSlot, VideoSource
from desktop.view_models.share import ScreenInfo

if TYPE_CHECKING:
    from desktop.devices.screen_list import ScreenList, ScreenTarget
    from desktop.devices.screen_previews import ScreenPreviews


def own_titles() -> set[str]:
    """Titles of this app's visible windows."""
    return {each.windowTitle() for each in QApplication.topLevelWidgets() if each.isVisible()} - {""}


def passing_titles() -> set[str]:
    """Titles of this app's dialogs and small bars: nobody wants to share the picker."""
    passing = (Qt.WindowType.Dialog, Qt.WindowType.Tool)
    return {
        each.windowTitle()
        for each in QApplication.topLevelWidgets()
        if each.isVisible() and each.windowType() in passing
    } - {""}


class MachineScreens:
    """Implements `ScreensPort`. QtMultimedia is loaded with the room, so it is there by now."""

    def __init__(self, titles: Callable[[], set[str]] = own_titles) -> None:
        self._titles = titles
        self._list: ScreenList | None = None
        self._previews: ScreenPreviews | None = None
        self._targets: dict[str, ScreenTarget] = {}

    def listed(self) -> tuple[ScreenInfo, ...]:
        """See `ScreensPort.listed`."""
        from desktop.devices.screen_list import ScreenKind, ScreenList  # noqa: PLC0415

        if self._list is None:
            self._list = ScreenList()
        passing = passing_titles()
        targets = tuple(each for each in self._list.targets() if each.name not in passing)
        self._targets = {target.key: target for target in targets}
        if self._previews is not None:
            self._previews.show(targets)
        ours = self._titles()
        return tuple(
            ScreenInfo(
                target.key,
                target.name,
                is_screen=target.kind is ScreenKind.SCREEN,
                is_ours=target.kind is ScreenKind.WINDOW and target.name in ours,
                area=target.area if target.kind is ScreenKind.SCREEN else _on_desktop(target.area),
            )
            for target in targets
        )

    def show_previews(self, on: bool) -> None:
        """See `ScreensPort.show_previews`."""
        from desktop.devices.screen_previews import ScreenPreviews  # noqa: PLC0415

        if self._previews is not None:
            self._previews.ask_to_stop()
        if on:
            self._previews = ScreenPreviews()
            self._previews.show(tuple(self._targets.values()))
            self._previews.start()

    def preview(self, key: str) -> PictureSlot:
        """See `ScreensPort.preview`."""
        return self._previews.picture(key) if self._previews is not None else PictureSlot()

    def source(self, key: str) -> VideoSource | None:
        """See `ScreensPort.source`."""
        from desktop.devices.screen import Screen  # noqa: PLC0415

        target = self._targets.get(key)
        return Screen(target) if target is not None else None

    async def close(self) -> None:
        """See `ScreensPort.close`."""
        previews, self._previews = self._previews, None
        if previews is not None:
            await asyncio.to_thread(previews.stop)


def _on_desktop(area: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
    """A window's place as Qt counts it: in device-independent pixels of the screen it is on."""
    if area is None:
        return None
    ratio = QApplication.primaryScreen().devicePixelRatio()
    left, top, width, height = (round(length / ratio) for length in area)
    return left, top, width, height
