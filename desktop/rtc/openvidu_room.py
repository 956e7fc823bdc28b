"""A room on an OpenVidu 2 server: joins, publishes, subscribes to everybody, leaves.

The room owns every task, connection and device it starts and has ended all of them when `leave()`
returns. Messages of the server change the roster in the order they came; what takes time (offers,
answers, devices) happens in tasks that each belong to one stream.
"""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import ssl
from dataclasses import replace
from typing import Any

from aiortc import RTCIceServer

from desktop.meeting.reconnect import STREAM_DELAYS_S
from desktop.rtc.camera import Camera
from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.ice_servers import choose_ice_servers
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.messages import (
    JoinResult,
    JoinRoom,
    LeaveRoom,
    Notification,
    ParticipantEvicted,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantPublished,
    ParticipantUnpublished,
    RemoteCandidate,
    StreamPropertyChanged,
    read,
)
from desktop.rtc.microphone import Microphone
from desktop.rtc.mixer import Mixer
from desktop.rtc.publication import Publication
from desktop.rtc.room import OnState, RoomDevices, RoomRequest
from desktop.rtc.roster import Roster
from desktop.rtc.signalling import LineState, Signalling, SignallingTimes
from desktop.rtc.state import EndReason, RoomPhase, RoomState, StreamPhase, StreamState
from desktop.rtc.subscription import Subscription
from desktop.rtc.tasks import OwnedTasks
from desktop.rtc.token import Token

log = logging.getLogger(__name__)

LEAVE_REPLY_S = 1.5
"""How long leaving waits for the server; it closes our place itself when it never hears of us."""

MAX_EARLY_NOTIFICATIONS = 1_000

_END_REASONS = {
    "forceDisconnectByUser": EndReason.REMOVED,
    "forceDisconnectByServer": EndReason.REMOVED,
    "sessionClosedByServer": EndReason.CLOSED,
    "lastParticipantLeft": EndReason.CLOSED,
    "automaticStop": EndReason.CLOSED,
    "openviduServerStopped": EndReason.NETWORK,
    "networkDisconnect": EndReason.NETWORK,
    "mediaServerDisconnect": EndReason.NETWORK,
    "nodeCrashed": EndReason.NETWORK,
    "disconnect": EndReason.LEFT,
}
"""What an eviction's reason (OpenVidu 2.32 `EndReason`) means for us; any other removed us."""

_CAMERA_ERRORS = frozenset(code for code in RtcErrorCode if code.value.startswith("camera-"))
_MICROPHONE_ERRORS = frozenset(code for code in RtcErrorCode if code.value.startswith("microphone-"))


class OpenViduRoom:
    """The `Room` of OpenVidu 2 (2.12 to 2.32, Kurento and mediasoup).

    Args:
        request: name and initial state.
        devices: what is published and where the others are heard.
        on_state: told about every new state.
        token: the parsed token URL.
        ssl_context: for `wss`.
        times: limits of the signalling.
    """

    def __init__(
        self,
        request: RoomRequest,
        devices: RoomDevices,
        on_state: OnState,
        token: Token,
        *,
        ssl_context: ssl.SSLContext | None = None,
        times: SignallingTimes | None = None,
    ) -> None:
        self._request = request
        self._on_state = on_state
        self._token = token
        self._state = RoomState(
            microphone_on=request.microphone_on and devices.microphone is not None,
            camera_on=request.camera_on and devices.camera is not None,
        )
        self._slots = {"": PictureSlot()}
        self._levels = {"": AudioLevel()}
        self._camera = Camera(devices.camera, self._slots[""]) if devices.camera else None
        self._microphone = Microphone(devices.microphone, self._levels[""]) if devices.microphone else None
        self._output = DeviceSwitch(devices.output.open, devices.output.close) if devices.output else None
        self._mixer = Mixer(devices.output)
        self._signalling = Signalling(
            token,
            on_notification=self._notified,
            on_line=self._line_changed,
            ssl_context=ssl_context,
            times=times,
        )
        self._publication = Publication(
            self._signalling, self._camera, self._microphone, self._own_media_lost
        )
        self._roster = Roster()
        self._subscriptions: dict[str, tuple[Subscription, asyncio.Task[None]]] = {}
        self._tasks = OwnedTasks()
        self._switching = asyncio.Lock()
        self._early: list[Notification] = []
        self._joined: JoinResult | None = None
        self._ice_servers: list[RTCIceServer] = []
        self._joining: asyncio.Task[None] | None = None
        self._recovering = False
        self._ending: asyncio.Task[None] | None = None

    # --- the Room interface ---------------------------------------------------------------------

    @property
    def state(self) -> RoomState:
        """The current snapshot."""
        return self._state

    def picture(self, stream_id: str) -> PictureSlot:
        """The slot that a remote stream is painted from; `""` is the own picture."""
        return self._slots.setdefault(stream_id, PictureSlot())

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The loudness of a remote stream; `""` is the own microphone."""
        return self._levels.setdefault(stream_id, AudioLevel())

    async def join(self) -> None:
        """See `Room.join`; a room is joined once.

        Raises:
            RtcError: the phase is then `left`.
        """
        if self._joining is not None or self._ending is not None:
            raise RtcError(RtcErrorCode.CLOSED, "a room is joined once")
        self._set(phase=RoomPhase.CONNECTING)
        self._joining = asyncio.get_running_loop().create_task(self._join(), name="join")
        try:
            await asyncio.shield(self._joining)
        except asyncio.CancelledError:
            if not self._joining.cancelled():  # it is our caller who was cancelled
                await self._end(EndReason.LEFT)
                raise
            await self._end(EndReason.LEFT)
            raise RtcError(RtcErrorCode.CLOSED, "left while joining") from None
        except BaseException as error:
            code = error.code if isinstance(error, RtcError) else RtcErrorCode.MEDIA_FAILED
            await self._end(EndReason.FAILED, code)
            raise

    async def set_microphone(self, on: bool) -> None:
        """See `Room.set_microphone`.

        Raises:
            RtcError: a microphone code or `closed`.
        """
        async with self._switching:
            self._check_open()
            if self._microphone is None:
                raise RtcError(RtcErrorCode.MICROPHONE_MISSING)
            if on:
                await self._microphone.switch_on()
            else:
                self._microphone.mute()
            self._set(microphone_on=on, error=self._error_without(_MICROPHONE_ERRORS))
            self._tell_or_publish()

    async def set_camera(self, on: bool) -> None:
        """See `Room.set_camera`.

        Raises:
            RtcError: a camera code or `closed`.
        """
        async with self._switching:
            self._check_open()
            if self._camera is None:
                raise RtcError(RtcErrorCode.CAMERA_MISSING)
            if on:
                await self._camera.switch_on()
            else:
                await self._camera.switch_off()
            self._set(camera_on=on, error=self._error_without(_CAMERA_ERRORS))
            self._tell_or_publish()

    async def leave(self) -> None:
        """See `Room.leave`."""
        await self._end(EndReason.LEFT)

    # --- joining --------------------------------------------------------------------------------

    async def _join(self) -> None:
        opening = [self._open_microphone(), self._open_camera(), self._open_output()]
        devices = asyncio.gather(*opening)
        try:
            await self._signalling.open()
            reply = await self._signalling.request(self._join_request())
            self._enter(read(JoinResult, reply, what="joinRoom"))
            if self._publication.wanted and self._joined is not None and self._joined.may_publish:
                await self._publication.publish(self._ice_servers)
            await devices
            await self._tell()
        finally:
            devices.cancel()
            await asyncio.wait([devices])
            if not devices.cancelled():
                devices.exception()  # taken: the failure that ended the join is the one to report
        self._set(phase=RoomPhase.CONNECTED, own_stream_id=self._publication.stream_id)
        log.info("joined as %s", self._state.own_connection_id)

    def _join_request(self) -> JoinRoom:
        python = platform.python_version()
        return JoinRoom(
            token=self._token.url,
            session=self._token.room_id,
            platform=f"MiKL Visio, python-{python} on {platform.system()}",
            metadata=json.dumps({"name": self._request.name}),
        )

    def _enter(self, result: JoinResult) -> None:
        """Take over what the join result says, then what came while it was on its way."""
        self._joined = result
        self._signalling.keep(result.session_id)
        self._ice_servers = choose_ice_servers(result, self._token)
        self._roster.start(result.id, result.value)
        self._set(own_connection_id=result.id, is_moderator=result.is_moderator)
        self._roster_changed()
        early, self._early = self._early, []
        for message in early:
            self._notified(message)

    async def _open_microphone(self) -> None:
        if self._microphone is not None and self._request.microphone_on:
            try:
                await self._microphone.switch_on()
            except RtcError as error:
                log.warning("joining without a microphone: %s", error)
                # A camera that failed as well is the more visible loss: its code stays.
                self._set(microphone_on=False, error=self._state.error or error.code)

    async def _open_camera(self) -> None:
        if self._camera is not None and self._request.camera_on:
            try:
                await self._camera.switch_on()
            except RtcError as error:
                log.warning("joining without a camera: %s", error)
                self._set(camera_on=False, error=error.code)

    async def _open_output(self) -> None:
        if self._output is not None:
            await self._output.switch_on()
        self._tasks.start(self._mixer.run(), name="mixer")

    # --- what the server says -------------------------------------------------------------------

    def _notified(self, message: Notification) -> None:
        """Handle one notification, in the order of arrival; called by the signalling."""
        if self._ending is not None:
            return
        if self._joined is None:
            if len(self._early) < MAX_EARLY_NOTIFICATIONS:
                self._early.append(message)
            return
        match message:
            case RemoteCandidate():
                self._route_candidate(message)
                return
            case ParticipantEvicted():
                if message.connection_id == self._joined.id:
                    self._start_end(_END_REASONS.get(message.reason, EndReason.REMOVED))
                return
            case ParticipantUnpublished() if message.connection_id == self._joined.id:
                self._own_stream_taken(message.reason)
                return
            case ParticipantJoined():
                self._roster.joined(message.id, message.metadata)
            case ParticipantPublished():
                self._roster.published(message.id, message.streams)
            case ParticipantUnpublished():
                self._roster.unpublished(message.connection_id)
            case ParticipantLeft():
                self._roster.left(message.connection_id)
            case StreamPropertyChanged():
                self._roster.changed(message)
        self._roster_changed()

    def _route_candidate(self, message: RemoteCandidate) -> None:
        """To the peer of whose stream it is; our own stream's id may not be known yet."""
        if self._joined is not None and message.sender_connection_id == self._joined.id:
            self._publication.add_candidate(message.candidate)
            return
        for subscription, _ in self._subscriptions.values():
            if subscription.connection_id == message.sender_connection_id:
                subscription.add_candidate(message.candidate)

    def _roster_changed(self) -> None:
        """Subscribe to what is new, drop what is gone, tell about it."""
        present = {stream.stream_id for stream in self._roster.streams}
        for stream_id in [known for known in self._subscriptions if known not in present]:
            _, task = self._subscriptions.pop(stream_id)
            self._tasks.stop(task)  # its connection is closed by the task itself
            self._levels.pop(stream_id, None)
            if (slot := self._slots.pop(stream_id, None)) is not None:
                slot.clear()
        for person in self._roster.participants:
            for stream in person.streams:
                if stream.stream_id not in self._subscriptions:
                    self._subscribe(person.connection_id, stream)
        self._set(participants=self._roster.participants)

    def _subscribe(self, connection_id: str, stream: StreamState) -> None:
        subscription = Subscription(
            self._signalling,
            connection_id,
            stream,
            current=self._roster.stream,
            ice_servers=self._ice_servers,
            server_offers=self._joined is not None and self._joined.server_offers,
            slot=self.picture(stream.stream_id),
            level=self.audio_level(stream.stream_id),
            mixer=self._mixer,
            on_phase=self._stream_phase,
        )
        task = self._tasks.start(subscription.run(), name=f"stream {stream.stream_id}")
        if task is not None:
            self._subscriptions[stream.stream_id] = (subscription, task)

    def _stream_phase(self, stream_id: str, phase: StreamPhase) -> None:
        self._roster.set_phase(stream_id, phase)
        self._set(participants=self._roster.participants)

    # --- losing and finding the line ------------------------------------------------------------

    def _line_changed(self, line: LineState) -> None:
        if self._joined is None or self._ending is not None:
            return  # while joining, the pending request fails by itself
        if line is LineState.LOST:
            self._set(phase=RoomPhase.RECONNECTING)
        elif line is LineState.RESUMED:
            self._recover()
        else:
            self._start_end(EndReason.NETWORK)

    def _own_media_lost(self) -> None:
        if self._state.phase in {RoomPhase.CONNECTED, RoomPhase.RECONNECTING}:
            log.warning("the connection of the own stream was lost")
            self._set(phase=RoomPhase.RECONNECTING)
            self._recover()

    def _own_stream_taken(self, reason: str) -> None:
        """Our stream was taken down: publish again after a media server's restart, else be dark."""
        log.warning("the own stream was taken down: %s", reason)
        self._tasks.start(self._withdraw(again=reason == "mediaServerReconnect"), name="own stream taken")

    async def _withdraw(self, *, again: bool) -> None:
        async with self._switching:
            await self._publication.withdraw()
            if not again:
                if self._camera is not None:
                    await self._camera.switch_off()
                if self._microphone is not None:
                    self._microphone.mute()
                self._set(own_stream_id="", camera_on=False, microphone_on=False)
        if again:
            self._set(phase=RoomPhase.RECONNECTING, own_stream_id="")
            self._recover()

    def _recover(self) -> None:
        if not self._recovering:
            self._recovering = True
            self._tasks.start(self._renew_publication(), name="recovery")

    async def _renew_publication(self) -> None:
        """Bring the own stream back, then be connected again; give up after some attempts."""
        try:
            for delay_s in STREAM_DELAYS_S:
                try:
                    if self._own_stream_wanted and not self._publication.connected:
                        await self._publication.renew()
                    await self._publication.tell()
                except RtcError as error:
                    log.warning("own stream: %s; trying again", error)
                    await asyncio.sleep(delay_s)
                else:
                    self._set(phase=RoomPhase.CONNECTED, own_stream_id=self._publication.stream_id)
                    return
        finally:
            self._recovering = False
        self._start_end(EndReason.NETWORK)

    @property
    def _own_stream_wanted(self) -> bool:
        return self._publication.wanted and self._joined is not None and self._joined.may_publish

    # --- the end --------------------------------------------------------------------------------

    async def _end(self, reason: EndReason, error: RtcErrorCode | None = None) -> None:
        await asyncio.shield(self._start_end(reason, error))

    def _start_end(self, reason: EndReason, error: RtcErrorCode | None = None) -> asyncio.Task[None]:
        """Be over, once: say so at once, then release everything in one task."""
        if self._ending is None:
            log.info("leaving the room: %s", reason.value)
            goodbye = reason in {EndReason.LEFT, EndReason.FAILED} and self._joined is not None
            self._roster.clear()
            self._ending = asyncio.get_running_loop().create_task(self._release(goodbye), name="leave")
            self._set(
                phase=RoomPhase.LEFT,
                participants=(),
                own_stream_id="",
                end_reason=reason,
                error=error if error is not None else self._state.error,
            )
        return self._ending

    async def _release(self, goodbye: bool) -> None:
        if self._joining is not None and not self._joining.done():
            self._joining.cancel()
            await asyncio.wait([self._joining])
        steps = await asyncio.gather(self._hang_up(goodbye), self._release_devices(), return_exceptions=True)
        for failure in steps:
            if isinstance(failure, BaseException):
                log.error("leaving was not clean", exc_info=failure)

    async def _hang_up(self, goodbye: bool) -> None:
        if goodbye:
            try:
                await self._signalling.request(LeaveRoom(), timeout_s=LEAVE_REPLY_S)
            except RtcError as error:
                log.warning("left without the server's reply: %s", error)
        await self._signalling.close()
        await self._tasks.close()
        await self._publication.close()
        self._subscriptions.clear()
        for slot in self._slots.values():
            slot.clear()

    async def _release_devices(self) -> None:
        if self._camera is not None:
            await self._camera.switch_off()
        if self._microphone is not None:
            await self._microphone.close()
        if self._output is not None:
            await self._output.switch_off()

    # --- small things ---------------------------------------------------------------------------

    def _set(self, **changes: Any) -> None:
        """Change the state and tell about it, unless nothing changed or the end was told."""
        state = replace(self._state, **changes)
        if state == self._state or self._state.phase is RoomPhase.LEFT:
            return
        self._state = state
        self._on_state(state)

    def _error_without(self, settled: frozenset[RtcErrorCode]) -> RtcErrorCode | None:
        return None if self._state.error in settled else self._state.error

    def _check_open(self) -> None:
        if self._ending is not None or self._joined is None:
            raise RtcError(RtcErrorCode.CLOSED)

    def _tell_or_publish(self) -> None:
        """Tell what changed; where our stream was taken down, switching something on brings it back."""
        if (
            self._state.phase is RoomPhase.CONNECTED
            and self._own_stream_wanted
            and not self._state.own_stream_id
        ):
            self._recover()
        else:
            # In the background: what is muted is silent at once, even while the line is down.
            self._tasks.start(self._tell(), name="mute told")

    async def _tell(self) -> None:
        """Tell the others what is muted; should the line be down, they are told when it is back."""
        try:
            await self._publication.tell()
        except RtcError as error:
            log.warning("the others were not told: %s", error)
