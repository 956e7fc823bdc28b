"""The screen before a meeting: what one is seen and heard with, and the way in. Its host starts it here.

A client may come before the meeting has started, or while its host holds the door: the same screen then
waits, tells the service so (the host sees and hears it), and goes in by itself the moment the host starts
or lets him in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime
from typing import Protocol
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Meeting, MeetingStatus, Role, User, Waiting
from desktop.meeting.nudge import NudgeWatch
from desktop.rtc.errors import RtcErrorCode
from desktop.rtc.media import PictureSlot
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.device_pickers import DENIED, blur_of, picker_of
from desktop.view_models.device_states import DeviceKind
from desktop.view_models.entry import Entry, EntryHabits
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.ports import DevicesPort
from desktop.view_models.prejoin_states import PreJoinState
from desktop.view_models.prejoin_words import PreJoinWords, is_held
from desktop.view_models.states import PersonState, TileState, Tone
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

TICK_MS = 500
"""How often countdown and state line are written anew."""

SHORTEST_TELL_S, LONGEST_TELL_S = 5.0, 60.0
"""Bounds of how often the service hears that somebody still waits; half of what it asks for is used."""


class WaitingPort(Protocol):
    """The service, as far as waiting is concerned. Each call may raise `ApiError`."""

    def now(self) -> datetime:
        """The service's clock: aware, UTC."""

    async def meeting(self, meeting_id: UUID) -> Meeting:
        """One meeting."""

    async def start(self, meeting_id: UUID) -> Meeting:
        """`scheduled → in_progress`, by the host."""

    async def wait(self, meeting_id: UUID) -> Waiting:
        """We are in the waiting room; to be said again before `expires_at`."""

    async def stop_waiting(self, meeting_id: UUID) -> None:
        """We have left it."""

    async def nudge(self, meeting_id: UUID) -> None:
        """Tell the host that we wait."""


class PreJoinViewModel(ViewModel[PreJoinState]):
    """One meeting's screen before the room.

    Signals:
        entered(Meeting, Entry): into the room, now.
        cancelled(): back to the list.
        skip_changed(bool): straight into the room from the next time on, or not any more.
        settings_wanted(DeviceKind): the page of the system's settings where a device is allowed.

    Args:
        meeting: running, held or not; scheduled, and we are its host or near enough that one may wait.
        user: who we are.
        service: clock and waiting room.
        devices: the machine's.
        language: words and dates.
        habits: what was chosen the last time.
        settings_page: this system has pages that `settings_wanted` can open.
    """

    entered = Signal(object, object)
    cancelled = Signal()
    skip_changed = Signal(bool)
    settings_wanted = Signal(object)

    def __init__(
        self,
        meeting: Meeting,
        user: User,
        service: WaitingPort,
        devices: DevicesPort,
        language: Language,
        *,
        habits: EntryHabits,
        settings_page: bool = False,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        entry = habits.entry
        super().__init__(
            PreJoinState(
                camera_on=entry.camera_on,
                microphone_on=entry.microphone_on,
                skip=habits.skip,
                can_skip=habits.can_skip,
            ),
            on_unexpected,
            parent,
        )
        self._words = PreJoinWords(self)
        self._meeting = meeting
        self._user = user
        self._service = service
        self._devices = devices
        self._language = language
        self._settings_page = settings_page
        self._joining = False
        self._problem = ""
        """Why the meeting could not be started."""
        self._gone = self._words.gone(self._meeting)
        self._told = False
        self._nudges = NudgeWatch()
        self._tells = False
        """The service is being told that we wait."""
        self._hurry = asyncio.Event()
        """What we wait for has changed: tell it now."""
        self.preview = devices.preview()
        devices.changed.connect(self._write)
        self.preview.changed.connect(self._write)
        language.changed.connect(self._write)
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._write)
        self._write()

    @property
    def picture(self) -> PictureSlot:
        """What our camera shows."""
        return self.preview.picture

    @property
    def loudness(self) -> float:
        """How loud our microphone is, 0.0 to 1.0 for a bar."""
        return self.preview.loudness

    def start(self) -> None:
        """Open the devices and, before the start of the meeting, wait for it."""
        self._ticker.start()
        self._scope.start(self._devices.load(), name="device lists")
        self.preview.show_camera(self._state.camera_on)
        self.preview.listen(True)
        self._tell()

    async def close(self) -> None:
        """Stop waiting and release the devices that nobody took over."""
        self._ticker.stop()
        await super().close()
        if self._told and self._is_waiting:
            await self._stop_waiting()
        await self.preview.close()

    # ------------------------------------------------------------------ intentions

    def toggle_microphone(self) -> None:
        """Join muted, or not. The level is shown either way: somebody muted still wants to test it."""
        self._set(microphone_on=not self._state.microphone_on)
        self._write()

    def toggle_camera(self) -> None:
        """Join without a picture, or with one."""
        self._set(camera_on=not self._state.camera_on)
        self.preview.show_camera(self._state.camera_on)
        self._write()

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Use another device; "" for the system's default."""
        self._devices.choose(kind, device_id)
        if kind is DeviceKind.CAMERA and self._state.camera_on:
            self.preview.show_camera(True)

    def set_blur(self, on: bool) -> None:
        """Put the background of our picture out of focus, or not."""
        self._devices.set_blur(on)

    def help_with(self, kind: DeviceKind) -> None:
        """Press the button beside a device's error: allow it in the system's settings, or try again."""
        if self._settings_page and self._error_of(kind) in DENIED:
            self.settings_wanted.emit(kind)
        elif kind is DeviceKind.CAMERA:
            self.preview.show_camera(False)
            self.preview.show_camera(self._state.camera_on)
        else:
            self.preview.listen(False)
            self.preview.listen(True)

    def test_speaker(self) -> None:
        """Record three seconds and play them."""
        self.preview.test_speaker()

    def set_skip(self, skip: bool) -> None:
        """Straight into the room from the next time on, or not any more."""
        if self._state.can_skip and skip is not self._state.skip:
            self._set(skip=skip)
            self.skip_changed.emit(skip)

    def join(self) -> None:
        """Go in, when the meeting runs; its host starts it first."""
        if self._starts and not self._joining and not self._gone:
            self._joining, self._problem = True, ""
            self._write()
            self._scope.start(self._start_meeting(), name="start meeting")
            return
        may = self._meeting.status is MeetingStatus.IN_PROGRESS and not (is_held(self._meeting) or self._gone)
        if may and not self._joining:
            self._joining = True
            self._write()
            self.entered.emit(self._meeting, Entry(self._state.microphone_on, self._state.camera_on))

    async def _start_meeting(self) -> None:
        try:
            self._meeting = await self._service.start(self._meeting.id)
        except ApiError as error:
            self._joining, self._problem = False, text_for(error.code).sentence
            self._write()
        else:
            self._write()
            self.entered.emit(self._meeting, Entry(self._state.microphone_on, self._state.camera_on))

    def nudge(self) -> None:
        """Tell the host once more that we wait."""
        if self._state.nudge:
            self._nudges.nudge(self._service.now())
            self._write()
            self._scope.start(self._nudge(), name="nudge")

    async def _nudge(self) -> None:
        try:
            await self._service.nudge(self._meeting.id)
        except ApiError as error:
            self._nudges.nudge(None)
            self._problem = text_for(error.code).sentence
        else:
            self._problem = ""
        self._write()

    def leave(self) -> None:
        """Back to the list."""
        self.cancelled.emit()

    def take_meeting(self, meeting: Meeting) -> None:
        """Take a newer state of the meeting; one that is open to us from now on is entered at once."""
        if meeting.id != self._meeting.id or meeting.version < self._meeting.version or self._joining:
            return
        waited, before = self._is_waiting, self._meeting.status
        self._meeting = meeting
        self._gone = self._words.gone(self._meeting)
        self._write()
        if waited and not self._is_waiting and not self._gone:
            self.join()
        elif self._tells and before is not meeting.status:
            self._hurry.set()
        else:
            self._tell()

    # ------------------------------------------------------------------ waiting

    @property
    def _is_host(self) -> bool:
        return self._meeting.my_role is Role.OPERATOR

    @property
    def _starts(self) -> bool:
        return self._is_host and self._meeting.status is MeetingStatus.SCHEDULED

    @property
    def _is_waiting(self) -> bool:
        """For the start, or behind the door."""
        if self._is_host or self._gone:
            return False
        return self._meeting.status is MeetingStatus.SCHEDULED or is_held(self._meeting)

    def _tell(self) -> None:
        if self._is_waiting and not self._tells:
            self._tells = True
            self._scope.start(self._wait(), name="waiting room")

    async def _wait(self) -> None:
        """Tell the service that we are here, again and again until we may go in."""
        while self._is_waiting:
            pause_s = SHORTEST_TELL_S
            try:
                waiting = await self._service.wait(self._meeting.id)
                self._told = True
                left_s = (waiting.expires_at - self._service.now()).total_seconds()
                pause_s = min(LONGEST_TELL_S, max(SHORTEST_TELL_S, left_s / 2))
            except ApiError as error:
                log.info("waiting could not be told: %s", error.code.value)
                await self._look_again(error.code)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), pause_s)
            self._hurry.clear()
        self._tells = False

    async def _look_again(self, code: ApiErrorCode) -> None:
        """The service does not let us wait: we may go in, or never."""
        try:
            self.take_meeting(await self._service.meeting(self._meeting.id))
        except ApiError as error:
            if error.code is ApiErrorCode.NOT_FOUND:
                self._gone = text_for(error.code).sentence
                self._write()
            log.info("the meeting could not be looked at after %s: %s", code.value, error.code.value)

    async def _stop_waiting(self) -> None:
        try:
            await self._service.stop_waiting(self._meeting.id)
        except ApiError as error:
            # The service forgets us by itself a little later.
            log.info("the end of waiting could not be told: %s", error.code.value)

    # ------------------------------------------------------------------ words

    def _error_of(self, kind: DeviceKind) -> RtcErrorCode | None:
        state = self.preview.state
        return {
            DeviceKind.CAMERA: state.camera_error,
            DeviceKind.MICROPHONE: state.microphone_error,
            DeviceKind.SPEAKER: None,
        }[kind]

    def _write(self) -> None:
        meeting, dates = self._meeting, Dates(self._language.locale, system_zone())
        now = self._service.now()
        other = meeting.client if self._is_host else meeting.operator
        preview, devices = self.preview.state, self._devices.state
        line, tone = self._words.line(meeting, now, dates)
        if self._is_waiting and self._nudges.just_nudged(now):
            line, tone = self._words.nudged(meeting), Tone.SUCCESS
        if self._problem:
            line, tone = self._problem, Tone.DANGER
        ahead_s = (meeting.scheduled_at - now).total_seconds()
        may_nudge = self._nudges.may_nudge(now, meeting.scheduled_at, waiting=self._is_waiting)
        counts = self._is_waiting and not is_held(meeting) and ahead_s > 0
        pickers = {
            kind.value: picker_of(devices, kind, self._error_of(kind), settings_page=self._settings_page)
            for kind in DeviceKind
        }
        self._set(
            title=meeting.title,
            hours=", ".join(
                (
                    dates.day(meeting.scheduled_at, now=now),
                    dates.hours(meeting.scheduled_at, meeting.planned_minutes),
                )
            ),
            with_whom=person_state(other.full_name),
            with_whom_line=self._words.with_whom(other.full_name),
            line="" if self._gone else line,
            line_tone=tone,
            waiting=self._is_waiting,
            countdown=dates.elapsed(round(ahead_s)) if counts else "",
            countdown_line=self._words.wait(meeting, early=ahead_s > 0),
            own=self._own_tile(),
            camera_opening=preview.camera_opening,
            blur=blur_of(devices),
            test=preview.test,
            nudge=self._words.nudge(meeting) if may_nudge else "",
            starts=self._starts,
            joining=self._joining,
            error=self._gone,
            **pickers,
        )

    def _own_tile(self) -> TileState:
        person = person_state(self._user.full_name)
        shown = self._state.camera_on and self.preview.state.camera_error is None
        opening = shown and self.preview.state.camera_opening
        camera = self.tr("camera on") if self._state.camera_on else self.tr("camera off")
        microphone = self.tr("microphone on") if self._state.microphone_on else self.tr("microphone off")
        return TileState(
            key="",
            person=PersonState(self.tr("You"), person.initials, person.tint),
            connecting=opening,
            connecting_text=self.tr("The camera starts…") if opening else "",
            muted=not self._state.microphone_on,
            camera_on=shown,
            is_self=True,
            accessible=", ".join((self.tr("You"), microphone, camera)),
        )
