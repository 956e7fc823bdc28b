"""Editing SDP as text: what the offer of a client may keep, and how the answer is dressed.

Offers are reduced before aiortc reads them (one video codec, as OpenVidu's SDPMunging does; in
Kurento mode neither RTX nor any header extension but abs-send-time), so what is negotiated is what
the imitated media server would negotiate. Answers are rewritten only in what aiortc writes
differently. The Kurento form was observed on a Kurento Media Server 7.3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openvidu_local.errors import Code, RpcError

ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

AUDIO_CODECS = ("opus", "PCMU", "PCMA")
"""What Kurento accepts of what aiortc can pack, best first."""
VIDEO_CODECS = ("VP8", "H264")
"""What can be relayed."""

_STATIC_NAMES = {"0": "PCMU", "8": "PCMA", "9": "G722"}
_PAYLOAD_LINE = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+|\*)[ \r]?")
_EXTMAP = re.compile(r"a=extmap:(\d+)(?:/\w+)? (\S+)")


@dataclass
class Section:
    """One m-line and everything below it."""

    lines: list[str]

    @property
    def kind(self) -> str:
        """`audio`, `video` or `application`."""
        return self.lines[0][2:].split(" ", 1)[0]

    @property
    def mid(self) -> str:
        """Value of `a=mid`, empty when there is none."""
        return next((line[6:] for line in self.lines if line.startswith("a=mid:")), "")

    @property
    def payload_types(self) -> list[str]:
        """The payload types of the m-line, in its order."""
        return self.lines[0].split()[3:]

    def codec_name(self, payload_type: str) -> str:
        """Encoding name of a payload type, as written in its rtpmap."""
        start = f"a=rtpmap:{payload_type} "
        for line in self.lines:
            if line.startswith(start):
                return line[len(start) :].split("/", 1)[0]
        return _STATIC_NAMES.get(payload_type, "")

    def keep_codecs(self, names: Sequence[str], *, with_rtx: bool) -> None:
        """Drop every payload type that is not one of `names`; the rest stands in their order.

        Args:
            names: encoding names, best first; compared without regard to case.
            with_rtx: keep the retransmission formats of those that stay.
        """
        kept: list[str] = []
        for name in names:
            for payload_type in self.payload_types:
                if self.codec_name(payload_type).lower() == name.lower():
                    kept.append(payload_type)
                    kept += self._rtx_of(payload_type) if with_rtx else []
        self.lines[0] = " ".join([*self.lines[0].split()[:3], *kept])
        self.lines = [line for line in self.lines if self._belongs(line, kept)]

    def keep_extensions(self, uris: Sequence[str]) -> None:
        """Drop every header extension that is not one of `uris`, and directions and parameters."""
        lines = []
        for line in self.lines:
            match = _EXTMAP.match(line)
            if not line.startswith("a=extmap:"):
                lines.append(line)
            elif match and match[2] in uris:
                lines.append(f"a=extmap:{match[1]} {match[2]}")
        self.lines = lines

    def drop(self, *starts: str) -> None:
        """Drop the lines that begin with one of `starts`."""
        self.lines = [line for line in self.lines if not line.startswith(starts)]

    def _rtx_of(self, payload_type: str) -> list[str]:
        return [
            other
            for other in self.payload_types
            if self.codec_name(other).lower() == "rtx" and f"a=fmtp:{other} apt={payload_type}" in self.lines
        ]

    @staticmethod
    def _belongs(line: str, kept: Sequence[str]) -> bool:
        match = _PAYLOAD_LINE.match(line)
        return match is None or match[1] == "*" or match[1] in kept


@dataclass
class Sdp:
    """A session description split at its m-lines."""

    session: list[str]
    sections: list[Section]

    @classmethod
    def parse(cls, text: str) -> Sdp:
        """Split `text`; anything may be in it, only the m-lines are looked for."""
        session: list[str] = []
        sections: list[Section] = []
        for line in text.replace("\r\n", "\n").split("\n"):
            if line.startswith("m="):
                sections.append(Section([line]))
            elif line:
                (sections[-1].lines if sections else session).append(line)
        return cls(session, sections)

    def section(self, kind: str) -> Section | None:
        """The first section of that kind."""
        return next((section for section in self.sections if section.kind == kind), None)

    def __str__(self) -> str:
        lines = self.session + [line for section in self.sections for line in section.lines]
        return "\r\n".join(lines) + "\r\n"


@dataclass(frozen=True, slots=True)
class CodecRule:
    """Which codecs one negotiation may choose from.

    Attributes:
        audio: encoding names, best first.
        video: encoding names, best first; only the first one that the client offers stays.
        video_forced: a video m-line without any of `video` is refused with code 800.
        video_expected: the client says it has video, so its offer must have a video m-line.
        like_kurento: no RTX and abs-send-time only.
    """

    audio: tuple[str, ...] = AUDIO_CODECS
    video: tuple[str, ...] = VIDEO_CODECS
    video_forced: bool = False
    video_expected: bool = False
    like_kurento: bool = True


def reduce_offer(text: str, rule: CodecRule) -> Sdp:
    """What aiortc gets to see of a client's offer.

    Raises:
        RpcError: 800 when the forced codec is not in it, 302 when nothing in it can be relayed.
    """
    offer = Sdp.parse(text)
    if not offer.sections:
        raise RpcError(Code.MEDIA_SDP, "The SDP offers no media.")
    if rule.video_expected and rule.video_forced and offer.section("video") is None:
        raise forced_codec_missing(rule.video[0])
    for section in offer.sections:
        # More candidates may be trickled whatever the offer says, as with Kurento.
        section.drop("a=end-of-candidates")
        if section.kind not in ("audio", "video"):
            continue
        offered = {section.codec_name(payload_type).lower() for payload_type in section.payload_types}
        if section.kind == "audio":
            names: tuple[str, ...] = tuple(name for name in rule.audio if name.lower() in offered)
        else:
            names = tuple(name for name in rule.video if name.lower() in offered)[:1]
            if not names and rule.video_forced:
                raise forced_codec_missing(rule.video[0])
        if not names:
            raise RpcError(Code.MEDIA_SDP, f"No codec of the {section.kind} offer can be used.")
        section.keep_codecs(names, with_rtx=not rule.like_kurento)
        section.keep_extensions((ABS_SEND_TIME,) if rule.like_kurento else (ABS_SEND_TIME, MID, AUDIO_LEVEL))
    return offer


def forced_codec_missing(codec: str) -> RpcError:
    """The error for an offer without the session's forced codec."""
    return RpcError(
        Code.FORCED_CODEC_NOT_FOUND_IN_SDPOFFER,
        f"The codec '{codec}' forced for this session is not in the SDP offer.",
    )


def like_kurento(text: str) -> str:
    """An answer of aiortc in the form Kurento gives it.

    No candidates, one `c=` for the session, port 1, one fingerprint, no `msid`. Kurento leaves out the
    parameters of H264 too; they stay here, for aiortc 1.16 refuses an answer without them.
    """
    answer = Sdp.parse(text)
    answer.session = ["s=Kurento Media Server" if line.startswith("s=") else line for line in answer.session]
    answer.session.insert(3, "c=IN IP4 0.0.0.0")
    for section in answer.sections:
        section.drop("a=candidate:", "a=end-of-candidates", "a=msid:", "c=")
        section.drop("a=fingerprint:sha-384", "a=fingerprint:sha-512")
        head = section.lines[0].split()
        head[1] = "1"
        section.lines[0] = " ".join(head)
    return str(answer)


def with_bandwidth_line(text: str, kbps: int) -> str:
    """The description with `b=AS:` on its video m-line, as Kurento's sources would write it."""
    answer = Sdp.parse(text)
    section = answer.section("video")
    if section is not None:
        section.lines.insert(1, f"b=AS:{kbps}")
    return str(answer)


def with_refused_video(text: str) -> str:
    """The answer with its video m-line refused: port 0, neither ICE nor DTLS attributes."""
    answer = Sdp.parse(text)
    section = answer.section("video")
    if section is not None:
        head = section.lines[0].split()
        head[1] = "0"
        section.lines = [" ".join(head), "a=inactive", f"a=mid:{section.mid}"]
    return str(answer)


def with_trickled_end(text: str) -> str:
    """A client's answer without `end-of-candidates`, so that later candidates still count."""
    answer = Sdp.parse(text)
    for section in answer.sections:
        section.drop("a=end-of-candidates")
    return str(answer)
