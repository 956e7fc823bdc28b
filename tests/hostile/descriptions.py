"""Session descriptions and candidates of a hostile server: real ones, damaged; the same for a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.hostile.frames import SEED

_FINGERPRINT = ":".join(["AA"] * 32)
_TRANSPORT = (
    "a=setup:{setup}\na=rtcp-mux\na=ice-ufrag:abcd\na=ice-pwd:abcdefghijklmnopqrstuv\n"
    f"a=fingerprint:sha-256 {_FINGERPRINT}\na=candidate:1 1 UDP 2015363327 127.0.0.1 9 typ host\n"
)
_DESCRIPTION = (
    "v=0\no=- 3901234567 3901234567 IN IP4 0.0.0.0\ns=Kurento Media Server\nc=IN IP4 0.0.0.0\nt=0 0\n"
    "a=group:BUNDLE 0 1\na=msid-semantic: WMS stream\n"
    "m=audio 1 UDP/TLS/RTP/SAVPF 96 0 8\na={direction}\na=mid:0\na=rtcp:9 IN IP4 0.0.0.0\n"
    "a=rtpmap:96 opus/48000/2\na=fmtp:96 minptime=10;useinbandfec=1\na=rtpmap:0 PCMU/8000\n"
    "a=rtpmap:8 PCMA/8000\na=ssrc:123 cname:user123@host-aa\n"
    + _TRANSPORT
    + "m=video 1 UDP/TLS/RTP/SAVPF 97 98\nb=AS:1000\n"
    "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\na={direction}\na=mid:1\n"
    "a=rtpmap:97 VP8/90000\na=rtcp-fb:97 nack\na=rtcp-fb:97 nack pli\na=rtcp-fb:97 goog-remb\n"
    "a=rtpmap:98 rtx/90000\na=fmtp:98 apt=97\na=ssrc:124 cname:user123@host-aa\n" + _TRANSPORT
)
_WORDS = (
    "",
    "-1",
    "0",
    "65536",
    "4294967296",
    "9" * 600,
    "::",
    "a=",
    "127.0.0.1:",
    "\x00",
    "é",
    "%s%n",
    "*",
    "sha-256",
    "active",
    "inactive",
    "opus/0/0",
    "rtx/90000",
    "apt=98",
    "2",
)
_LINES = (
    "a=ice-lite",
    "a=setup:passive",
    "a=setup:holdconn",
    "a=inactive",
    "a=mid:1",
    "a=rtpmap:97 H264/90000",
    "a=fmtp:97 apt=97",
    "a=fmtp:200 apt=200",
    "a=extmap:0 urn:x",
    "a=rid:1 send",
    "a=sctp-port:5000",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "m=video 0 UDP/TLS/RTP/SAVPF 97",
    "a=group:BUNDLE 7 8 9",
    "a=candidate:1 1 UDP 1 999.0.0.1 1 typ host",
    "a=candidate:1 1 UDP 1 fe80::1%eth0 1 typ host",
    "a=fingerprint:md5 AA",
    "a=end-of-candidates",
)
_CANDIDATE = "candidate:1 1 UDP 2015363327 127.0.0.1 9 typ host"


def description(kind: str) -> str:
    """A sound one: an `"answer"` to who receives, an `"answer-to-sender"`, or an `"offer"`."""
    setup = "actpass" if kind == "offer" else "active"
    return _DESCRIPTION.format(direction="recvonly" if "sender" in kind else "sendonly", setup=setup)


def damaged(kind: str, count: int, seed: int = SEED) -> Iterator[str]:
    """`count` descriptions with one to six faults each, about one in sixteen sound."""
    chance = random.Random(f"{kind}{seed}")
    for _ in range(count):
        lines = description(kind).splitlines()
        for _ in range(chance.randrange(16) and chance.randrange(1, 7)):
            chance.choice(_DAMAGES)(chance, lines)
        yield "\r\n".join(lines) + "\r\n"


def candidates(count: int, seed: int = SEED) -> Iterator[str]:
    """`count` candidates with up to three words exchanged."""
    chance = random.Random(f"candidates{seed}")
    for _ in range(count):
        words = _CANDIDATE.split(" ")
        for _ in range(chance.randrange(4)):
            words[chance.randrange(len(words))] = chance.choice(_WORDS)
        yield " ".join(words)


def _drop(chance: random.Random, lines: list[str]) -> None:
    if lines:
        del lines[chance.randrange(len(lines))]


def _double(chance: random.Random, lines: list[str]) -> None:
    if lines:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def _swap(chance: random.Random, lines: list[str]) -> None:
    if lines:
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]


def _insert(chance: random.Random, lines: list[str]) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(_LINES))


def _exchange_word(chance: random.Random, lines: list[str]) -> None:
    if lines:
        place = chance.randrange(len(lines))
        words = lines[place].split(" ")
        words[chance.randrange(len(words))] = chance.choice(_WORDS)
        lines[place] = " ".join(words)


def _cut(chance: random.Random, lines: list[str]) -> None:
    del lines[chance.randrange(len(lines) + 1) :]


def _swell(chance: random.Random, lines: list[str]) -> None:
    lines.extend([chance.choice(_LINES)] * chance.choice((9, 300, 3000)))


_DAMAGES: tuple[Callable[[random.Random, list[str]], None], ...] = (
    *[_exchange_word] * 4,
    *[_drop, _double, _swap, _insert] * 2,
    _cut,
    _swell,
)
