"""The machine's screens and windows as the sharing view-model sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from desktop.rtc.media import PictureSlot, VideoSource
from desktop.view_models.share import ScreenInfo

if TYPE_CHECKING:
    from desktop.devices.screen_list import ScreenList, ScreenTarget
    from desktop.devices.screen_previews import ScreenPreviews


def own_titles() -> set[str]:
    """Titles of this app's visible windows, as the system may give them back.

    Qt reads the titles of X11 windows as UTF-8 although they are Latin-1 there.
    """
    titles = {each.windowTitle() for each in QApplication.topLevelWidgets() if each.isVisible()} - {""}
    return titles | {title.encode("latin-1", "replace").decode("utf-8", "replace") for title in titles}


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
        targets = self._list.targets()
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
                area=_area(target.handle) if target.kind is ScreenKind.SCREEN else None,
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


def _area(screen: Any) -> tuple[int, int, int, int]:
    place = screen.geometry()
    return place.x(), place.y(), place.width(), place.height()
