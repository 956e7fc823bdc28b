"""How the viewer wants the tiles to stand: a grid, the speaker, somebody pinned; a screen goes first."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.meeting.speaker import SpeakerChoice
from desktop.rtc.state import RoomState, StreamKind
from desktop.view_models.room_part import RoomPart
from desktop.view_models.room_states import LayoutMode, LayoutState
from desktop.view_models.room_tiles import RoomTiles, streams_of


class LayoutViewModel(RoomPart[LayoutState]):
    """One viewer's choices for one meeting.

    Args:
        tiles: knows who speaks.
    """

    def __init__(self, tiles: RoomTiles, *, parent: QObject | None = None) -> None:
        super().__init__(LayoutState(), None, parent)
        self._tiles = tiles
        self._speaker = SpeakerChoice()
        self._pinned = ""
        self._room_state = RoomState()
        self._screens: tuple[str, ...] = ()

    def take_state(self, state: RoomState) -> None:
        """Tiles came or went, or somebody began to speak: decide who has the stage."""
        self._room_state = state
        kinds = {stream.stream_id: stream.kind for _, stream in streams_of(state)}
        screens = tuple(key for key, kind in kinds.items() if kind is StreamKind.SCREEN)
        if self._pinned not in kinds or set(screens) - set(self._screens):
            self._pinned = ""  # a new screen is what everybody is asked to look at
        self._screens = screens
        cameras = [key for key in kinds if key not in screens]
        speaker = self._speaker.choose(cameras, [self._tiles.spoken_s(key) for key in cameras])
        focus = self._pinned or (screens[-1] if screens else "")
        if not focus and self.state.mode is LayoutMode.SPEAKER:
            focus = speaker
        self._set(focus=focus, fills=focus in screens, pinned=self._pinned)

    def tick(self) -> None:
        """Somebody may have begun to speak."""
        self.take_state(self._room_state)

    # ------------------------------------------------------------------ intentions

    def restore(self, former: LayoutState) -> None:
        """Begin with the choices of the meeting before; what was pinned or shown then is gone."""
        self._set(mode=former.mode, own_hidden=former.own_hidden, mirrored=former.mirrored)

    def set_mode(self, mode: LayoutMode) -> None:
        """Grid or speaker; what was pinned is let go."""
        self._pinned = ""
        self._set(mode=mode, pinned="", focus=self.state.focus if self.state.fills else "")

    def toggle_pin(self, key: str) -> None:
        """Give a tile the stage, or let it go."""
        self._pinned = "" if key == self._pinned else key
        self._set(pinned=self._pinned, focus=self._pinned, fills=self._pinned in self._screens)

    def set_own_hidden(self, hidden: bool) -> None:
        """Hide our own tile from ourselves."""
        self._set(own_hidden=hidden)

    def set_mirrored(self, mirrored: bool) -> None:
        """See ourselves as in a mirror, or as the others do."""
        self._set(mirrored=mirrored)
