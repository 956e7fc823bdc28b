"""What the room window shows and can do, from *Join* to the end screen."""

from __future__ import annotations

import logging
import time

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Meeting, MeetingStatus, Role, User
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot
from desktop.rtc.room import RoomRequest
from desktop.rtc.state import (
    EndReason,
    ParticipantState,
    Quality,
    QualityReason,
    QualityWord,
    RoomNotice,
    RoomPhase,
    RoomState,
    StreamPhase,
    StreamState,
)
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.ports import MeetingsPort, RoomFactory, RoomPort
from desktop.view_models.states import ErrorText, PersonState, RoomStage, RoomViewState, TileState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

OWN_KEY = ""
"""Key of the own tile."""
SPEAKING_RMS = 0.01
"""Loudness from which somebody counts as speaking (−40 dBFS)."""
SPEAKING_HOLD_S = 0.8
"""How long the ring stays after the last loud moment, so that it does not flicker between words."""
TICK_MS = 200

_NO_MORE_TOKENS = {
    ApiErrorCode.MEETING_CLOSED: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.MEETING_NOT_LIVE: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.NOT_FOUND: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.FORBIDDEN: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.SESSION_ENDED: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.UNAUTHENTICATED: RtcErrorCode.NOT_ALLOWED,
}
"""Refusals of the service that asking again does not change; any other is tried again."""


class RoomViewModel(ViewModel[RoomViewState]):
    """One meeting's room.

    Signals:
        finished(): the window may close; the list is next.

    Args:
        meeting: the running meeting.
        user: who we are.
        meetings: the service.
        make_room: makes the live room; called once for every attempt to join.
        language: words and dates.
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
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(RoomViewState(title=meeting.title), on_unexpected, parent)
        self._meeting = meeting
        self._user = user
        self._service = meetings
        self._make_room = make_room
        self._language = language
        self._room: RoomPort | None = None
        self._failure: ErrorText | None = None
        self._failed_to_end = False
        self._leaving = False
        self._warning = ""
        self._busy: set[str] = set()
        self._loud_at: dict[str, float] = {}
        self._ended: Meeting | None = None
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._tick)
        language.changed.connect(self._write)
        self._write()

    @property
    def room_state(self) -> RoomState:
        """The room as `rtc` sees it; idle before the first attempt."""
        return self._room.state if self._room is not None else RoomState()

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
        await super().close()
        if self._room is not None:
            await self._room.leave()

    # ------------------------------------------------------------------ intentions

    def toggle_microphone(self) -> None:
        """Mute or unmute."""
        self._toggle("microphone")

    def toggle_camera(self) -> None:
        """Hide or show the own picture."""
        self._toggle("camera")

    def leave(self) -> None:
        """The red button: the client leaves; the host ends, unless others would go on without him."""
        if self._is_host and not self._state.leave_choices:
            self.end_for_all()
        elif not self._leaving:
            self._leaving = True
            self._write()
            self._scope.start(self._leave(), name="leave room")

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
            self._scope.start(self._leave(), name="close room")

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
        if self._room is not None:
            self._room.changed.disconnect(self._on_room)  # a former attempt's last words do not count
            await self._room.leave()
        self._room = room = self._make_room()
        room.changed.connect(self._on_room)
        try:
            ticket = await self._service.room_token(self._meeting.id)
            await room.join(
                RoomRequest(
                    token=ticket.token,
                    name=self._user.full_name,
                    microphone_on=self._state.microphone_on,
                    camera_on=self._state.camera_on,
                    renew_token=self._renew_token,
                )
            )
        except ApiError as error:
            self._failure = text_for(error.code)
        except RtcError as error:
            if error.code is not RtcErrorCode.CLOSED:
                self._failure = text_for(error.code)
        self._write()

    async def _renew_token(self) -> str:
        """One more token, when the media server has forgotten us; the service decides.

        Raises:
            RtcError: as `RenewToken` wants it.
        """
        try:
            return (await self._service.room_token(self._meeting.id)).token
        except ApiError as error:
            raise RtcError(_NO_MORE_TOKENS.get(error.code, RtcErrorCode.UNREACHABLE)) from error

    def _toggle(self, device: str) -> None:
        if self._room is None or device in self._busy or self.room_state.phase is RoomPhase.LEFT:
            return
        self._busy.add(device)
        self._warning = ""
        self._write()
        self._scope.start(self._switch(device, self._room), name=f"toggle {device}")

    async def _switch(self, device: str, room: RoomPort) -> None:
        try:
            if device == "microphone":
                await room.set_microphone(not room.state.microphone_on)
            else:
                await room.set_camera(not room.state.camera_on)
        except RtcError as error:
            if error.code is not RtcErrorCode.CLOSED:
                self._warning = text_for(error.code).sentence
        finally:
            self._busy.discard(device)
            self._write()

    async def _leave(self) -> None:
        if self._room is not None:
            await self._room.leave()
        self._ticker.stop()
        self.finished.emit()

    async def _end(self) -> None:
        # Our own media closes first: what is said after pressing the button is nobody's business.
        if self._room is not None:
            await self._room.leave()
        try:
            self._ended = await self._service.end(self._meeting.id)
        except ApiError as error:
            if error.code is not ApiErrorCode.MEETING_CLOSED:
                self._leaving = False
                self._failed_to_end = True
                self._failure = text_for(error.code)
                self._write()
                return
        self._ticker.stop()
        self.finished.emit()

    async def _fetch_ended(self) -> None:
        """How long it really was, for the end screen."""
        try:
            meeting = await self._service.meeting(self._meeting.id)
        except ApiError as error:
            log.info("the ended meeting could not be fetched: %s", error.code.value)
            return
        if meeting.status is MeetingStatus.COMPLETED:
            self._ended = meeting
            self._write()

    def _on_room(self, state: RoomState) -> None:
        if state.error is not None and state.phase is not RoomPhase.LEFT:
            self._warning = text_for(state.error).sentence
        if state.phase is RoomPhase.LEFT and state.end_reason is EndReason.CLOSED and self._ended is None:
            self._scope.start(self._fetch_ended(), name="ended meeting")
        if state.phase is RoomPhase.LEFT and state.end_reason is EndReason.NETWORK:
            self._failure = ErrorText(self.tr("The connection was lost for too long."), self.tr("Join again"))
        self._write()

    def _tick(self) -> None:
        room = self._room
        if room is not None:
            now = time.monotonic()
            for key in [OWN_KEY, *(stream.stream_id for _, stream in self._streams(room.state))]:
                if room.audio_level(key).rms >= SPEAKING_RMS:
                    self._loud_at[key] = now
        self._write()

    # ------------------------------------------------------------------ words

    @staticmethod
    def _streams(state: RoomState) -> list[tuple[ParticipantState, StreamState]]:
        return [(person, stream) for person in state.participants for stream in person.streams]

    def _write(self) -> None:
        state = self.room_state
        tiles = tuple(self._tile(person, stream) for person, stream in self._streams(state))
        stage, message, detail = self._stage(state, bool(tiles))
        others = len(state.participants)
        self._set(
            stage=stage,
            elapsed=self._elapsed(),
            message=message,
            detail=detail,
            error=self._failure,
            tiles=tiles,
            own=self._own_tile(state),
            microphone_on=state.microphone_on,
            camera_on=state.camera_on,
            microphone_busy="microphone" in self._busy,
            camera_busy="camera" in self._busy,
            leaving=self._leaving,
            leave_choices=self._is_host and others > 1,
            end_count=others,
            warning=self._warning or self._notice(state),
        )

    def _elapsed(self) -> str:
        if self._meeting.started_at is None:
            return ""
        seconds = int((self._service.now() - self._meeting.started_at).total_seconds())
        return self._dates().elapsed(seconds)

    def _dates(self) -> Dates:
        return Dates(self._language.locale, system_zone())

    def _stage(self, state: RoomState, somebody: bool) -> tuple[RoomStage, str, str]:
        if self._leaving:
            return RoomStage.CONNECTING, self.tr("Leaving the meeting…"), ""
        if self._failure is not None:
            return RoomStage.ENDED, "", ""
        match state.phase:
            case RoomPhase.IDLE | RoomPhase.CONNECTING:
                return RoomStage.CONNECTING, self.tr("Joining the meeting…"), ""
            case RoomPhase.RECONNECTING:
                return (
                    RoomStage.RECONNECTING,
                    self.tr("Reconnecting…"),
                    self.tr("Sound and picture come back by themselves."),
                )
            case RoomPhase.LEFT:
                return RoomStage.ENDED, self._end_message(state), self._end_detail()
        if somebody:
            return RoomStage.LIVE, "", ""
        other = self._meeting.client if self._is_host else self._meeting.operator
        return (
            RoomStage.LIVE,
            self.tr("{name} is not here yet.").format(name=other.full_name),
            self.tr("You are connected: the picture appears by itself."),
        )

    def _end_message(self, state: RoomState) -> str:
        if state.error is not None:
            return text_for(state.error).sentence
        match state.end_reason:
            case EndReason.CLOSED:
                if self._is_host:
                    return self.tr("The meeting is over.")
                return self.tr("{name} has ended the meeting.").format(name=self._meeting.operator.full_name)
            case EndReason.REMOVED:
                return self.tr("You were removed from the meeting.")
        return self.tr("You have left the meeting.")

    def _end_detail(self) -> str:
        if self._ended is None or self._ended.duration_seconds is None:
            return ""
        return self.tr("Duration: {duration}").format(
            duration=self._dates().duration(self._ended.duration_seconds)
        )

    def _speaking(self, key: str) -> bool:
        return time.monotonic() - self._loud_at.get(key, float("-inf")) < SPEAKING_HOLD_S

    def _tile(self, person: ParticipantState, stream: StreamState) -> TileState:
        muted = not (stream.has_audio and stream.microphone_on)
        shown = person_state(person.account_id or person.connection_id, person.name)
        connecting = stream.phase is StreamPhase.CONNECTING
        failed = stream.phase is StreamPhase.FAILED
        quality = self._quality_word(person.quality)
        return TileState(
            key=stream.stream_id,
            person=shown,
            connecting=connecting or failed,
            connecting_text=self.tr("No sound and picture")
            if failed
            else self.tr("Connecting…")
            if connecting
            else "",
            muted=muted,
            camera_on=stream.has_video and stream.camera_on,
            speaking=not muted and self._speaking(stream.stream_id),
            accessible=self._spoken(person.name, muted, stream.has_video and stream.camera_on, quality),
            quality=quality,
        )

    def _own_tile(self, state: RoomState) -> TileState:
        quality = self._quality_word(state.own_quality)
        return TileState(
            key=OWN_KEY,
            person=PersonState(
                name=self.tr("You"),
                initials=(own := person_state(str(self._user.id), self._user.full_name)).initials,
                tint=own.tint,
            ),
            muted=not state.microphone_on,
            camera_on=state.camera_on,
            speaking=state.microphone_on and self._speaking(OWN_KEY),
            is_self=True,
            accessible=self._spoken(self.tr("You"), not state.microphone_on, state.camera_on, quality),
            quality=quality,
        )

    def _quality_word(self, quality: Quality) -> str:
        """What to say beside a name; a good connection needs no word."""
        if quality.word is QualityWord.LOST:
            return self.tr("Connection lost")
        if quality.word is QualityWord.POOR:
            if quality.reason is QualityReason.COMPUTER:
                return self.tr("Computer too slow")
            return self.tr("Weak connection")
        return ""

    def _notice(self, state: RoomState) -> str:
        """What the room did by itself, in a sentence."""
        if state.notice is RoomNotice.CAMERA_OFF_FOR_VOICE and state.phase is not RoomPhase.LEFT:
            return self.tr("Your camera is off so that your voice gets through. It comes back by itself.")
        return ""

    def _spoken(self, name: str, muted: bool, camera_on: bool, quality: str) -> str:
        microphone = self.tr("microphone off") if muted else self.tr("microphone on")
        camera = self.tr("camera on") if camera_on else self.tr("camera off")
        return ", ".join(part for part in (name, microphone, camera, quality) if part)
