"""aiortc's VP8 encoder, leaner."""

from __future__ import annotations

import av
from aiortc.codecs.vpx import Vp8Decoder, VpxPayloadDescriptor
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import VIDEO_TIME_BASE
from av.video.frame import PictureType

from desktop.rtc.camera import black_frame
from desktop.rtc.encoder import LeanVp8Encoder
from tests.support.sources import GREEN, BlocksCamera


def picture(camera: BlocksCamera, pts: int) -> av.VideoFrame:
    """The next frame as it goes into the encoder."""
    frame = camera.frame().reformat(format="yuv420p")
    frame.pts, frame.time_base, frame.pict_type = pts, VIDEO_TIME_BASE, PictureType.NONE
    return frame


def joined(payloads: list[bytes]) -> bytes:
    """The encoded frame of some RTP payloads."""
    return b"".join(VpxPayloadDescriptor.parse(payload)[1] for payload in payloads)


def is_key(encoded: bytes) -> bool:
    """The first bit of a VP8 frame says so (RFC 6386 section 9.1)."""
    return encoded[0] & 1 == 0


def test_what_it_writes_is_a_picture() -> None:
    camera, encoder, decoder = BlocksCamera(GREEN), LeanVp8Encoder(), Vp8Decoder()
    for number in range(5):
        payloads, timestamp = encoder.encode(picture(camera, number * 3000))
        assert abs(timestamp - number * 3000) <= 1  # the codec counts in microseconds
        (frame,) = decoder.decode(JitterFrame(joined(payloads), timestamp))
    assert isinstance(frame, av.VideoFrame)
    red, green, blue = frame.to_ndarray(format="rgb24")[120, 160]
    assert (green > 150, red < 80, blue < 100) == (True, True, True)


def test_the_noise_filter_is_off() -> None:
    """The one thing that differs from the base class."""
    codec = LeanVp8Encoder()._open(picture(BlocksCamera(), 0))
    assert codec.options["noise-sensitivity"] == "0"
    assert (codec.width, codec.height, codec.bit_rate, codec.gop_size) == (320, 240, 500_000, 3000)


def test_the_codec_is_kept_from_frame_to_frame() -> None:
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    encoder.encode(picture(camera, 0))
    codec = encoder.codec
    encoder.encode(picture(camera, 3000))
    assert encoder.codec is codec


def test_it_follows_the_bitrate_and_the_size() -> None:
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    encoder.encode(picture(camera, 0))
    encoder.target_bitrate = 1_000_000
    encoder.encode(picture(camera, 3000))
    assert encoder.codec is not None
    assert encoder.codec.bit_rate == 1_000_000
    large = black_frame(640, 480)
    large.pts, large.time_base = 6000, VIDEO_TIME_BASE
    encoder.encode(large)
    assert (encoder.codec.width, encoder.codec.height) == (640, 480)


def test_key_frames_by_mark_and_by_request() -> None:
    """Our camera marks frames, a receiver's PLI sets the flag."""
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    keys = []
    for number in range(6):
        frame = picture(camera, number * 3000)
        if number == 2:
            frame.pict_type = PictureType.I
        keys.append(is_key(joined(encoder.encode(frame, force_keyframe=number == 4)[0])))
    assert keys == [True, False, True, False, True, False]
