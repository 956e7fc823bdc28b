"""The tiles of a room: who they are, what is off, who speaks, how good the line is."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from dataclasses import replace

from PySide6.QtCore import QObject

from backend_client.models import User
from desktop.rtc.state import (
    ParticipantState,
    Quality,
    RoomState,
    StreamKind,
    StreamPhase,
    StreamState,
)
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.names import with_name
from desktop.view_models.ports import RoomPort
from desktop.view_models.room_hands import RoomHands
from desktop.view_models.room_quality import QualityWords
from desktop.view_models.states import PersonState, TileState

OWN_KEY = ""
"""Key of the own tile."""
SPEAKING_RMS = 0.01
"""Loudness from which somebody counts as speaking (−40 dBFS)."""
SPEAKING_HOLD_S = 0.8
"""How long the ring stays after the last loud moment, so that it does not flicker between words."""


class RoomTiles(QObject):
    """Makes tiles from a room's state.

    Args:
        user: who we are.
        hands: the order of raised hands.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        user: User,
        hands: RoomHands,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._user = user
        self._hands = hands
        self._clock = clock
        self.quality = QualityWords(self)
        self._loud_at: dict[str, float] = {}
        self._loud_since: dict[str, float] = {}

    @property
    def own_name(self) -> str:
        """What we are called."""
        return self._user.full_name

    def listen(self, room: RoomPort) -> None:
        """Note who is loud at this moment; call it a few times a second."""
        now = self._clock()
        muted = () if room.state.microphone_on else (OWN_KEY,)
        for key in (OWN_KEY, *(stream.stream_id for _, stream in streams_of(room.state))):
            if key not in muted and room.audio_level(key).rms >= SPEAKING_RMS:
                self._loud_at[key] = now
                self._loud_since.setdefault(key, now)
            elif not self.speaking(key):
                self._loud_since.pop(key, None)

    def speaking(self, key: str) -> bool:
        """Whether a stream was loud a moment ago."""
        return self._clock() - self._loud_at.get(key, float("-inf")) < SPEAKING_HOLD_S

    def spoken_s(self, key: str) -> float:
        """For how long a stream has been speaking, 0 while it does not."""
        return self._clock() - self._loud_since[key] if key in self._loud_since else 0.0

    def others(self, state: RoomState, unwatched: Set[str] = frozenset()) -> tuple[TileState, ...]:
        """One tile a stream, in the order of arrival; `unwatched` are shown without their pictures."""
        return tuple(
            self._tile(person, stream, watched=stream.stream_id not in unwatched)
            for person, stream in streams_of(state)
        )

    def own(self, state: RoomState) -> TileState:
        """The tile of our own camera."""
        quality = self.quality.word(state.own_quality)
        own = person_state(self._user.full_name)
        return TileState(
            key=OWN_KEY,
            person=PersonState(name=self.tr("You"), initials=own.initials, tint=own.tint),
            muted=not state.microphone_on,
            camera_on=state.camera_on,
            speaking=state.microphone_on and self.speaking(OWN_KEY),
            hand=self._hands.own_place,
            is_self=True,
            accessible=self._spoken(
                self.tr("You"), not state.microphone_on, state.camera_on, self._hands.own_place, quality
            ),
            quality=quality,
            tip=self.tip(state.own_quality, ""),
        )

    def _tile(self, person: ParticipantState, stream: StreamState, *, watched: bool) -> TileState:
        muted = not (stream.has_audio and stream.microphone_on)
        camera_on = stream.has_video and stream.camera_on and watched
        connecting = stream.phase is StreamPhase.CONNECTING
        failed = stream.phase is StreamPhase.FAILED
        quality = self.quality.word(person.quality)
        if not quality and not watched and stream.camera_on:
            quality = self.tr("Video stopped")
        is_screen = stream.kind is StreamKind.SCREEN
        shown = person_state(person.name)
        if is_screen:
            shown = replace(shown, name=with_name(self.tr("Screen of {name}"), person.name))
            muted = False  # a screen has no voice to miss
        hand = 0 if is_screen else self._hands.place_of(person)
        words = self.tr("No sound and picture") if failed else self.tr("Connecting…") if connecting else ""
        return TileState(
            key=stream.stream_id,
            person=shown,
            connecting=connecting or failed,
            connecting_text=words,
            muted=muted,
            camera_on=camera_on,
            speaking=not muted and self.speaking(stream.stream_id),
            person_key=person.connection_id,
            is_screen=is_screen,
            hand=hand,
            accessible=shown.name
            if is_screen
            else self._spoken(person.name, muted, camera_on, hand, quality),
            quality=quality,
            tip=self.tip(person.quality, person.name),
        )

    def tip(self, quality: Quality, name: str) -> str:
        """What to say to somebody who wonders about a bad connection."""
        if not self.quality.word(quality):
            return ""
        parts = (self.quality.sentence(quality, name), self.quality.advice(quality, name))
        return "\n".join(part for part in parts if part)

    def _spoken(self, name: str, muted: bool, camera_on: bool, hand: int, quality: str) -> str:
        microphone = self.tr("microphone off") if muted else self.tr("microphone on")
        camera = self.tr("camera on") if camera_on else self.tr("camera off")
        raised = self.tr("hand raised") if hand else ""
        return ", ".join(part for part in (name, microphone, camera, raised, quality) if part)


def streams_of(state: RoomState) -> list[tuple[ParticipantState, StreamState]]:
    """Every stream of the others, with whose it is."""
    return [(person, stream) for person in state.participants for stream in person.streams]
