"""Taps, fan-out and its bounds, without any socket."""

from __future__ import annotations

import pytest
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket

from openvidu_local.fanout import EncodedFrame, Fanout, RelayTrack
from openvidu_local.taps import MAX_PAYLOAD_BYTES, AudioTap, VideoTap, is_key_picture

KEY, DELTA = b"\x10key", b"\x11delta"
"""VP8 pictures: the lowest bit of the first byte tells."""


def packet(sequence: int, timestamp: int, data: bytes, *, marker: int = 1, ssrc: int = 1) -> RtpPacket:
    """An RTP packet as a receiver hands it to its buffer."""
    made = RtpPacket(sequence_number=sequence, timestamp=timestamp, ssrc=ssrc, marker=marker, payload=data)
    made.payload = (b"\x10" if data[:1] in (KEY[:1], DELTA[:1]) else b"\x00") + data
    made._data = data  # type: ignore[attr-defined]
    return made


class Subscriber:
    """Takes what a `Fanout` sends to one track.

    Attributes:
        frames: what came.
        full: takes nothing, as a full socket.
        gone: the connection is over.
    """

    def __init__(self, fanout: Fanout) -> None:
        self.track: RelayTrack = fanout.track()
        self.frames: list[EncodedFrame] = []
        self.full = self.gone = False
        self.track.serve(self._write)

    def received(self) -> list[tuple[bytes, int]]:
        """Content and ticks of everything that came since the last call; packets joined."""
        got = [(b"".join(payload[1:] for payload in f.payloads), f.ticks) for f in self.frames]
        self.frames.clear()
        return got

    def _write(self, frame: EncodedFrame) -> bool:
        if self.gone:
            raise ConnectionError
        if not self.full:
            self.frames.append(frame)
        return not self.full


def video() -> tuple[Fanout, VideoTap, Subscriber]:
    """A VP8 fan-out with one subscriber."""
    fanout = Fanout("video")
    fanout.codec = "VP8"
    return fanout, VideoTap(fanout), Subscriber(fanout)


def push(fanout: Fanout, data: bytes, timestamp: int, *, ssrc: int = 1) -> None:
    """Push one picture of one packet."""
    fanout.push((b"\x10" + data,), ssrc=ssrc, timestamp=timestamp, is_key=data == KEY)


def test_key_frames_are_recognised() -> None:
    assert is_key_picture("VP8", [KEY])
    assert not is_key_picture("VP8", [DELTA, KEY])
    assert not is_key_picture("VP8", [b""])
    assert is_key_picture("H264", [b"\x00\x00\x00\x01\x09", b"\x00\x00\x00\x01\x65abc"])
    assert not is_key_picture("H264", [b"\x00\x00\x00\x01\x41abc\x00\x00\x01"])


def test_a_picture_is_complete_with_its_marker() -> None:
    """No waiting for the next picture's first packet."""
    _, tap, there = video()
    tap.add(packet(1, 1000, KEY, marker=0))
    assert there.received() == []
    tap.add(packet(2, 1000, b"tail"))
    assert there.received() == [(KEY + b"tail", 0)]


def test_a_picture_without_marker_ends_with_the_next_timestamp() -> None:
    _, tap, there = video()
    tap.add(packet(1, 1000, KEY, marker=0))
    tap.add(packet(2, 4000, DELTA))
    assert there.received() == [(KEY, 0), (DELTA, 3000)]


def test_everything_behind_a_filled_gap_comes_at_once() -> None:
    """Late packets do not leave a backlog, whatever comes next."""
    _, tap, there = video()
    tap.add(packet(1, 1000, KEY))
    tap.add(packet(3, 7000, DELTA))
    tap.add(packet(4, 10_000, DELTA))
    assert there.received() == [(KEY, 0)]
    tap.add(packet(2, 4000, DELTA))
    assert there.received() == [(DELTA, 3000), (DELTA, 6000), (DELTA, 9000)]


def test_padding_is_no_picture() -> None:
    _, tap, there = video()
    tap.add(packet(1, 1000, KEY))
    tap.add(packet(2, 1000, b"", marker=0))
    tap.add(packet(3, 4000, DELTA))
    assert there.received() == [(KEY, 0), (DELTA, 3000)]


def test_a_lost_packet_holds_video_back_until_a_key_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver is told to ask for one, and nothing that refers to the loss is passed on."""
    _, tap, there = video()
    now_s = 0.0
    monkeypatch.setattr("openvidu_local.taps.time.monotonic", lambda: now_s)
    tap.add(packet(1, 3000, KEY))
    assert tap.add(packet(3, 9000, DELTA)) == (False, None)
    now_s = 0.3
    assert tap.add(packet(4, 12_000, DELTA)) == (False, None), "a retransmission may still come"
    now_s = 0.5
    assert tap.add(packet(5, 15_000, DELTA)) == (True, None)
    assert there.received() == [(KEY, 0)]
    assert there.track.waits_for_key
    tap.add(packet(6, 18_000, KEY))
    assert there.received() == [(KEY, 15_000)]


def test_a_full_buffer_is_a_loss_too() -> None:
    """Whatever the clock says."""
    _, tap, there = video()
    tap.add(packet(1, 3000, KEY))
    lost = [tap.add(packet(number, number * 3000, DELTA))[0] for number in range(3, 520)]
    assert lost.count(True) == 1
    assert there.received() == [(KEY, 0)]


def test_the_tail_of_a_picture_is_no_picture() -> None:
    """Its first byte could pass for a key frame's."""
    _, tap, there = video()
    tap.add(packet(7, 3000, b"\x20tail"))
    tap.add(packet(8, 6000, KEY))
    assert there.received() == [(KEY, 0)]


def test_a_late_subscriber_starts_with_a_key_frame_and_asks_for_it() -> None:
    fanout, tap, _ = video()
    asked: list[int] = []
    fanout.on_key_frame_wanted = asked.append
    tap.add(packet(1, 0, KEY, ssrc=77))
    late = Subscriber(fanout)
    assert asked == [77]
    tap.add(packet(2, 3000, DELTA, ssrc=77))
    tap.add(packet(3, 6000, KEY, ssrc=77))
    tap.add(packet(4, 9000, DELTA, ssrc=77))
    assert late.received() == [(KEY, 6000), (DELTA, 9000)]
    assert asked == [77], "one request is enough within the interval"


def test_a_full_socket_holds_video_back_until_the_next_key_frame() -> None:
    """A decoder never gets a picture whose reference was dropped, and the others lose nothing."""
    fanout, _, slow = video()
    quick = Subscriber(fanout)
    push(fanout, KEY, 0)
    slow.full = True
    push(fanout, DELTA, 3000)
    slow.full = False
    push(fanout, DELTA, 6000)
    assert slow.received() == [(KEY, 0)]
    push(fanout, KEY, 9000)
    assert slow.received() == [(KEY, 9000)]
    assert len(quick.received()) == 4


def test_a_full_socket_loses_sound_only_while_it_is_full() -> None:
    fanout = Fanout("audio")
    there = Subscriber(fanout)
    for number, full in enumerate((False, True, False)):
        there.full = full
        fanout.push((b"a",), ssrc=1, timestamp=number * 960, is_key=True)
    assert [frame.ticks for frame in there.frames] == [0, 1920]


def test_a_subscriber_that_is_gone_is_served_no_more() -> None:
    """And the others go on."""
    fanout, _, gone = video()
    other = Subscriber(fanout)
    gone.gone = True
    push(fanout, KEY, 0)
    assert fanout.subscriber_count == 1
    assert gone.track.readyState == "ended"
    assert len(other.frames) == 1


def test_audio_passes_at_once_and_untouched_even_when_empty() -> None:
    """Discontinuous transmission makes tiny and empty frames and gaps in time."""
    fanout = Fanout("audio")
    there, tap = Subscriber(fanout), AudioTap(fanout)
    for timestamp, data in ((960, b"\xfc\xff\xfe"), (1920, b"\xf8"), (20_160, b""), (21_120, b"\x78ab")):
        tap.add(packet(timestamp // 960, timestamp, data))
    assert [(frame.payloads, frame.ticks) for frame in there.frames] == [
        ((b"\x00\xfc\xff\xfe",), 0),
        ((b"\x00\xf8",), 960),
        ((b"\x00",), 19_200),
        ((b"\x00\x78ab",), 20_160),
    ]


def test_an_overtaken_audio_packet_is_dropped() -> None:
    fanout = Fanout("audio")
    there, tap = Subscriber(fanout), AudioTap(fanout)
    for timestamp in (0, 1920, 960, 1920, 2880):
        tap.add(packet(timestamp // 960, timestamp, b"a"))
    assert [frame.ticks for frame in there.frames] == [0, 1920, 2880]


def test_a_packet_too_long_to_be_protected_is_a_loss() -> None:
    """A publisher cannot break the sending to others with it."""
    _, tap, there = video()
    tap.add(packet(1, 0, KEY + bytes(MAX_PAYLOAD_BYTES)))
    tap.add(packet(2, 3000, DELTA))
    tap.add(packet(3, 6000, KEY))
    assert there.received() == [(KEY, 3000)], "and nothing before it"
    sound = Fanout("audio")
    heard, sound_tap = Subscriber(sound), AudioTap(sound)
    sound_tap.add(packet(1, 960, bytes(MAX_PAYLOAD_BYTES)))
    assert not heard.frames


def test_timestamps_wrap_without_a_jump() -> None:
    fanout, _, there = video()
    push(fanout, KEY, 0xFFFF_FFFF - 999)
    push(fanout, DELTA, 2000)
    assert [frame.ticks for frame in there.frames] == [0, 3000]


def test_another_source_goes_on_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a media reconnection the timestamps continue by the time that passed."""
    now_s = 100.0
    monkeypatch.setattr("openvidu_local.fanout.time.monotonic", lambda: now_s)
    fanout, _, there = video()
    push(fanout, KEY, 5000)
    now_s = 102.0
    push(fanout, KEY, 4_000_000, ssrc=2)
    push(fanout, DELTA, 4_003_000, ssrc=2)
    assert [frame.ticks for frame in there.frames] == [0, 180_000, 183_000]


def test_a_stalled_fanout_swallows_frames() -> None:
    fanout, _, there = video()
    fanout.stalled = lambda: True
    push(fanout, KEY, 0)
    assert not there.frames


async def test_a_stopped_track_gets_nothing_and_has_nothing() -> None:
    """Also when it is stopped before it is served."""
    fanout = Fanout("audio")
    there = Subscriber(fanout)
    assert fanout.subscriber_count == 1
    there.track.stop()
    assert fanout.subscriber_count == 0
    there.track.serve(lambda _: True)
    assert fanout.subscriber_count == 0
    with pytest.raises(MediaStreamError):
        await there.track.recv()
