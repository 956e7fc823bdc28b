"""Sparing the computer: less sent and painted, no cameras at all, or without somebody's picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop.rtc.state import RoomPhase, RoomState, StreamKind
from desktop.view_models.ports import RoomPort
from desktop.view_models.room_part import RoomPart
from desktop.view_models.room_states import SavingState
from desktop.view_models.room_tiles import streams_of
from desktop.view_models.tasks import OnUnexpected


class SavingViewModel(RoomPart[SavingState]):
    """What one viewer does without.

    Args:
        show_camera: switches our own camera.
    """

    def __init__(
        self,
        show_camera: Callable[[bool], None],
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(SavingState(), on_unexpected, parent)
        self._show_camera = show_camera
        self._room_state = RoomState()
        self._stopped: frozenset[str] = frozenset()
        self._applied: frozenset[str] = frozenset()
        self._economy_applied = False
        self._camera_was_on = False

    def attach(self, room: RoomPort) -> None:
        """A new room knows nothing of what was asked of the former one."""
        super().attach(room)
        self._applied, self._economy_applied = frozenset(), False

    def take_state(self, state: RoomState) -> None:
        """Streams came or went."""
        self._room_state = state
        self._apply()

    # ------------------------------------------------------------------ intentions

    def set_saving(self, on: bool) -> None:
        """One switch: a smaller picture of ours, fewer painted of everybody's."""
        self._set(saving=on)
        self._apply()

    def set_audio_only(self, on: bool) -> None:
        """Without cameras, ours included; it comes back as it was."""
        if on:
            self._camera_was_on = self._room_state.camera_on
        if self._camera_was_on:
            self._show_camera(not on)
        self._set(audio_only=on)
        self._apply()

    def set_watched(self, keys: tuple[str, ...], on: bool) -> None:
        """Do without somebody's pictures, or have them again."""
        self._stopped = self._stopped - set(keys) if on else self._stopped | set(keys)
        self._apply()

    # ------------------------------------------------------------------ work

    def _apply(self) -> None:
        """Ask the room for what it does not do yet."""
        streams = {stream.stream_id: stream.kind for _, stream in streams_of(self._room_state)}
        present = frozenset(streams)
        self._stopped &= present
        unwatched = self._stopped
        if self.state.audio_only:
            unwatched |= {key for key, kind in streams.items() if kind is not StreamKind.SCREEN}
        self._set(unwatched=unwatched)
        room = self._room
        if room is None or self._room_state.phase is not RoomPhase.CONNECTED:
            return
        former, self._applied = self._applied & present, unwatched
        for key in unwatched - former:
            self._scope.start(room.watch_video(key, False), name="do without a picture")
        for key in former - unwatched:
            self._scope.start(room.watch_video(key, True), name="have a picture again")
        if self.state.saving is not self._economy_applied:
            self._economy_applied = self.state.saving
            self._scope.start(room.set_economy(self.state.saving), name="spare the computer")
