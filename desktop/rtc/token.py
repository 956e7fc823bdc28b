"""Reading OpenVidu's token URL: which room it opens and where the server listens.

A token is a single-use URL such as `wss://HOST[:PORT]?sessionId=ID&token=tok_…` (OpenVidu 2.17 and
later). Servers 2.12 to 2.16 append the TURN credentials to it, servers up to 2.11 write the bare
token without `tok_`; members that we do not know are skipped, as the browser library does.
Sources: OpenVidu 2.32 `TokenGenerator`, openvidu-browser 2.32 `Session`, and both at their older tags.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlsplit

from desktop.rtc.errors import RtcError, RtcErrorCode

MAX_TOKEN_CHARACTERS = 4096

_ROOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token URL, taken apart.

    Attributes:
        url: the untouched original: `joinRoom` wants all of it. Secret.
        scheme: `ws` or `wss`.
        authority: `host` or `host:port`, ready for a URL.
        host: host name or address, without brackets.
        room_id: the session's id, which is no secret.
        role: of the connection, from servers up to 2.16; "" otherwise, when the join result says it.
        turn_host: public TURN host of servers 2.12 to 2.16, "" otherwise.
        turn_username: ephemeral TURN user of servers up to 2.16, "" otherwise.
        turn_credential: its password. Secret.
    """

    url: str = field(repr=False)
    scheme: str
    authority: str
    host: str
    room_id: str
    role: str = ""
    turn_host: str = ""
    turn_username: str = field(default="", repr=False)
    turn_credential: str = field(default="", repr=False)

    def socket_url(self, *, resumed: bool = False) -> str:
        """Address of the JSON-RPC WebSocket; a resumed one says so, for proxies and clusters."""
        url = f"{self.scheme}://{self.authority}/openvidu?sessionId={quote(self.room_id)}"
        return url + "&reconnect=true" if resumed else url

    @property
    def is_loopback(self) -> bool:
        """True when the server is on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_token(url: str) -> Token:
    """Take a token URL apart.

    Raises:
        RtcError: `bad-token` when it is not one, or is a recorder's URL with the server's secret.
    """
    if not 0 < len(url) <= MAX_TOKEN_CHARACTERS or not url.isprintable() or " " in url:
        raise RtcError(RtcErrorCode.BAD_TOKEN, "not a URL")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        members = parse_qs(parts.query, max_num_fields=64)
    except ValueError:
        # Without `from`: urllib's message may quote the URL, and with it the secret.
        raise RtcError(RtcErrorCode.BAD_TOKEN, "not a URL") from None
    if parts.scheme not in {"ws", "wss"} or not host or "@" in parts.netloc:
        raise RtcError(RtcErrorCode.BAD_TOKEN, "not a WebSocket address")

    def member(name: str) -> str:
        return members.get(name, [""])[0]

    room_id = member("sessionId")
    if not _ROOM_ID.fullmatch(room_id):
        raise RtcError(RtcErrorCode.BAD_TOKEN, "no session id")
    if not member("token"):
        raise RtcError(RtcErrorCode.BAD_TOKEN, "no token")
    bracketed = f"[{host}]" if ":" in host else host
    return Token(
        url=url,
        scheme=parts.scheme,
        authority=bracketed if port is None else f"{bracketed}:{port}",
        host=host,
        room_id=room_id,
        role=member("role"),
        turn_host=member("coturnIp"),
        turn_username=member("turnUsername"),
        turn_credential=member("turnCredential"),
    )
