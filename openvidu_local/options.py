"""What the server is told when it starts: mode, addresses, limits and timers."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

VERSION = "2.32.2"
"""The OpenVidu version this server says it is."""
HTTPS_PORT = 443
"""The one port that addresses and tokens do not name."""
WEBHOOK_EVENTS = (
    "sessionCreated",
    "sessionDestroyed",
    "participantJoined",
    "participantLeft",
    "webrtcConnectionCreated",
    "webrtcConnectionDestroyed",
    "recordingStatusChanged",
    "filterEventDispatched",
    "signalSent",
)
"""What a Community Edition may post; recordings and filter events never happen here."""


class Mode(StrEnum):
    """Which media server is imitated; it decides who makes the offer for a subscription."""

    KURENTO = "kurento"
    """The client offers; answers and candidates look like Kurento 7.3's."""
    MEDIASOUP = "mediasoup"
    """The server offers; candidates are inside the SDP."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Every timer of the server, so that tests need not wait for the real ones.

    Attributes:
        grace_s: how long a lost socket may be resumed (OpenVidu: 10 s).
        farewell_s: how long the socket of somebody who left or was evicted stays open (10 s).
        ping_interval_s: the interval assumed when the first ping names none (20 s).
        ping_limit: so many intervals without a ping close the socket (3).
        garbage_interval_s: how often unused sessions are looked for (900 s).
        garbage_age_s: how old an unused session must be to be collected (3600 s).
    """

    grace_s: float = 10.0
    farewell_s: float = 10.0
    ping_interval_s: float = 20.0
    ping_limit: int = 3
    garbage_interval_s: float = 900.0
    garbage_age_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """Bounds of the bitrate that publishers are told to send (REMB), OpenVidu's defaults."""

    min_bps: int = 300_000
    max_bps: int = 1_000_000


SECRET_FORM = re.compile(r"[a-zA-Z0-9_-]+")
"""The alphabet that OpenVidu allows."""


def random_secret() -> str:
    """A secret of `SECRET_FORM`."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Options:
    """How one server runs.

    Attributes:
        secret: password of the REST user `OPENVIDUAPP`.
        mode: the imitated media server.
        host: address the HTTP server binds to.
        port: its port; 0 takes a free one.
        public_host: host name written into tokens; `host` when None.
        certificate: PEM file of a server certificate; with `key` it turns on TLS.
        key: PEM file of its private key.
        webhook_url: where events are posted; None: nowhere.
        webhook_headers: sent with every post.
        webhook_events: what is posted, of `WEBHOOK_EVENTS`.
        coturn_host: TURN host named in the join result; None: no TURN is offered.
        coturn_port: its port.
        faults: switches that are on from the start, in the form of `openvidu_local.faults`.
        timing: the timers.
        bandwidth: REMB bounds.
    """

    secret: str = field(default_factory=random_secret, repr=False)
    mode: Mode = Mode.KURENTO
    host: str = "127.0.0.1"
    port: int = 0
    public_host: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    webhook_url: str | None = None
    webhook_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    webhook_events: tuple[str, ...] = WEBHOOK_EVENTS
    coturn_host: str | None = None
    coturn_port: int = 3478
    faults: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    bandwidth: Bandwidth = field(default_factory=Bandwidth)
