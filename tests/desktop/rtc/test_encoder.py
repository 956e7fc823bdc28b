"""aiortc's encoders, steered while they run."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import av
import numpy as np
import pytest
from aiortc.codecs.opus import OpusDecoder
from aiortc.codecs.vpx import Vp8Decoder, VpxPayloadDescriptor
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import VIDEO_TIME_BASE
from av.video.frame import PictureType

from desktop.rtc.camera import black_frame
from desktop.rtc.encoder import (
    KEY_FRAME_S,
    MAX_BPS,
    MIN_BPS,
    PEOPLE,
    REQUESTED_KEY_FRAME_S,
    TEXT,
    LeanVp8Encoder,
    PictureKind,
    VoiceEncoder,
    VoiceSettings,
)
from tests.support.sources import GREEN, BlocksCamera, ToneMicrophone, tone_strength

FRAME = 3000
"""One picture of thirty a second, in ticks of the RTP clock."""


def picture(camera: BlocksCamera, pts: int) -> av.VideoFrame:
    """The next frame as it goes into the encoder."""
    frame = camera.frame().reformat(format="yuv420p")
    frame.pts, frame.time_base, frame.pict_type = pts, VIDEO_TIME_BASE, PictureType.NONE
    return frame


def grain(width_px: int = 320, height_px: int = 240, strength: int = 12) -> Callable[[int], av.VideoFrame]:
    """Makes pictures that cost bits: a moving pattern under sensor noise."""
    rng = np.random.default_rng(1)
    blocks = rng.integers(60, 190, (40, 60), dtype=np.int16).repeat(12, 0).repeat(12, 1)
    noises = [rng.integers(-strength, strength + 1, (height_px, width_px)) for _ in range(5)]

    def make(number: int) -> av.VideoFrame:
        planes = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
        left, top = number * 3 % 300, number * 2 % 200
        pattern = blocks[top : top + height_px, left : left + width_px]
        planes[:height_px] = (pattern + noises[number % 5]).clip(16, 235)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number * FRAME, VIDEO_TIME_BASE
        return frame

    return make


def joined(payloads: list[bytes]) -> bytes:
    """The encoded frame of some RTP payloads."""
    return b"".join(VpxPayloadDescriptor.parse(payload)[1] for payload in payloads)


def is_key(encoded: bytes) -> bool:
    """The first bit of a VP8 frame says so (RFC 6386 section 9.1)."""
    return encoded[0] & 1 == 0


def test_what_it_writes_is_a_picture() -> None:
    camera, encoder, decoder = BlocksCamera(GREEN), LeanVp8Encoder(), Vp8Decoder()
    for number in range(5):
        payloads, timestamp = encoder.encode(picture(camera, number * FRAME))
        assert timestamp == number * FRAME
        (frame,) = decoder.decode(JitterFrame(joined(payloads), timestamp))
    assert isinstance(frame, av.VideoFrame)
    red, green, blue = frame.to_ndarray(format="rgb24")[120, 160]
    assert (green > 150, red < 80, blue < 100) == (True, True, True)
    assert (encoder.counts.frames, encoder.counts.key_frames, encoder.counts.opened) == (5, 1, 1)
    assert encoder.counts.busy_s > 0


def test_the_noise_filter_is_off() -> None:
    codec = LeanVp8Encoder()._open(picture(BlocksCamera(), 0))
    assert codec.options["noise-sensitivity"] == "0"
    assert (codec.width, codec.height, codec.bit_rate, codec.gop_size) == (320, 240, 500_000, 3000)


def test_the_rate_follows_without_opening_the_codec_again() -> None:
    """Down to a third and up again: the bits follow within a second, and no key frame is spent."""
    encoder, make = LeanVp8Encoder(), grain()
    encoder.target_bitrate = 600_000
    rates_bps: list[float] = []
    for second, wish_bps in enumerate([600_000] * 2 + [200_000] * 3 + [1_000_000] * 3):
        encoder.target_bitrate = wish_bps
        before = encoder.counts.octets
        for number in range(second * 30, second * 30 + 30):
            encoder.encode(make(number))
        rates_bps.append((encoder.counts.octets - before) * 8)
    assert rates_bps[1] == pytest.approx(600_000, rel=0.2)
    assert rates_bps[4] == pytest.approx(200_000, rel=0.2)
    assert rates_bps[7] == pytest.approx(1_000_000, rel=0.2)
    assert (encoder.counts.opened, encoder.counts.key_frames) == (1, 1)


def test_an_estimate_that_swings_makes_no_key_frames() -> None:
    """A minute of REMB up and down by half, every second: only the regular key frames."""
    camera, encoder = BlocksCamera(width_px=160, height_px=120), LeanVp8Encoder()
    for number in range(60 * 10):
        encoder.target_bitrate = 300_000 if number // 10 % 2 else 900_000
        encoder.encode(picture(camera, number * 3 * FRAME))
    assert encoder.counts.opened == 1
    assert encoder.counts.key_frames <= 60 / KEY_FRAME_S + 1


def test_noise_does_not_fill_the_line() -> None:
    """A picture that cannot be made small enough is sent less often instead."""
    encoder, make = LeanVp8Encoder(), grain(strength=80)
    encoder.target_bitrate = 200_000
    sizes = [sum(map(len, encoder.encode(make(number))[0])) for number in range(150)]
    assert sum(sizes[60:]) * 8 / 3 < 200_000 * 1.5
    assert encoder.counts.skipped > 0


def test_a_picture_of_another_size_is_taken() -> None:
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    encoder.encode(picture(camera, 0))
    large = black_frame(640, 480)
    large.pts, large.time_base = 2 * FRAME, VIDEO_TIME_BASE
    assert is_key(joined(encoder.encode(large)[0]))
    assert (encoder.counts.width_px, encoder.counts.height_px) == (640, 480)


def test_the_rate_is_bounded_by_both_sides() -> None:
    encoder = LeanVp8Encoder()
    encoder.target_bitrate = 10
    assert encoder.target_bitrate == MIN_BPS
    encoder.target_bitrate = 9_000_000
    assert encoder.target_bitrate == MAX_BPS
    encoder.ceiling_bps = 300_000
    assert encoder.target_bitrate == 300_000


def test_requests_are_answered_once_a_second_and_none_is_lost() -> None:
    """Thirty requests a second for three seconds, then one that comes right after a key frame."""
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    keys = []
    for number in range(180):
        asked = number < 90 or number == 92
        payloads, _ = encoder.encode(picture(camera, number * FRAME), force_keyframe=asked)
        if is_key(joined(payloads)):
            keys.append(number)
    steps = [later - earlier for earlier, later in itertools.pairwise(keys)]
    assert min(steps) >= REQUESTED_KEY_FRAME_S * 30
    assert keys == [0, 30, 60, 90, 120]


def test_a_marked_frame_asks_for_a_key_frame() -> None:
    """Our camera marks the first one after it was switched on."""
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    keys = []
    for number in range(50):
        frame = picture(camera, number * FRAME)
        if number == 40:
            frame.pict_type = PictureType.I
        if is_key(joined(encoder.encode(frame)[0])):
            keys.append(number)
    assert keys == [0, 40]


def test_a_key_frame_comes_now_and_then() -> None:
    camera, encoder = BlocksCamera(), LeanVp8Encoder()
    for second in range(25):
        encoder.encode(picture(camera, second * 30 * FRAME))
    assert encoder.counts.key_frames == 4  # at 0, 8, 16 and 24 seconds


def tone_frames(count: int) -> list[av.AudioFrame]:
    """Some 20 ms frames of a tone, as the microphone's track gives them."""
    microphone = ToneMicrophone(450.0)
    frames = []
    for number in range(count):
        pairs = np.repeat(microphone.samples(), 2)
        frame = av.AudioFrame.from_ndarray(pairs.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, VoiceEncoder().codec.time_base
        frames.append(frame)
    return frames


def test_the_voice_goes_on_when_its_settings_change() -> None:
    """Fewer bits and error correction in mid-word: even timestamps, and the tone is still there."""
    encoder, decoder = VoiceEncoder(), OpusDecoder()
    timestamps, sizes, samples = [], [], []
    for number, frame in enumerate(tone_frames(100)):
        if number == 50:
            encoder.settings = VoiceSettings(bitrate_bps=24_000, expected_loss=0.1)
        payloads, timestamp = encoder.encode(frame)
        if not payloads:
            continue
        timestamps.append(timestamp)
        sizes.append(len(payloads[0]))
        for heard in decoder.decode(JitterFrame(payloads[0], timestamp)):
            assert isinstance(heard, av.AudioFrame)
            samples.append(heard.to_ndarray().reshape(-1, 2)[:, 0])
    assert {later - earlier for earlier, later in itertools.pairwise(timestamps)} == {960}
    assert np.mean(sizes[60:]) * 8 * 50 < 30_000 < np.mean(sizes[:40]) * 8 * 50
    assert tone_strength(np.concatenate(samples[60:90]), 450.0) > 0.2
    assert encoder.counts.opened == 2


def letters() -> av.VideoFrame:
    """A page full of small dark strokes: as much detail as print has."""
    rng = np.random.default_rng(3)
    planes = np.full((720 * 3 // 2, 1280), 128, np.uint8)
    strokes = rng.random((90, 640)).repeat(4, 0).repeat(2, 1) > 0.5
    planes[:720] = 235
    for line in range(90):
        planes[line * 8 : line * 8 + 4] = np.where(strokes[line * 4 : line * 4 + 4], 30, 235)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = 0, VIDEO_TIME_BASE
    return frame


def first_picture_db(kind: PictureKind) -> float:
    """How near the first picture of a page comes to it: peak signal-to-noise ratio of its luma."""
    page = letters()
    wanted = page.to_ndarray()[:720].astype(float)
    payloads, timestamp = LeanVp8Encoder(kind).encode(page)
    (frame,) = Vp8Decoder().decode(JitterFrame(joined(payloads), timestamp))
    assert isinstance(frame, av.VideoFrame)
    error = np.mean(np.square(frame.to_ndarray()[:720].astype(float) - wanted))
    return float(20 * np.log10(255 / np.sqrt(error)))


def test_letters_are_drawn_finer_than_people() -> None:
    """From the first picture on; what it takes is given back by leaving pictures out."""
    assert first_picture_db(TEXT) > first_picture_db(PEOPLE) + 4
