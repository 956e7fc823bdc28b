"""Who is in the room, whose hand is up, and what the host may do about somebody."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.signals import APPLICATION_PREFIX, application_signal
from desktop.rtc.signals import Signal as DataSignal
from desktop.rtc.state import ParticipantState, RoomState, StreamKind
from desktop.view_models.error_texts import text_for
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.ports import RoomPort
from desktop.view_models.room_chat import readable
from desktop.view_models.room_hands import SPOKEN_S, RoomHands
from desktop.view_models.room_part import RoomPart
from desktop.view_models.room_states import PeopleState, PersonAction, PersonRow
from desktop.view_models.room_tiles import OWN_KEY, RoomTiles
from desktop.view_models.states import PersonState
from desktop.view_models.tasks import OnUnexpected

MUTE = "mute"
"""Name of the signal by which a host mutes somebody; its value means nothing."""


class PeopleViewModel(RoomPart[PeopleState]):
    """The people of one meeting's room.

    Muting goes by a signal that the muted app obeys: OpenVidu cannot mute a stream, and nobody but its
    owner shall ever switch a microphone on.

    Signals:
        removed(): somebody was put out of the room.

    Args:
        tiles: knows who speaks.
        hands: the order of raised hands.
        on_muted: called with the host's name when he muted us.
        on_pin: called with the key of a tile to pin, or to let go.
        on_watch: called with the keys of tiles whose pictures are wanted, or not.
    """

    removed = Signal()

    def __init__(
        self,
        tiles: RoomTiles,
        hands: RoomHands,
        on_muted: Callable[[str], None],
        on_pin: Callable[[str], None],
        on_watch: Callable[[tuple[str, ...], bool], None],
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(PeopleState(), on_unexpected, parent)
        self._tiles = tiles
        self._hands = hands
        self._on_muted = on_muted
        self._on_pin = on_pin
        self._on_watch = on_watch
        self._unwatched: frozenset[str] = frozenset()
        self._pinned = ""
        self._room_state = RoomState()
        self._hand_asked: bool | None = None
        """What a request on its way says, so that nothing is asked twice."""
        self._error = ""
        self._newest = ""

    def take_state(self, state: RoomState) -> None:
        """The room changed."""
        were_up = {person.connection_id for person in self._room_state.participants if person.hand_raised}
        self._room_state = state
        self._hands.take_state(state)
        for person in state.participants:
            if person.hand_raised and person.connection_id not in were_up:
                self._newest = self.tr("{name} raises a hand").format(name=person.name)
        if state.hand_raised and not self._hands.offered(state):
            self._set_hand(False)
        self.rewrite()

    def take_signal(self, signal: DataSignal) -> None:
        """One signal of the room; a mute is obeyed when the service vouches that a moderator sent it."""
        if signal.kind != APPLICATION_PREFIX + MUTE or not signal.from_moderator:
            return
        from_us = signal.from_connection_id == self._room_state.own_connection_id
        if not from_us and not self._room_state.is_moderator and self._room_state.microphone_on:
            self._on_muted(readable(signal.name))

    def show_pinned(self, key: str) -> None:
        """This tile has the stage because it was pinned; "" for none."""
        self._pinned = key
        self.rewrite()

    def show_unwatched(self, keys: frozenset[str]) -> None:
        """The pictures of these tiles are not wanted."""
        self._unwatched = keys
        self.rewrite()

    def tick(self) -> None:
        """A moment passed: speaking shows, and takes our hand down."""
        if self._room_state.hand_raised and self._tiles.spoken_s(OWN_KEY) >= SPOKEN_S:
            self._set_hand(False)
        self.rewrite()

    # ------------------------------------------------------------------ intentions

    def toggle_hand(self) -> None:
        """Raise or lower our hand."""
        if self._hands.offered(self._room_state) or self._room_state.hand_raised:
            self._set_hand(not self._room_state.hand_raised)

    def act(self, key: str, action: PersonAction) -> None:
        """Do something about somebody; the view has asked where it must be asked."""
        person = next((each for each in self._room_state.participants if each.connection_id == key), None)
        if person is None or self._room is None or action not in self._actions(person):
            return
        match action:
            case PersonAction.PIN | PersonAction.UNPIN:
                self._on_pin(self._pinned if action is PersonAction.UNPIN else _main_stream(person))
            case PersonAction.STOP_VIDEO | PersonAction.START_VIDEO:
                keys = tuple(stream.stream_id for stream in person.streams)
                self._on_watch(keys, action is PersonAction.START_VIDEO)
            case PersonAction.MUTE:
                self._attempt(self._room.send(application_signal(MUTE, {}), [key]))
            case PersonAction.REMOVE:
                self._attempt(self._remove(self._room, key))
            case PersonAction.STOP_SHARE:
                for stream in person.streams:
                    if stream.kind is StreamKind.SCREEN:
                        self._attempt(self._room.force_unpublish(stream.stream_id))

    def mute_all(self) -> None:
        """Mute everybody whose microphone is on; nobody is ever unmuted."""
        loud = [person.connection_id for person in self._room_state.participants if _microphone_on(person)]
        if self._room is not None and self._room_state.is_moderator and loud:
            self._attempt(self._room.send(application_signal(MUTE, {}), loud))

    # ------------------------------------------------------------------ work

    def _set_hand(self, raised: bool) -> None:
        if self._room is not None and self._hand_asked is not raised:
            self._hand_asked = raised
            self._attempt(self._room.set_hand(raised))

    async def _remove(self, room: RoomPort, key: str) -> None:
        await room.force_disconnect(key)
        self.removed.emit()

    def _attempt(self, work: Coroutine[Any, Any, None]) -> None:
        async def attempt() -> None:
            try:
                await work
                self._error = ""
            except RtcError as error:
                if error.code is not RtcErrorCode.CLOSED:
                    self._error = text_for(error.code).sentence
            self._hand_asked = None
            self.rewrite()

        self._scope.start(attempt(), name="about people")

    # ------------------------------------------------------------------ state

    def rewrite(self) -> None:
        """Write the state anew: something changed, perhaps the language."""
        state = self._room_state
        others = sorted(
            state.participants, key=lambda person: self._hands.place_of(person) or len(state.participants) + 1
        )
        self._set(
            rows=(self._own_row(state), *(self._row(person) for person in others)),
            hand_offered=self._hands.offered(state),
            hand_raised=state.hand_raised,
            hands=self._hands.others_up,
            can_mute_all=state.is_moderator
            and len(state.participants) > 1
            and any(_microphone_on(person) for person in state.participants),
            error=self._error,
            newest=self._newest,
        )

    def _own_row(self, state: RoomState) -> PersonRow:
        own = self._tiles.own(state)
        name = self.tr("{name} (you)").format(name=self._tiles.own_name)
        row = PersonRow(
            key="",
            person=PersonState(name, own.person.initials, own.person.tint),
            line=self.tr("Host") if state.is_moderator else "",
            muted=own.muted,
            camera_on=own.camera_on,
            speaking=own.speaking,
            hand=self._hands.own_place,
            sharing=state.sharing,
        )
        return self._spoken(row)

    def _row(self, person: ParticipantState) -> PersonRow:
        streams = [stream for stream in person.streams if stream.kind is not StreamKind.SCREEN]
        quality = self._tiles.quality.word(person.quality)
        row = PersonRow(
            key=person.connection_id,
            person=person_state(person.name),
            line=" · ".join(
                part for part in (self.tr("Host") if person.is_moderator else "", quality) if part
            ),
            muted=not _microphone_on(person),
            camera_on=any(stream.has_video and stream.camera_on for stream in streams),
            speaking=any(self._tiles.speaking(stream.stream_id) for stream in streams),
            hand=self._hands.place_of(person),
            sharing=any(stream.kind is StreamKind.SCREEN for stream in person.streams),
            actions=self._actions(person),
            tip=self._tiles.tip(person.quality, person.name),
        )
        return self._spoken(row)

    def _actions(self, person: ParticipantState) -> tuple[PersonAction, ...]:
        pinned = any(stream.stream_id == self._pinned for stream in person.streams)
        stopped = any(stream.stream_id in self._unwatched for stream in person.streams)
        is_host = self._room_state.is_moderator
        sharing = any(stream.kind is StreamKind.SCREEN for stream in person.streams)
        possible = (
            (PersonAction.UNPIN, pinned),
            (PersonAction.PIN, not pinned and bool(person.streams)),
            (PersonAction.START_VIDEO, stopped),
            (PersonAction.STOP_VIDEO, not stopped and any(each.has_video for each in person.streams)),
            (PersonAction.MUTE, is_host and _microphone_on(person)),
            (PersonAction.STOP_SHARE, is_host and sharing),
            (PersonAction.REMOVE, is_host),
        )
        return tuple(action for action, holds in possible if holds)

    def _spoken(self, row: PersonRow) -> PersonRow:
        parts = (
            row.person.name,
            row.line,
            self.tr("microphone off") if row.muted else self.tr("microphone on"),
            self.tr("camera on") if row.camera_on else self.tr("camera off"),
            self.tr("hand raised, place {place}").format(place=row.hand) if row.hand else "",
            self.tr("shares a screen") if row.sharing else "",
        )
        return replace(row, accessible=", ".join(part for part in parts if part))


def _microphone_on(person: ParticipantState) -> bool:
    return any(stream.has_audio and stream.microphone_on for stream in person.streams)


def _main_stream(person: ParticipantState) -> str:
    """What one wants to see of somebody: the face, or the screen of who shows no face."""
    return person.streams[0].stream_id
