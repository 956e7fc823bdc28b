"""Reducing offers and dressing answers."""

from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription

from openvidu_local.errors import RpcError
from openvidu_local.sdp import (
    CodecRule,
    Sdp,
    like_kurento,
    reduce_offer,
    with_bandwidth_line,
    with_refused_video,
)
from tests.openvidu_local.media_client import Shade, Tone, peer

BROWSER_VIDEO = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=video 9 UDP/TLS/RTP/SAVPF 102 103 96 97 45",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=extmap:2/recvonly http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time extra",
        "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "a=rtpmap:102 H264/90000",
        "a=rtcp-fb:102 nack pli",
        "a=fmtp:102 packetization-mode=1;profile-level-id=42001f",
        "a=rtpmap:103 rtx/90000",
        "a=fmtp:103 apt=102",
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=rtpmap:45 AV1/90000",
        "a=fmtp:99 apt=45",
        "a=candidate:1 1 udp 1 192.0.2.1 9 typ host",
        "a=end-of-candidates",
        "",
    ]
)


def video_lines(offer: Sdp) -> list[str]:
    section = offer.section("video")
    assert section is not None
    return section.lines


def test_forced_codec_stays_alone_in_kurento_mode() -> None:
    """Every other codec, RTX and all extensions but abs-send-time go."""
    lines = video_lines(reduce_offer(BROWSER_VIDEO, CodecRule(video=("VP8",), video_forced=True)))
    assert lines[0] == "m=video 9 UDP/TLS/RTP/SAVPF 96"
    assert [line for line in lines if "rtpmap" in line] == ["a=rtpmap:96 VP8/90000"]
    assert not [line for line in lines if "fmtp" in line or "rtcp-fb" in line]
    assert [line for line in lines if "extmap" in line] == [
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    ]


def test_candidates_stay_and_their_end_goes() -> None:
    lines = video_lines(reduce_offer(BROWSER_VIDEO, CodecRule()))
    assert "a=candidate:1 1 udp 1 192.0.2.1 9 typ host" in lines
    assert "a=end-of-candidates" not in lines


def test_mediasoup_mode_keeps_the_retransmission_format() -> None:
    lines = video_lines(reduce_offer(BROWSER_VIDEO, CodecRule(video=("H264",), like_kurento=False)))
    assert lines[0].endswith(" 102 103")
    assert "a=fmtp:103 apt=102" in lines


def test_forced_codec_missing_is_800() -> None:
    with pytest.raises(RpcError) as raised:
        reduce_offer(BROWSER_VIDEO, CodecRule(video=("VP9",), video_forced=True))
    assert raised.value.code == 800


def test_nothing_usable_is_302() -> None:
    with pytest.raises(RpcError) as raised:
        reduce_offer(BROWSER_VIDEO, CodecRule(video=("VP9",)))
    assert raised.value.code == 302


async def test_kurento_answer_has_its_shape() -> None:
    """A real answer of aiortc, dressed: what was seen on a Kurento 7.3, and aiortc still reads it."""
    offerer, answerer = peer(), peer()
    try:
        offerer.addTransceiver(Tone(), direction="sendonly")
        offerer.addTransceiver(Shade(0), direction="sendonly")
        await offerer.setLocalDescription()
        offer = reduce_offer(offerer.localDescription.sdp, CodecRule(video=("VP8",), video_forced=True))
        await answerer.setRemoteDescription(type(offerer.localDescription)(sdp=str(offer), type="offer"))
        await answerer.setLocalDescription()
        answer = like_kurento(answerer.localDescription.sdp)
    finally:
        await offerer.close()
        await answerer.close()
    parsed = Sdp.parse(answer)
    assert parsed.session[:5] == [
        "v=0",
        parsed.session[1],
        "s=Kurento Media Server",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
    ]
    audio, video = parsed.sections
    assert audio.lines[0] == "m=audio 1 UDP/TLS/RTP/SAVPF 96 0 8"
    assert video.lines[0] == "m=video 1 UDP/TLS/RTP/SAVPF 97"
    for section in parsed.sections:
        assert sum(line.startswith("a=fingerprint:sha-256") for line in section.lines) == 1
        assert sum(line.startswith("a=fingerprint:") for line in section.lines) == 1
        assert sum(line.startswith("a=ssrc:") for line in section.lines) == 1
        assert not [line for line in section.lines if line.startswith(("a=candidate", "a=msid", "c="))]
        assert "a=setup:active" in section.lines
    assert [line.split()[1] for line in video.lines if "extmap" in line] == [
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    ]
    assert len(SessionDescription.parse(answer).media) == 2


def test_bandwidth_line_and_refused_video() -> None:
    assert video_lines(Sdp.parse(with_bandwidth_line(BROWSER_VIDEO, 1000)))[1] == "b=AS:1000"
    refused = video_lines(Sdp.parse(with_refused_video(BROWSER_VIDEO)))
    assert refused == ["m=video 0 UDP/TLS/RTP/SAVPF 102 103 96 97 45", "a=inactive", "a=mid:0"]
