"""Session descriptions and candidates of a server that may be mistaken or hostile."""

from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.sdp import MAX_CANDIDATES, MAX_SDP_CHARACTERS, parse_candidate, sanitise

KURENTO_ANSWER = """v=0
o=- 3901234567 3901234567 IN IP4 0.0.0.0
s=Kurento Media Server
c=IN IP4 0.0.0.0
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS stream
m=audio 1 UDP/TLS/RTP/SAVPF 96 0 8
a=recvonly
a=mid:0
a=rtcp:9 IN IP4 0.0.0.0
a=rtpmap:96 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=setup:active
a=rtcp-mux
a=ssrc:123 cname:user123@host-aa
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=fingerprint:sha-256 {fingerprint}
m=video 1 UDP/TLS/RTP/SAVPF 97
b=AS:1000
a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=recvonly
a=mid:1
a=rtpmap:97 VP8/90000
a=rtcp-fb:97 nack
a=rtcp-fb:97 nack pli
a=rtcp-fb:97 goog-remb
a=setup:active
a=rtcp-mux
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=fingerprint:sha-256 {fingerprint}
""".format(fingerprint=":".join(["AA"] * 32))


def parsed(text: str) -> SessionDescription:
    """What aiortc makes of it."""
    return SessionDescription.parse(sanitise(text))


def test_candidates_beyond_those_of_a_real_server_are_dropped() -> None:
    """The first ones stay, and the rest of the description as well."""
    many = [f"a=candidate:{port} 1 UDP 1 127.0.0.1 {port} typ host" for port in range(1, 600)]
    audio, video = parsed(KURENTO_ANSWER + "\r\n".join(many) + "\r\n").media
    assert [candidate.port for candidate in video.ice_candidates] == list(range(1, MAX_CANDIDATES + 1))
    assert audio.ice_candidates == []


def test_a_real_answer_passes_whole() -> None:
    audio, video = parsed(KURENTO_ANSWER).media
    assert [codec.mimeType for codec in audio.rtp.codecs] == ["audio/opus", "audio/PCMU", "audio/PCMA"]
    assert (video.direction, video.rtp.muxId, video.rtcp_mux) == ("recvonly", "1", True)
    assert [str(feedback.parameter) for feedback in video.rtp.codecs[0].rtcpFeedback] == [
        "None",
        "pli",
        "None",
    ]
    assert video.rtp.headerExtensions[0].uri.endswith("abs-send-time")
    assert video.dtls is not None
    assert (video.dtls.role, len(video.dtls.fingerprints)) == ("client", 1)
    assert video.ice is not None
    assert video.ice.usernameFragment == "abcd"
    assert audio.ssrc[0].ssrc == 123


def test_lines_that_break_the_parser_are_left_out() -> None:
    """Each of them ends aiortc's own parser with an exception."""
    bad = [
        "a=fmtp:111 minptime=10",
        "a=fmtp:97 apt=x;packetization-mode",
        "a=rtcp-fb:97",
        "a=extmap:x http://example.org",
        "a=ssrc:abc cname:x",
        "a=ssrc:5 nothing",
        "a=candidate:1 1 UDP",
        "a=fingerprint:sha-256",
        "a=setup:holdconn",
        "a=rtcp:what",
        "c=IN IP4",
        "a=ssrc-group:FID x y",
        "a=rtpmap:97 VP8",
        "a=msid",
    ]
    text = KURENTO_ANSWER + "\n".join(bad) + "\n"
    for line in bad[:1] + bad[2:13]:
        with pytest.raises(Exception):  # noqa: B017, PT011  (whatever the parser happens to raise)
            SessionDescription.parse(KURENTO_ANSWER + line + "\n")
    video = parsed(text).media[1]
    assert [codec.mimeType for codec in video.rtp.codecs] == ["video/VP8"]
    assert video.rtp.codecs[0].parameters == {}


def test_an_extmap_with_more_words_keeps_its_first_two() -> None:
    line = "a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:toffset some attributes\n"
    extensions = parsed(KURENTO_ANSWER + line).media[1].rtp.headerExtensions
    assert [(extension.id, extension.uri) for extension in extensions][-1] == (
        4,
        "urn:ietf:params:rtp-hdrext:toffset",
    )


def test_codec_parameters_are_kept() -> None:
    text = KURENTO_ANSWER.replace(
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:96 opus/48000/2\na=fmtp:96 minptime=10; useinbandfec=1;stereo=no",
    )
    assert parsed(text).media[0].rtp.codecs[0].parameters == {"minptime": 10, "useinbandfec": 1}


def test_the_end_of_candidates_is_ours_to_say() -> None:
    """Kurento's candidates come later; an end mark in its answer would shut them out."""
    assert "end-of-candidates" not in sanitise(KURENTO_ANSWER + "a=end-of-candidates\n")


def test_usable_candidates_in_the_description_are_kept() -> None:
    text = KURENTO_ANSWER + (
        "a=candidate:1 1 UDP 2015363327 203.0.113.20 41872 typ host\n"
        "a=candidate:2 1 TCP 1015021823 203.0.113.20 9 typ host tcptype active\n"
    )
    assert [candidate.port for candidate in parsed(text).media[1].ice_candidates] == [41872]


def test_security_of_the_whole_description_serves_its_sections() -> None:
    """Fingerprint and set-up may stand once, in the session part."""
    fingerprint = next(line for line in KURENTO_ANSWER.splitlines() if "fingerprint" in line)
    bare = "\n".join(
        line for line in KURENTO_ANSWER.splitlines() if "fingerprint" not in line and "setup" not in line
    )
    text = bare.replace("t=0 0", f"t=0 0\n{fingerprint}\na=setup:active")
    assert all(media.dtls is not None and media.dtls.fingerprints for media in parsed(text).media)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("m=video 1 ", "m=video 0 ", "video was rejected"),
        ("m=video 1 ", "m=application 1 ", "neither audio nor video"),
        ("a=rtpmap:97 VP8/90000", "", "video names no codec"),
        ("a=ice-pwd:abcdefghijklmnopqrstuv", "", "lacks ice-pwd"),
        ("a=fingerprint:sha-256", "a=fingerprint:", "lacks fingerprint"),
        ("a=setup:active", "a=setup:holdconn", "lacks setup"),
        ("a=rtcp-mux", "", "lacks rtcp-mux"),
        ("m=", "x=", "0 media sections"),
        ("b=AS:1000", "\n".join(["m=audio 1 UDP/TLS/RTP/SAVPF 0"] * 20), "22 media sections"),
        ("v=0", "v=0" + "x" * MAX_SDP_CHARACTERS, "larger"),
        ("v=0", "v=0" + "\n" * 3000, "more lines"),
    ],
)
def test_what_cannot_connect_is_refused_clearly(old: str, new: str, why: str) -> None:
    with pytest.raises(RtcError, match=why) as caught:
        sanitise(KURENTO_ANSWER.replace(old, new))
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED


def test_bundled_sections_without_a_port_are_not_rejections() -> None:
    """A mediasoup offer marks them `bundle-only`."""
    text = KURENTO_ANSWER.replace("m=video 1 ", "m=video 0 ").replace("b=AS:1000", "a=bundle-only")
    assert len(parsed(text).media) == 2


@st.composite
def damaged_answers(draw: st.DrawFn) -> str:
    """The real answer with lines cut, swapped, doubled and replaced by noise."""
    lines = KURENTO_ANSWER.splitlines()
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        match draw(st.sampled_from(["drop", "double", "cut", "noise", "insert", "move"])):
            case "drop":
                del lines[place]
            case "double":
                lines.insert(place, line)
            case "cut":
                lines[place] = line[: draw(st.integers(0, len(line)))]
            case "noise":
                at = draw(st.integers(0, len(line)))
                lines[place] = line[:at] + draw(st.text(max_size=6)) + line[at:]
            case "insert":
                name = draw(
                    st.sampled_from(["fmtp", "rtpmap", "extmap", "ssrc", "candidate", "mid", "group", "x"])
                )
                lines.insert(place, f"a={name}:{draw(st.text('0123456789 :/;=axV', max_size=20))}")
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
        if not lines:
            return ""
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(damaged_answers())
def test_damaged_descriptions_never_break_the_parser(text: str) -> None:
    """Either refused by us or understood by aiortc, with everything a connection needs."""
    code, clean = None, ""
    try:
        clean = sanitise(text)
    except RtcError as error:
        code = error.code
    assert code in {None, RtcErrorCode.MEDIA_FAILED}
    for media in SessionDescription.parse(clean).media:
        assert media.dtls is not None
        assert media.dtls.fingerprints
        assert media.rtp.codecs
        assert media.ice is not None
        assert media.ice.usernameFragment
        assert media.direction in {"sendonly", "recvonly", "sendrecv", "inactive"}


@settings(deadline=None)
@given(st.text(max_size=400))
def test_noise_is_refused(text: str) -> None:
    with pytest.raises(RtcError):
        sanitise(text)


def test_sanitising_twice_changes_nothing() -> None:
    assert sanitise(sanitise(KURENTO_ANSWER)) == sanitise(KURENTO_ANSWER)


def test_candidate_with_prefix() -> None:
    candidate = parse_candidate("candidate:4f2a 1 UDP 2015363327 203.0.113.20 41872 typ host generation 0")
    assert candidate is not None
    assert (candidate.ip, candidate.port, candidate.protocol, candidate.type) == (
        "203.0.113.20",
        41872,
        "udp",
        "host",
    )
    assert candidate.sdpMLineIndex == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate:",
        "candidate:2 1 TCP 1015021823 203.0.113.20 9 typ host tcptype active",
        "candidate:1 2 UDP 2015363327 203.0.113.20 41872 typ host",
        "candidate:1 1 UDP 2015363327 4f2a1b.local 41872 typ host",
        "candidate:1 1 UDP 2015363327 203.0.113.999 41872 typ host",
        "candidate:1 1 UDP 9999999999 203.0.113.20 41872 typ host",
        "candidate:1 1 UDP 2015363327 203.0.113.20 0 typ host",
        "candidate:1 1 UDP 2015363327 203.0.113.20 70000 typ host",
        "candidate:1 1 UDP 2015363327 203.0.113.20 41872 typ other",
        "candidate:1 1 UDP 2015363327 203.0.113.20 41872 typ",
        "candidate:1 1 UDP ²015363327 203.0.113.20 41872 typ host",
        "candidate:1 1 UDP 2015363327 203.0.113.20 41872 typ host " + "x" * 600,
    ],
)
def test_candidates_that_cannot_serve_are_skipped(text: str) -> None:
    assert parse_candidate(text) is None


@settings(deadline=None)
@given(st.text(max_size=120))
def test_any_candidate_is_read_or_skipped(text: str) -> None:
    parse_candidate(text)
    parse_candidate(f"candidate:1 1 udp 1 {text} 1 typ host")
