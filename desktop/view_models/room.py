"""What the room window shows and can do, from *Join* to the end screen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Meeting, Role, User
from desktop.meeting.alone import AloneWatch
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot
from desktop.rtc.room import RoomRequest
from desktop.rtc.signals import Signal as DataSignal
from desktop.rtc.state import EndReason, RoomPhase, RoomState
from desktop.view_models.entry import EVERYTHING_ON, Entry
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.ports import DevicesPort, MeetingsPort, RoomFactory, RoomPort
from desktop.view_models.room_chat import ChatViewModel
from desktop.view_models.room_ending import RoomEnding
from desktop.view_models.room_hands import RoomHands
from desktop.view_models.room_layout import LayoutViewModel
from desktop.view_models.room_part import RoomPart
from desktop.view_models.room_people import PeopleViewModel
from desktop.view_models.room_quality import StatisticsViewModel
from desktop.view_models.room_saving import SavingViewModel
from desktop.view_models.room_sound import RoomSound
from desktop.view_models.room_switches import Device, RoomSwitches
from desktop.view_models.room_tiles import RoomTiles
from desktop.view_models.room_token import renewed_token
from desktop.view_models.room_words import RoomWords
from desktop.view_models.states import ErrorText, RoomStage, RoomViewState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

TICK_MS = 200


class RoomViewModel(ViewModel[RoomViewState]):
    """One meeting's room.

    Attributes:
        chat: the conversation in writing.
        people: who is there, and hands.
        layout: how the viewer wants the tiles to stand.
        saving: what is done without.
        statistics: figures for support.

    Signals:
        finished(): the window may close; the list is next.

    Args:
        meeting: the running meeting.
        user: who we are.
        meetings: the service.
        make_room: makes the live room; called once for every attempt to join.
        language: words and dates.
        entry: what is on from the beginning.
        devices: the machine's, to say what is unplugged; None says nothing of them.
        clock: monotonic seconds.
    """

    finished = Signal()

    def __init__(
        self,
        meeting: Meeting,
        user: User,
        meetings: MeetingsPort,
        make_room: RoomFactory,
        language: Language,
        *,
        entry: Entry = EVERYTHING_ON,
        devices: DevicesPort | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(RoomViewState(title=meeting.title), on_unexpected, parent)
        self._meeting = meeting
        self._user = user
        self._service = meetings
        self._make_room = make_room
        hands = RoomHands()
        self._tiles = RoomTiles(user, hands, self, clock=clock)
        self._words = RoomWords(meeting, language, self)
        self._sound = RoomSound(devices, self, clock=clock)
        self.chat = ChatViewModel(
            str(user.id), meetings.now, self._words.dates, on_unexpected=on_unexpected, parent=self
        )
        self.layout = LayoutViewModel(self._tiles, parent=self)
        self.saving = SavingViewModel(self._show_camera, on_unexpected=on_unexpected, parent=self)
        self.people = PeopleViewModel(
            self._tiles,
            hands,
            self._muted_by_host,
            self.layout.toggle_pin,
            self.saving.set_watched,
            on_unexpected=on_unexpected,
            parent=self,
        )
        self.statistics = StatisticsViewModel(
            self._tiles.quality, self._words.dates, on_unexpected=on_unexpected, parent=self
        )
        parts = (self.chat, self.layout, self.people, self.saving, self.statistics)
        self._parts: tuple[RoomPart[Any], ...] = parts
        self._room: RoomPort | None = None
        self._attached: RoomPort | None = None
        """The room that we listen to."""
        self._failure: ErrorText | None = None
        self._failed_to_end = False
        self._leaving = False
        self._switches = RoomSwitches(self._scope, self._write)
        self._over = False
        """We are out of the room, for now or for good."""
        self._ending = RoomEnding(meeting, meetings, self._scope, self._write)
        self._wanted = (entry.microphone_on, entry.camera_on)
        """Microphone and camera, while a room has not said what they are."""
        self._clock = clock
        self._alone = AloneWatch()
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._tick)
        self.saving.changed.connect(lambda state: self.people.show_unwatched(state.unwatched))
        self.saving.changed.connect(self._write)
        self.layout.changed.connect(lambda state: self.people.show_pinned(state.pinned))
        language.changed.connect(self._speak)
        self._write()

    @property
    def room_state(self) -> RoomState:
        """The room as `rtc` sees it; idle before the first attempt, with what is to be on."""
        if self._room is not None and self._room.state.phase is not RoomPhase.IDLE:
            return self._room.state
        return RoomState(microphone_on=self._wanted[0], camera_on=self._wanted[1])

    def picture(self, key: str) -> PictureSlot:
        """What the tile with this key paints."""
        return self._room.picture(key) if self._room is not None else PictureSlot()

    def start(self) -> None:
        """Join."""
        self._ticker.start()
        self._scope.start(self._join(), name="join room")

    async def close(self) -> None:
        """Leave without a word to the service and stop; the meeting itself goes on."""
        self._ticker.stop()
        self._sound.close()
        for part in self._parts:
            await part.close()
        await super().close()
        room = self._detach()
        if room is not None:
            await room.leave()

    # ------------------------------------------------------------------ intentions

    def toggle_microphone(self) -> None:
        """Mute or unmute."""
        self._switches.toggle(Device.MICROPHONE, self._room)

    def toggle_camera(self) -> None:
        """Hide or show the own picture."""
        self._switches.toggle(Device.CAMERA, self._room)

    def talk(self, pressed: bool) -> None:
        """The key that is held to talk goes down or up."""
        self._switches.hold(self._room, pressed=pressed)

    def leave(self) -> None:
        """The red button: the client leaves; the host ends, unless others would go on without him."""
        if self._is_host and not self._state.leave_choices:
            self.end_for_all()
        elif not self._leaving:
            self._leaving = True
            self._write()
            self._scope.start(self._leave(), name="leave room")

    def come_back(self) -> None:
        """Join again, from the end screen; microphone and camera are as they were."""
        if self._ending.can_come_back and self._over:
            self._over = False
            self._ending.come_back()
            self._scope.start(self._join(), name="come back")

    def stay(self) -> None:
        """Whoever is alone wants to wait longer."""
        self._alone.stay(self._clock())
        self._write()

    def end_for_all(self) -> None:
        """End the meeting for everybody."""
        if self._is_host and not self._leaving:
            self._leaving = True
            self._failed_to_end = False
            self._failure = None
            self._write()
            self._scope.start(self._end(), name="end meeting")

    def close_room(self) -> None:
        """Back to the list, from the end screen or from an error."""
        if not self._leaving:
            self._leaving = True
            self._scope.start(self._finish(), name="close room")

    def retry(self) -> None:
        """Try again what failed: ending, or joining."""
        if self._failed_to_end:
            self.end_for_all()
        elif self._failure is not None and not self._leaving:
            self._failure = None
            self._write()
            self._scope.start(self._join(), name="join room")

    # ------------------------------------------------------------------ work

    @property
    def _is_host(self) -> bool:
        return self._meeting.my_role is Role.OPERATOR

    async def _join(self) -> None:
        self._wanted = (self._state.microphone_on, self._state.camera_on)
        former = self._detach()
        if former is not None:
            await former.leave()
        self._room = self._attached = room = self._make_room()
        room.changed.connect(self._on_room)
        room.signal_received.connect(self._on_signal)
        for part in self._parts:
            part.attach(room)
        try:
            await room.join(
                RoomRequest(
                    token=(await self._service.room_token(self._meeting.id)).token,
                    name=self._user.full_name,
                    microphone_on=self._wanted[0],
                    camera_on=self._wanted[1],
                    renew_token=partial(renewed_token, self._service, self._meeting.id),
                )
            )
        except ApiError as error:
            self._failure = text_for(error.code)
        except RtcError as error:
            if error.code is not RtcErrorCode.CLOSED:
                self._failure = text_for(error.code)
        self._write()

    def _detach(self) -> RoomPort | None:
        """Stop listening to the room, whose last words do not count any more; None for no room."""
        room, self._attached = self._attached, None
        if room is not None:
            room.changed.disconnect(self._on_room)
            room.signal_received.disconnect(self._on_signal)
        return room

    async def _leave(self) -> None:
        """Out of the room, and on to the end screen."""
        if self._room is not None:
            await self._room.leave()
        self._leaving = False
        self._go_out(may_come_back=True)
        self._write()

    async def _finish(self) -> None:
        if self._room is not None:
            await self._room.leave()
        self._ticker.stop()
        self.finished.emit()

    async def _end(self) -> None:
        # Our own media closes first: what is said after pressing the button is nobody's business.
        if self._room is not None:
            await self._room.leave()
        try:
            await self._service.end(self._meeting.id)
        except ApiError as error:
            if error.code is not ApiErrorCode.MEETING_CLOSED:
                self._leaving = False
                self._failed_to_end = True
                self._failure = text_for(error.code)
                self._write()
                return
        self._ticker.stop()
        self.finished.emit()

    def _on_room(self, state: RoomState) -> None:
        for part in self._parts:
            part.take_state(state)
        self._sound.take_state(state)
        if state.error is not None and state.phase is not RoomPhase.LEFT:
            self._switches.warning = text_for(state.error).sentence
        if state.phase is RoomPhase.LEFT and not self._leaving:
            self._go_out(may_come_back=False)
        if state.phase is RoomPhase.LEFT and state.end_reason is EndReason.NETWORK:
            self._failure = self._words.connection_lost()
        self._write()

    def _go_out(self, *, may_come_back: bool) -> None:
        if not self._over:
            self._over = True
            self._ending.begin(may_come_back=may_come_back)

    def _on_signal(self, signal: DataSignal) -> None:
        for part in self._parts:
            part.take_signal(signal)

    def _muted_by_host(self, name: str) -> None:
        """The host's word; only we switch it on again."""
        self._switches.mute(self._room, self._words.muted_by_host(name))

    def _show_camera(self, on: bool) -> None:
        if self._room is not None and self._room.state.camera_on is not on:
            self._switches.toggle(Device.CAMERA, self._room)

    def _tick(self) -> None:
        state = self.room_state
        if self._room is not None:
            self._tiles.listen(self._room)
            for part in self._parts:
                part.tick()
        alone = not state.participants
        if state.phase is RoomPhase.CONNECTED and self._alone.take(self._clock(), alone=alone):
            log.info("alone for too long: leaving")
            self._alone.stay(self._clock())
            self.leave()
        self._write()

    # ------------------------------------------------------------------ state

    def _speak(self) -> None:
        """The language changed."""
        for part in self._parts:
            part.rewrite()
        self._write()

    def _seen(self) -> RoomState:
        """The room's state, made true where its own comes a moment late or says nothing yet."""
        state = self.room_state
        if self._over and state.phase is not RoomPhase.LEFT:
            return replace(state, phase=RoomPhase.LEFT, end_reason=EndReason.LEFT, participants=())
        return state

    def _write(self) -> None:
        state = self._seen()
        tiles = self._tiles.others(state, self.saving.state.unwatched)
        stage, message, detail = self._stage(state, bool(tiles))
        others = len(state.participants)
        self._set(
            stage=stage,
            elapsed="" if self._over else self._words.elapsed(self._service.now()),
            message=message,
            detail=detail,
            error=self._failure,
            tiles=tiles,
            own=self._tiles.own(state),
            microphone_on=state.microphone_on,
            camera_on=state.camera_on,
            microphone_busy=Device.MICROPHONE in self._switches.busy,
            camera_busy=Device.CAMERA in self._switches.busy,
            leaving=self._leaving,
            leave_choices=self._is_host and others > 1,
            end_count=others,
            microphone_silent=self._sound.silent,
            warning=self._sound.sentence or self._switches.warning or self._words.notice(state),
            sharing=state.sharing,
            can_come_back=self._over and not self._leaving and self._ending.can_come_back,
            next_meeting=self._words.next_meeting(self._ending.next, self._service.now())
            if self._over
            else "",
            can_stay=self._counts_down,
        )

    def _stage(self, state: RoomState, somebody: bool) -> tuple[RoomStage, str, str]:
        if self._leaving:
            return RoomStage.CONNECTING, self._words.leaving(), ""
        if self._failure is not None:
            return RoomStage.ENDED, "", ""
        if self._counts_down and self._alone.left_s is not None:
            return RoomStage.LIVE, *self._words.alone(self._alone.left_s)
        stage, message, detail = self._words.stage(state, somebody=somebody, ended=self._ending.ended)
        ended = stage is RoomStage.ENDED
        return stage, message, self._words.duration(self._ending.ended) if ended else detail

    @property
    def _counts_down(self) -> bool:
        connected = self.room_state.phase is RoomPhase.CONNECTED
        return self._alone.left_s is not None and connected and not (self._leaving or self._over)
