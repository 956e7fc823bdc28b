"""What the server writes about media, made safe: session descriptions and candidates.

aiortc's parser trusts its input: a `fmtp` without its `rtpmap`, an `extmap` with extra words or a
number that is none ends in an exception of any kind. So a remote description is rebuilt from the
lines that we understand, each checked against exactly what the parser will do with it, and
everything else is left out. What is then missing for a connection is refused with a clear error.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from aiortc import RTCIceCandidate

from desktop.rtc.errors import RtcError, RtcErrorCode

MAX_SDP_CHARACTERS = 64 * 1024
MAX_LINES = 2_000
MAX_MEDIA = 8
MAX_CANDIDATES = 200
"""Of one connection; a real server sends about 40. Each is paired with all of ours, and checked."""
MAX_CANDIDATE_CHARACTERS = 512
_MAX_LINE_CHARACTERS = 1_024

# Payload types that collide with RTCP (RFC 5761 section 4); aiortc refuses them by assertion.
_RTCP_PAYLOAD_TYPES = range(72, 77)

_WORD = r"[\x21-\x7e]{1,256}"
_MEDIA = re.compile(r"(audio|video) ([0-9]{1,5}) ([A-Z/]{1,32})((?: [0-9]{1,3})+)")
_RTPMAP = re.compile(r"([0-9]{1,3}) ([A-Za-z0-9_.-]{1,32})/([0-9]{1,6})(/[0-9]{1,2})?")
_FMTP = re.compile(r"([0-9]{1,3}) ([\x20-\x7e]+)")
_FEEDBACK = re.compile(r"(\*|[0-9]{1,3}) ([a-z-]{1,32})(?: ([a-z-]{1,32}))?")
_EXTMAP = re.compile(rf"([0-9]{{1,3}})(?:/(?:sendrecv|sendonly|recvonly|inactive))? ({_WORD})(?: .*)?")
_FINGERPRINT = re.compile(r"([A-Za-z0-9-]{3,16}) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){15,63})")
_SSRC = re.compile(r"([0-9]{1,10}) (cname|msid|mslabel|label):([\x20-\x7e]{0,256})")
_SSRC_GROUP = re.compile(r"[A-Z-]{1,16}(?: [0-9]{1,10}){1,4}")
_GROUP = re.compile(r"BUNDLE(?: [\x21-\x7e]{1,64}){1,8}")
_ICE_WORD = r"[A-Za-z0-9+/]"
_SIMPLE = {
    "ice-ufrag": re.compile(rf"{_ICE_WORD}{{4,256}}"),
    "ice-pwd": re.compile(rf"{_ICE_WORD}{{22,256}}"),
    "setup": re.compile("active|passive|actpass"),
    "mid": re.compile(r"[\x21-\x7e]{1,64}"),
    "msid": re.compile(rf"{_WORD}(?: {_WORD})?"),
    "msid-semantic": re.compile(r" ?WMS(?: [\x21-\x7e]{1,256}){0,8}"),
    "group": _GROUP,
    "ssrc-group": _SSRC_GROUP,
}
"""Attributes whose value only has to match a pattern."""

_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_FLAGS = _DIRECTIONS | {"rtcp-mux", "ice-lite"}
"""Attributes without a value. `end-of-candidates` is not among them: candidates may still follow."""

# Parameters that aiortc turns into a number without asking.
_NUMBERS = frozenset(
    {
        "apt",
        "max-fr",
        "max-fs",
        "maxplaybackrate",
        "minptime",
        "packetization-mode",
        "stereo",
        "useinbandfec",
    }
)

_CANDIDATE_TYPES = frozenset({"host", "srflx", "prflx", "relay"})


def sanitise(text: str) -> str:
    """Rebuild a remote description from the lines that aiortc can read.

    Raises:
        RtcError: `media-failed` when it is too large, names a kind other than audio and video,
            refuses one of them, or lacks what a connection needs.
    """
    if len(text) > MAX_SDP_CHARACTERS:
        raise _refused("larger than any real one")
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise _refused("more lines than any real one")
    session_lines, sections = _split(lines)
    if not 0 < len(sections) <= MAX_MEDIA:
        raise _refused(f"{len(sections)} media sections")
    session = [line for raw in session_lines if (line := _session_line(raw))]
    inherited = {_name(line) for line in session}
    rebuilt = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0", *session]
    for section in sections:
        rebuilt += _section(section, inherited)
    candidates = [place for place, line in enumerate(rebuilt) if line.startswith("a=candidate:")]
    for place in reversed(candidates[MAX_CANDIDATES:]):
        del rebuilt[place]
    return "\r\n".join(rebuilt) + "\r\n"


def parse_candidate(text: str) -> RTCIceCandidate | None:
    """One remote candidate for the bundled transport; None for one that cannot serve.

    Empty texts (the browsers' end mark), TCP, other components, mDNS names and broken lines cannot.
    The candidate is addressed to the first m-line whatever the server wrote: with MAX_BUNDLE that is
    the one transport there is, and aiortc drops candidates that name another.
    """
    text = text.strip().removeprefix("a=").removeprefix("candidate:")
    words = text.split()
    if len(text) > MAX_CANDIDATE_CHARACTERS or not text.isascii() or len(words) < 8:
        return None
    foundation, component, protocol, priority, address, port, typ, kind = words[:8]
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return None
    usable = (
        component == "1"
        and protocol.lower() == "udp"
        and _is_number(priority, 2**32 - 1)
        and _is_number(port, 65_535)
        and int(port) > 0
        and typ == "typ"
        and kind in _CANDIDATE_TYPES
    )
    if not usable:
        return None
    return RTCIceCandidate(
        component=1,
        foundation=foundation,
        ip=address,
        port=int(port),
        priority=int(priority),
        protocol="udp",
        type=kind,
        sdpMLineIndex=0,
    )


def _refused(why: str) -> RtcError:
    return RtcError(RtcErrorCode.MEDIA_FAILED, f"session description refused: {why}")


def _is_number(word: str, highest: int) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 10 and int(word) <= highest


def _split(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    session: list[str] = []
    sections: list[list[str]] = []
    for raw in lines:
        line = raw.rstrip()
        if len(line) > _MAX_LINE_CHARACTERS or not (line.isascii() and line.isprintable()):
            continue
        if line.startswith("m="):
            sections.append([line])
        elif sections:
            sections[-1].append(line)
        else:
            session.append(line)
    return session, sections


def _name(line: str) -> str:
    """The attribute's name; "" for a line that is no attribute."""
    return line[2:].partition(":")[0] if line.startswith("a=") else ""


def _session_line(line: str) -> str | None:
    name, _, value = line[2:].partition(":")
    if name in {"ssrc-group", "msid", "mid", "rtcp-mux"} or name in _DIRECTIONS:
        return None
    return _attribute(name, value) if line.startswith("a=") else None


def _attribute(name: str, value: str) -> str | None:
    """An attribute that stands alone, checked; None when it must be left out."""
    if name in _FLAGS:
        return f"a={name}"
    if name in _SIMPLE:
        return f"a={name}:{value}" if _SIMPLE[name].fullmatch(value) else None
    if name == "fingerprint" and (match := _FINGERPRINT.fullmatch(value)):
        return f"a=fingerprint:{match[1]} {match[2]}"
    return None


def _section(lines: list[str], inherited: set[str]) -> list[str]:
    """One media section, rebuilt.

    Args:
        lines: the section, the `m=` line first.
        inherited: names of the attributes that the session part gives to every section.
    """
    match = _MEDIA.fullmatch(lines[0][2:])
    if match is None:
        raise _refused("a media section that is neither audio nor video")
    kind, port, profile, formats = match.groups()
    attributes = [(name, value) for line in lines[1:] if (name := _name(line)) for value in [_value(line)]]
    names = {name for name, _ in attributes}
    if int(port) == 0 and "bundle-only" not in names:
        raise _refused(f"{kind} was rejected")
    types = [
        number
        for number in dict.fromkeys(formats.split())
        if int(number) <= 127 and int(number) not in _RTCP_PAYLOAD_TYPES
    ]
    codecs = _codecs(attributes, set(types))
    if not codecs:
        raise _refused(f"{kind} names no codec")
    rebuilt = [f"m={kind} {port} {profile} {' '.join(types)}", *codecs.values()]
    for name, value in attributes:
        line = _media_attribute(name, value, codecs)
        if line is not None and line not in rebuilt:
            rebuilt.append(line)
    present = {_name(line) for line in rebuilt} | inherited
    missing = {"ice-ufrag", "ice-pwd", "fingerprint", "setup", "mid", "rtcp-mux"} - present
    if missing:
        raise _refused(f"{kind} lacks {', '.join(sorted(missing))}")
    if not present & _DIRECTIONS:
        rebuilt.append("a=sendrecv")  # what absence means (RFC 8866 section 6.7)
    return rebuilt


def _value(line: str) -> str:
    return line.partition(":")[2]


def _codecs(attributes: list[tuple[str, str]], types: set[str]) -> dict[str, str]:
    """The section's `rtpmap` lines by payload type: the first of each that the m-line lists."""
    codecs: dict[str, str] = {}
    for name, value in attributes:
        if name == "rtpmap" and (match := _RTPMAP.fullmatch(value)):
            payload_type = match[1]
            if payload_type in types and payload_type not in codecs:
                codecs[payload_type] = f"a=rtpmap:{value}"
    return codecs


def _media_attribute(name: str, value: str, codecs: dict[str, str]) -> str | None:
    """An attribute of a media section, checked; None when it must be left out."""
    check = _MEDIA_CHECKS.get(name)
    return check(value, codecs) if check is not None else _attribute(name, value)


def _fmtp(value: str, codecs: dict[str, str]) -> str | None:
    match = _FMTP.fullmatch(value)
    if match is None or match[1] not in codecs:
        return None
    parameters = []
    for parameter in match[2].split(";"):
        key, equals, setting = parameter.strip().partition("=")
        if key and (key not in _NUMBERS or (equals and _is_number(setting, 2**31))):
            parameters.append(f"{key}{equals}{setting}")
    return f"a=fmtp:{match[1]} {';'.join(parameters)}" if parameters else None


def _feedback(value: str, codecs: dict[str, str]) -> str | None:
    match = _FEEDBACK.fullmatch(value)
    return f"a=rtcp-fb:{value}" if match and (match[1] == "*" or match[1] in codecs) else None


def _extmap(value: str, _: dict[str, str]) -> str | None:
    match = _EXTMAP.fullmatch(value)
    return f"a=extmap:{match[1]} {match[2]}" if match and 0 < int(match[1]) < 256 else None


def _ssrc(value: str, _: dict[str, str]) -> str | None:
    match = _SSRC.fullmatch(value)
    return f"a=ssrc:{value}" if match and int(match[1]) < 2**32 else None


def _candidate(value: str, _: dict[str, str]) -> str | None:
    candidate = parse_candidate(value)
    if candidate is None:
        return None
    where = f"{candidate.ip} {candidate.port} typ {candidate.type}"
    return f"a=candidate:{candidate.foundation} 1 udp {candidate.priority} {where}"


_MEDIA_CHECKS: dict[str, Callable[[str, dict[str, str]], str | None]] = {
    "rtpmap": lambda _value, _codecs: None,  # already written, before all that refer to them
    "fmtp": _fmtp,
    "rtcp-fb": _feedback,
    "extmap": _extmap,
    "ssrc": _ssrc,
    "candidate": _candidate,
    "group": lambda _value, _codecs: None,  # belong to the session part
    "msid-semantic": lambda _value, _codecs: None,
    "ice-lite": lambda _value, _codecs: None,
}
