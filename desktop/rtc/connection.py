"""One connection to an OpenVidu server: what a single token opens, and what ends with it.

A token is good for one join, and a connection that the server has forgotten never comes back; so
everything that lives exactly as long as one connection is here: the line, the join result, the ICE
servers, our one publication, and the goodbye. What outlives it (devices, state, recovery) is in
`place.py` and `openvidu_room.py`. Sources: OpenVidu 2.32 `RpcHandler` and `SessionManager`.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import Callable
from dataclasses import dataclass

from desktop.rtc.camera import Camera
from desktop.rtc.errors import RtcError
from desktop.rtc.ice_servers import IceServers, choose_ice_servers
from desktop.rtc.messages import JoinResult, JoinRoom, LeaveRoom, Notification, read
from desktop.rtc.microphone import Microphone
from desktop.rtc.publication import Publication
from desktop.rtc.room import RoomOptions
from desktop.rtc.roster import own_metadata
from desktop.rtc.signalling import LineState, Signalling, SignallingTimes
from desktop.rtc.state import StreamKind
from desktop.rtc.token import Token

log = logging.getLogger(__name__)

LEAVE_REPLY_S = 1.5
"""How long leaving waits for the server; it closes our place itself when it never hears of us."""

MAX_EARLY_NOTIFICATIONS = 1_000


@dataclass(frozen=True, slots=True)
class OwnMedia:
    """What a connection publishes and says of itself.

    Attributes:
        name: shown to the others when the service put no name into the token.
        camera, microphone: None publishes nothing of that kind.
        kind: what the pictures are.
        screen_of: whose screen it is, a connection id; "" for a person.
    """

    name: str
    camera: Camera | None
    microphone: Microphone | None
    kind: StreamKind = StreamKind.CAMERA
    screen_of: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionEvents:
    """Who is told what; all of them on the loop, in the order of the wire, and none may wait.

    Attributes:
        joined: the join result, before anything that the server says after it.
        notified: each notification since the join result.
        line_changed: the line was lost, resumed or ended; only once joined.
        media_lost: the path of our own stream is gone.
    """

    joined: Callable[[JoinResult], None]
    notified: Callable[[Notification], None]
    line_changed: Callable[[LineState], None]
    media_lost: Callable[[], None]


class Connection:
    """One join by one token. Used once: another token makes another connection.

    Args:
        token: the parsed token URL.
        media: what is published.
        events: who is told what.
        options: whom to trust, and how media may travel.
        times: limits of the signalling.
    """

    def __init__(
        self,
        token: Token,
        media: OwnMedia,
        events: ConnectionEvents,
        *,
        options: RoomOptions,
        times: SignallingTimes | None,
    ) -> None:
        self._token = token
        self._media = media
        self._events = events
        self._options = options
        self._joined: JoinResult | None = None
        self._early: list[Notification] = []
        self._ice_servers = IceServers()
        self.signalling = Signalling(
            token,
            on_notification=self._notified,
            on_line=self._line_changed,
            ssl_context=options.ssl_context,
            times=times,
        )
        self.publication = Publication(
            self.signalling, media.camera, media.microphone, events.media_lost, media.kind
        )

    @property
    def joined(self) -> JoinResult | None:
        """What the server said when it took us in; None before."""
        return self._joined

    @property
    def own_id(self) -> str:
        """Our connection id; "" before the join."""
        return self._joined.id if self._joined is not None else ""

    @property
    def ice_servers(self) -> IceServers:
        """What the join result and the token say of STUN and TURN."""
        return self._ice_servers

    @property
    def may_publish(self) -> bool:
        """We have joined with a role that may."""
        return self._joined is not None and self._joined.may_publish

    async def join(self) -> None:
        """Open the line and join over it.

        Raises:
            RtcError: `unreachable`, `untrusted-certificate`, `token-refused`, `room-gone`, `no-reply`,
                `protocol` or `closed`.
        """
        await self.signalling.open()
        python = platform.python_version()
        request = JoinRoom(
            token=self._token.url,
            session=self._token.room_id,
            platform=f"MiKL Visio, python-{python} on {platform.system()}",
            metadata=own_metadata(self._media.name, self._media.screen_of),
        )
        self._enter(read(JoinResult, await self.signalling.request(request), what="joinRoom"))

    async def publish(self) -> None:
        """Publish our stream and wait until media flows.

        Raises:
            RtcError: see `Publication.publish`.
        """
        await self.publication.publish(self._ice_servers, self.own_id)

    async def close(self, *, goodbye: bool = False) -> None:
        """Close the line and our stream's path; nobody is told anything afterwards. Safe twice.

        Both at the same time: of a server that is dead, neither answers, and nobody waits for them in turn.

        Args:
            goodbye: leave on the wire first, when joined; without it the server would keep a ghost of us.
        """
        joined, self._joined = self._joined, None
        self._early = []
        await asyncio.gather(self._hang_up(goodbye=goodbye and joined is not None), self.publication.close())

    async def _hang_up(self, *, goodbye: bool) -> None:
        if goodbye:
            try:
                await self.signalling.request(LeaveRoom(), timeout_s=LEAVE_REPLY_S)
            except RtcError as error:
                log.warning("left without the server's reply: %s", error)
        await self.signalling.close()

    def _enter(self, result: JoinResult) -> None:
        """Take over what the join result says, then what came while it was on its way."""
        if self._token.role and "role" not in result.model_fields_set:  # a server before 2.16
            result = result.model_copy(update={"role": self._token.role})
        self._joined = result
        self.signalling.keep(result.session_id)
        self._ice_servers = choose_ice_servers(
            result,
            self._token,
            relay_only=self._options.relay_only,
            ssl_context=self._options.ssl_context,
        )
        self._events.joined(result)
        early, self._early = self._early, []
        for message in early:
            self._events.notified(message)

    def _notified(self, message: Notification) -> None:
        if self._joined is not None:
            self._events.notified(message)
        elif len(self._early) < MAX_EARLY_NOTIFICATIONS:
            self._early.append(message)

    def _line_changed(self, line: LineState) -> None:
        if self._joined is not None:  # while joining, the pending request fails by itself
            self._events.line_changed(line)
