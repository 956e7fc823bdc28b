"""Which STUN and TURN servers a room uses.

Sources: RFC 7064 and RFC 7065 for the addresses, OpenVidu 2.32 `IceServerProperties` for what the
server lets through, openvidu-browser 2.11, 2.12 and 2.20 `Session.processToken` for older servers.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop.rtc.messages import IceServer, JoinResult
from desktop.rtc.token import Token

log = logging.getLogger(__name__)

MAX_SERVERS = 8
"""Servers used of a room's list: each costs every stream a socket or a question per network."""

DEFAULT_PORT = 3478
DEFAULT_TLS_PORT = 5349

_ADDRESS = re.compile(
    r"(?P<scheme>stun|turns?):"
    r"(?P<host>\[[0-9a-f:.]{2,64}\]|[^\s:?\[\]@/\\#]{1,253})"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StunServer:
    """Tells us the address that the world sees us under; asked over UDP."""

    host: str
    port: int = DEFAULT_PORT


@dataclass(frozen=True, slots=True)
class TurnServer:
    """Carries our media where no direct way is open.

    Attributes:
        host: name or address, without brackets.
        port: its port.
        transport: `udp` or `tcp`, between us and the server.
        tls: TLS over that TCP (`turns:`).
        username: long-term credential.
        credential: its password. Secret.
    """

    host: str
    port: int = DEFAULT_PORT
    transport: str = "udp"
    tls: bool = False
    username: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)


class HostNames:
    """Looks names up, each once at a time however many connections ask.

    A resolver that hangs then holds one of the loop's threads, not all of them: reopening a lost
    signalling socket needs one as well.
    """

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, int], asyncio.Future[str]] = {}

    async def look_up(self, host: str, family: int = socket.AF_UNSPEC) -> str:
        """The first address of a name.

        Raises:
            OSError: it has none.
            ValueError: it cannot be a name.
        """
        key = (host, family)
        if key not in self._under_way:
            loop = asyncio.get_running_loop()
            self._under_way[key] = loop.run_in_executor(None, _first_address, host, family)
            self._under_way[key].add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(self._under_way[key])


def _first_address(host: str, family: int) -> str:
    return str(socket.getaddrinfo(host, None, family=family, type=socket.SOCK_DGRAM)[0][4][0])


@dataclass(frozen=True, slots=True)
class IceServers:
    """What the peer connections of a room may use besides the own network addresses.

    Attributes:
        servers: in the order the room names them; empty contacts none.
        relay_only: send and receive through TURN servers alone, and show nobody another address.
        ssl_context: whom to trust for `turns:`; None takes the interpreter's defaults.
        names: where the servers' names are looked up, for all connections of the room.
    """

    servers: tuple[StunServer | TurnServer, ...] = ()
    relay_only: bool = False
    ssl_context: ssl.SSLContext | None = None
    names: HostNames = field(default_factory=HostNames, repr=False, compare=False)

    @property
    def used(self) -> tuple[StunServer | TurnServer, ...]:
        """Those that are asked: with `relay_only` no STUN server, whose answer could not be used."""
        if self.relay_only:
            return tuple(server for server in self.servers if isinstance(server, TurnServer))
        return self.servers


def choose_ice_servers(
    result: JoinResult,
    token: Token,
    *,
    relay_only: bool = False,
    ssl_context: ssl.SSLContext | None = None,
) -> IceServers:
    """The servers that a room names, entry by entry as they come.

    Servers before 2.21 name their TURN server apart from the list, those before 2.16 in the token,
    and those before 2.12 mean the token's own host. No public server is ever added.

    Args:
        result: reply to `joinRoom`.
        token: the token that was joined with.
        relay_only: see `IceServers`.
        ssl_context: see `IceServers`.
    """
    offered = result.custom_ice_servers or tuple(_of_older_servers(result, token))
    servers = dict.fromkeys(server for entry in offered if (server := _parse(entry)) is not None)
    if len(servers) > MAX_SERVERS:
        log.warning("%d of the room's %d ICE servers are used", MAX_SERVERS, len(servers))
    return IceServers(tuple(servers)[:MAX_SERVERS], relay_only=relay_only, ssl_context=ssl_context)


def _of_older_servers(result: JoinResult, token: Token) -> Iterator[IceServer]:
    """The coturn of an OpenVidu before 2.21: STUN, and TURN over UDP and TCP, at one address."""
    if result.coturn_ip:
        host, port = result.coturn_ip, result.coturn_port
        username, credential = result.turn_username, result.turn_credential
    else:
        host, port = token.turn_host or token.host, DEFAULT_PORT
        username, credential = token.turn_username, token.turn_credential
    if not username or not credential:
        return
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    yield IceServer(url=f"stun:{address}")
    for transport in ("udp", "tcp"):
        url = f"turn:{address}?transport={transport}"
        yield IceServer(url=url, username=username, credential=credential)


def _parse(entry: IceServer) -> StunServer | TurnServer | None:
    """One server; None for one that cannot be used.

    Those are `stuns:` (an address seen over TLS says nothing about UDP), `turns:` over UDP (DTLS,
    which aioice lacks), TURN without credentials, and malformed addresses.
    """
    match = _ADDRESS.fullmatch(entry.url)
    if match is None:
        log.warning("an ICE server of the room was skipped: its address is of no use")
        return None
    scheme, host = match["scheme"].lower(), match["host"].strip("[]")
    tls = scheme == "turns"
    port = int(match["port"] or (DEFAULT_TLS_PORT if tls else DEFAULT_PORT))
    transport = (match["transport"] or ("tcp" if tls else "udp")).lower()
    if not 0 < port <= 65_535:
        log.warning("an ICE server of the room was skipped: no such port")
        return None
    if scheme == "stun":
        return None if match["transport"] else StunServer(host, port)
    if (tls and transport == "udp") or not entry.username or not entry.credential:
        log.warning("a TURN server of the room was skipped: no credentials, or a transport we lack")
        return None
    return TurnServer(host, port, transport, tls, entry.username, entry.credential)
