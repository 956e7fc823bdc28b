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
from dataclasses import replace
from typing import Any

from desktop.rtc.camera import Camera
from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.ice_servers import IceServers, choose_ice_servers
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.messages import (
    Echo,
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
from desktop.rtc.recovery import Recovery, RecoveryEvent, RecoveryState
from desktop.rtc.recovery_watch import RecoveryWatch
from desktop.rtc.room import DEFAULT_OPTIONS, OnState, RoomDevices, RoomOptions, RoomRequest
from desktop.rtc.roster import Roster
from desktop.rtc.signalling import LineState, Signalling, SignallingTimes
from desktop.rtc.state import EndReason, RoomPhase, RoomState, StreamPhase, StreamState
from desktop.rtc.subscription import Subscription
from desktop.rtc.tasks import OwnedTasks
from desktop.rtc.token import Token, parse_token

log = logging.getLogger(__name__)

LEAVE_REPLY_S = 1.5
"""How long leaving waits for the server; it closes our place itself when it never hears of us."""

ECHO_REPLY_S = 3.0
"""How long a line may take to answer before it counts as dead (openvidu-browser)."""

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

_LINE_EVENTS = {
    LineState.LOST: RecoveryEvent.LINE_LOST,
    LineState.RESUMED: RecoveryEvent.LINE_RESUMED,
    LineState.RESUMED_LATE: RecoveryEvent.LINE_RESUMED_LATE,
    LineState.ENDED: RecoveryEvent.LINE_ENDED,
}

_OVER_REASONS = {
    RecoveryEvent.MEETING_OVER: EndReason.CLOSED,
    RecoveryEvent.REFUSED: EndReason.REMOVED,
    RecoveryEvent.EXPIRED: EndReason.NETWORK,
}
"""Why the recovery gave up, as the app says it."""

_CAMERA_ERRORS = frozenset(code for code in RtcErrorCode if code.value.startswith("camera-"))
_MICROPHONE_ERRORS = frozenset(code for code in RtcErrorCode if code.value.startswith("microphone-"))


class OpenViduRoom:
    """The `Room` of OpenVidu 2 (2.12 to 2.32, Kurento and mediasoup).

    Args:
        request: name and initial state.
        devices: what is published and where the others are heard.
        on_state: told about every new state.
        token: the parsed token URL.
        options: whom to trust, and how media may travel.
        times: limits of the signalling.
    """

    def __init__(
        self,
        request: RoomRequest,
        devices: RoomDevices,
        on_state: OnState,
        token: Token,
        *,
        options: RoomOptions = DEFAULT_OPTIONS,
        times: SignallingTimes | None = None,
    ) -> None:
        self._request = request
        self._on_state = on_state
        self._options = options
        self._times = times
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
        self._use_token(token)
        self._roster = Roster()
        self._subscriptions: dict[str, tuple[Subscription, asyncio.Task[None]]] = {}
        self._tasks = OwnedTasks()
        self._switching = asyncio.Lock()
        self._early: list[Notification] = []
        self._joined: JoinResult | None = None
        self._ice_servers = IceServers()
        self._joining: asyncio.Task[None] | None = None
        self._former_ids: set[str] = set()
        self._withdrawn = False
        self._recovery = Recovery(self, self._tasks, self._recovery_changed)
        self._ending: asyncio.Task[None] | None = None

    def _use_token(self, token: Token) -> None:
        """Make the line and the publication of one connection to the server."""
        self._token = token
        self._signalling = Signalling(
            token,
            on_notification=self._notified,
            on_line=self._line_changed,
            ssl_context=self._options.ssl_context,
            times=self._times,
        )
        self._publication = Publication(
            self._signalling, self._camera, self._microphone, self._own_media_lost
        )

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
            await self._connect()
            await devices
            await self._tell()
        finally:
            devices.cancel()
            await asyncio.wait([devices])
            if not devices.cancelled():
                devices.exception()  # taken: the failure that ended the join is the one to report
        self._set(phase=RoomPhase.CONNECTED, own_stream_id=self._publication.stream_id)
        log.info("joined as %s", self._state.own_connection_id)
        self._recovery.start()
        if self._signalling.ended:
            self._recovery.happened(RecoveryEvent.LINE_ENDED)
        watch = RecoveryWatch(
            on_event=self._recovery.happened,
            local_address=lambda: self._signalling.local_address,
            media_answers=self._media_answers_while_steady,
        )
        self._tasks.start(watch.run(), name="recovery watch")

    async def _connect(self) -> None:
        """Open the line, join over it, and publish."""
        await self._signalling.open()
        reply = await self._signalling.request(self._join_request())
        self._enter(read(JoinResult, reply, what="joinRoom"))
        if self._own_stream_wanted:
            await self._publication.publish(self._ice_servers, self._state.own_connection_id)

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
        self._ice_servers = choose_ice_servers(
            result,
            self._token,
            relay_only=self._options.relay_only,
            ssl_context=self._options.ssl_context,
        )
        self._roster = Roster()
        # A former connection of ours may linger on the server: nobody meets a second self.
        others = tuple(person for person in result.value if person.id not in self._former_ids)
        self._roster.start(result.id, others)
        self._forget_streams_but({stream.stream_id for stream in self._roster.streams})
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
                    self._evicted(_END_REASONS.get(message.reason, EndReason.REMOVED))
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

    # --- losing and coming back: the RecoveryWork interface --------------------------------------

    @property
    def line_stands(self) -> bool:
        """See `RecoveryWork.line_stands`."""
        return self._signalling.stands

    @property
    def media_stands(self) -> bool:
        """See `RecoveryWork.media_stands`."""
        return not self._own_stream_wanted or self._publication.connected

    async def media_answers(self) -> bool:
        """See `RecoveryWork.media_answers`."""
        return not self._own_stream_wanted or await self._publication.answers()

    async def check_line(self) -> None:
        """See `RecoveryWork.check_line`."""
        await self._signalling.request(Echo(), timeout_s=ECHO_REPLY_S)

    def cut_line(self) -> None:
        """See `RecoveryWork.cut_line`."""
        self._signalling.cut()

    async def renew_stream(self) -> None:
        """See `RecoveryWork.renew_stream`."""
        await self._publication.renew()

    async def tell(self) -> None:
        """See `RecoveryWork.tell`."""
        await self._publication.tell()

    async def new_token(self) -> str:
        """See `RecoveryWork.new_token`."""
        if self._request.renew_token is None:
            raise RtcError(RtcErrorCode.CLOSED, "nobody gives another token")
        return await self._request.renew_token()

    async def join_again(self, token: str) -> None:
        """See `RecoveryWork.join_again`."""
        parsed = parse_token(token)
        await self._drop_connection()
        self._use_token(parsed)
        await self._connect()
        await self._tell()
        log.info("joined again as %s", self._state.own_connection_id)

    async def _drop_connection(self) -> None:
        """End what belongs to one connection to the server; devices and mixer go on."""
        if self._joined is not None:
            self._former_ids.add(self._joined.id)
            if self._signalling.stands:
                await self._say_goodbye()
        self._joined = None
        self._early = []
        await self._signalling.close()
        await self._publication.close()
        tasks = [task for _, task in self._subscriptions.values()]
        self._subscriptions.clear()
        for task in tasks:
            self._tasks.stop(task)
        if tasks:
            await asyncio.wait(tasks)

    def _recovery_changed(self, state: RecoveryState, event: RecoveryEvent) -> None:
        if event is RecoveryEvent.ADDRESS_GONE:
            self._publication.distrust()
            for subscription, _ in self._subscriptions.values():
                subscription.restart()
        if state is RecoveryState.OVER:
            self._start_end(_OVER_REASONS[event])
        elif state is RecoveryState.STEADY:
            self._set(phase=RoomPhase.CONNECTED, own_stream_id=self._publication.stream_id)
        elif state.visible:
            self._set(phase=RoomPhase.RECONNECTING)

    def _line_changed(self, line: LineState) -> None:
        if self._joined is None or self._ending is not None:
            return  # while joining, the pending request fails by itself
        if line is LineState.RESUMED_LATE and self._request.renew_token is None:
            line = LineState.RESUMED  # what may have been missed cannot be caught up with
        self._recovery.happened(_LINE_EVENTS[line])

    def _evicted(self, reason: EndReason) -> None:
        """We were put out: for good where somebody wanted it, else to come back."""
        if reason is EndReason.NETWORK:
            self._recovery.happened(RecoveryEvent.EVICTED)
        else:
            self._start_end(reason)

    def _own_media_lost(self) -> None:
        self._recovery.happened(RecoveryEvent.MEDIA_LOST)

    async def _media_answers_while_steady(self) -> bool:
        """For the watch; while something is being repaired it has nothing to find out."""
        return self._recovery.state is not RecoveryState.STEADY or await self.media_answers()

    def _own_stream_taken(self, reason: str) -> None:
        """Our stream was taken down: publish again after a media server's restart, else be dark."""
        log.warning("the own stream was taken down: %s", reason)
        if reason == "mediaServerReconnect":
            self._publication.forget()
            self._recovery.happened(RecoveryEvent.STREAM_TAKEN)
        else:
            self._withdrawn = True
            self._tasks.start(self._withdraw(), name="own stream taken")

    async def _withdraw(self) -> None:
        async with self._switching:
            await self._publication.withdraw()
            if self._camera is not None:
                await self._camera.switch_off()
            if self._microphone is not None:
                self._microphone.mute()
            self._set(own_stream_id="", camera_on=False, microphone_on=False)

    @property
    def _own_stream_wanted(self) -> bool:
        return (
            self._publication.wanted
            and not self._withdrawn
            and self._joined is not None
            and self._joined.may_publish
        )

    # --- the end --------------------------------------------------------------------------------

    async def _end(self, reason: EndReason, error: RtcErrorCode | None = None) -> None:
        await asyncio.shield(self._start_end(reason, error))

    def _start_end(self, reason: EndReason, error: RtcErrorCode | None = None) -> asyncio.Task[None]:
        """Be over, once: say so at once, then release everything in one task."""
        if self._ending is None:
            log.info("leaving the room: %s", reason.value)
            self._recovery.close()
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
            await self._say_goodbye()
        await self._signalling.close()
        await self._tasks.close()
        await self._publication.close()
        self._subscriptions.clear()
        for slot in self._slots.values():
            slot.clear()

    async def _say_goodbye(self) -> None:
        """Leave on the wire; without it the server would keep a ghost of us."""
        try:
            await self._signalling.request(LeaveRoom(), timeout_s=LEAVE_REPLY_S)
        except RtcError as error:
            log.warning("left without the server's reply: %s", error)

    def _forget_streams_but(self, present: set[str]) -> None:
        """Drop the pictures and levels of streams that are gone; `""` is our own."""
        for stream_id in [known for known in self._slots if known and known not in present]:
            self._slots.pop(stream_id).clear()
            self._levels.pop(stream_id, None)

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
        if self._ending is not None or not self._state.own_connection_id:
            raise RtcError(RtcErrorCode.CLOSED)

    def _tell_or_publish(self) -> None:
        """Tell what changed; where our stream was taken down, switching something on brings it back."""
        if self._withdrawn:
            self._withdrawn = False
            self._recovery.happened(RecoveryEvent.STREAM_WANTED)
        else:
            # In the background: what is muted is silent at once, even while the line is down.
            self._tasks.start(self._tell(), name="mute told")

    async def _tell(self) -> None:
        """Tell the others what is muted; should the line be down, they are told when it is back."""
        try:
            await self.tell()
        except RtcError as error:
            log.warning("the others were not told: %s", error)
