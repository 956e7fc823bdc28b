"""Sound formats of devices: any rate, channels and number format to ours and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.devices.pcm import OUR_FORMAT, DeviceEncoder, FrameCutter, PcmFormat, SampleType
from desktop.devices.test_tone import energy_at
from desktop.rtc.media import Samples

SAMPLE_TYPES: tuple[SampleType, ...] = ("uint8", "int16", "int32", "float32")


def tone(frequency_hz: float, seconds: float) -> Samples:
    """A sine of a tenth of full scale (root mean square), ours in rate."""
    at = np.arange(round(48_000 * seconds))
    wave = 3276.8 * np.sqrt(2) * np.sin(2 * np.pi * frequency_hz / 48_000 * at)
    return np.asarray(np.rint(wave), np.int16)


def as_device(source: PcmFormat, frequency_hz: float, seconds: float) -> bytes:
    """What a device of that format would give for the same sine on every channel."""
    wave = (
        0.1
        * np.sqrt(2)
        * np.sin(2 * np.pi * frequency_hz / source.rate_hz * np.arange(round(source.rate_hz * seconds)))
    )
    scales = {"uint8": (128, 128), "int16": (32768, 0), "int32": (2147483648, 0), "float32": (1, 0)}
    scale, silence = scales[source.sample_type]
    levels = (wave * scale + silence).astype(source.sample_type)
    return np.repeat(levels, source.channels).tobytes()


@pytest.mark.parametrize("sample_type", SAMPLE_TYPES)
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_every_format_becomes_ours(sample_type: SampleType, channels: int, rate_hz: int) -> None:
    """A tone of 600 Hz arrives with its level, and a second stays a second."""
    source = PcmFormat(rate_hz, channels, sample_type)
    data = as_device(source, 600, 1.0)
    cutter = FrameCutter(source)
    frames = [frame for at in range(0, len(data), 777) for frame in cutter.frames(data[at : at + 777])]
    assert all(frame.shape == (960,) and frame.dtype == np.int16 for frame in frames)
    assert 48 <= len(frames) <= 50  # resamplers keep a moment back
    sound = np.concatenate(frames)
    assert energy_at(sound, 600) == pytest.approx(0.1, rel=0.03)
    rest = sound.astype(np.float64).std() / 32768
    assert rest == pytest.approx(0.1, rel=0.03), "nothing but the tone"


@given(st.lists(st.integers(1, 4000), max_size=30))
@settings(deadline=None)
def test_our_own_format_is_cut_without_changing_a_sample(sizes: list[int]) -> None:
    """However the device portions its bytes."""
    samples = np.arange(sum(sizes) // 2, dtype=np.int16)
    data = samples.tobytes()
    cutter, frames, at = FrameCutter(OUR_FORMAT), [], 0
    for size in sizes:
        frames += cutter.frames(data[at : at + size])
        at += size
    assert len(frames) == samples.size // 960
    if frames:
        assert (np.concatenate(frames) == samples[: len(frames) * 960]).all()


def test_channels_are_mixed_not_dropped() -> None:
    """A microphone on the second channel only is heard at half its level."""
    stereo = np.zeros((960, 2), np.int16)
    stereo[:, 1] = 1000
    (frame,) = FrameCutter(PcmFormat(48_000, 2, "int16")).frames(stereo.tobytes())
    assert (frame == 500).all()


def test_full_scale_does_not_wrap_around() -> None:
    loud = np.full(960, 1.5, np.float32)
    (frame,) = FrameCutter(PcmFormat(48_000, 1, "float32")).frames(loud.tobytes())
    assert (frame == 32767).all()


@pytest.mark.parametrize("sample_type", SAMPLE_TYPES)
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_our_sound_becomes_every_format(sample_type: SampleType, channels: int, rate_hz: int) -> None:
    """Encoded for a device and read back as one, it is the same tone."""
    target = PcmFormat(rate_hz, channels, sample_type)
    encoder, cutter = DeviceEncoder(target), FrameCutter(target)
    sound = tone(500, 1.0)
    frames: list[Samples] = []
    for at in range(0, sound.size, 960):
        data = encoder.encoded(sound[at : at + 960])
        assert len(data) % target.bytes_per_moment == 0
        frames += cutter.frames(data)
    assert len(frames) >= 47
    assert energy_at(np.concatenate(frames), 500) == pytest.approx(0.1, rel=0.04)


@pytest.mark.parametrize("sample_type", SAMPLE_TYPES)
def test_silence_stays_silence(sample_type: SampleType) -> None:
    target = PcmFormat(48_000, 2, sample_type)
    (frame,) = FrameCutter(target).frames(DeviceEncoder(target).encoded(np.zeros(960, np.int16)))
    assert not frame.any()
