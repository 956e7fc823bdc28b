"""How the tiles of a meeting stood the last time, over a restart of the app."""

from __future__ import annotations

import logging

from desktop.app.settings_store import SettingsStore
from desktop.system.setting_model import LayoutChoice
from desktop.view_models.room_states import LayoutMode, LayoutState
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)


class LayoutMemory:
    """Keeps the viewer's choices among his settings. Who was pinned is of one meeting, and not kept.

    Args:
        settings: where they are kept.
    """

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings
        self._scope = TaskScope()

    @property
    def last(self) -> LayoutState:
        """The choices of the meeting before."""
        now = self._settings.current
        return LayoutState(
            mode=LayoutMode(now.layout.value),
            own_hidden=now.own_picture_hidden,
            mirrored=now.own_picture_mirrored,
        )

    def keep(self, layout: LayoutState) -> None:
        """Remember what was chosen; nothing is written while nothing of it differs."""
        former = self.last
        if (layout.mode, layout.own_hidden, layout.mirrored) != (
            former.mode,
            former.own_hidden,
            former.mirrored,
        ):
            self._scope.start(self._change(layout), name="layout")

    async def close(self) -> None:
        """End with the app."""
        await self._scope.close()

    async def _change(self, layout: LayoutState) -> None:
        try:
            await self._settings.change(
                layout=LayoutChoice(layout.mode.value),
                own_picture_hidden=layout.own_hidden,
                own_picture_mirrored=layout.mirrored,
            )
        except OSError as error:
            # It holds for this run; the next one begins with the former choices.
            log.warning("the layout could not be kept: %s", error)
