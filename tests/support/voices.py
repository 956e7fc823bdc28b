"""Sound that is like speech, a room with a loudspeaker in it, and what is left of either.

Everything is 48 kHz mono; signals are float64 with full scale at 1.0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

Signal = npt.NDArray[np.float64]

SYLLABLES_A_SECOND = 4
FORMANTS_HZ = ((700, 1_200, 2_600), (300, 2_300, 3_000), (500, 1_000, 2_500), (400, 800, 2_400))
"""Of four vowels."""


def speech(seconds: float, *, seed: int, pitch_hz: float = 120.0, rms: float = 0.07) -> Signal:
    """Somebody who says syllables: vowels with a gliding pitch, consonants of noise, pauses.

    Args:
        seconds: how long.
        seed: what is said; the same seed says the same.
        pitch_hz: of the voice.
        rms: loudness of all of it, pauses included.
    """
    dice = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE_HZ)
    sound = np.zeros(count)
    length = SAMPLE_RATE_HZ // SYLLABLES_A_SECOND
    for begin in range(0, count, length):
        if dice.random() < 0.2:
            continue  # a pause
        size = min(length, count - begin)
        sound[begin : begin + size] = _syllable(size, dice, pitch_hz * dice.uniform(0.85, 1.2))
    loud: Signal = sound * (rms / np.sqrt(np.mean(sound**2)))
    return loud


def _syllable(size: int, dice: np.random.Generator, pitch_hz: float) -> Signal:
    at_s = np.arange(size) / SAMPLE_RATE_HZ
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.1 * np.sin(2 * np.pi * 3 * at_s))) / SAMPLE_RATE_HZ
    formants = FORMANTS_HZ[int(dice.integers(len(FORMANTS_HZ)))]
    vowel = np.zeros(size)
    for part in range(1, 30):
        frequency_hz = part * pitch_hz
        strength = sum(np.exp(-(((frequency_hz - each) / 180) ** 2)) for each in formants) + 0.02
        vowel += strength * np.sin(part * phase) / np.sqrt(part)
    noise = np.diff(dice.normal(size=size + 1))
    consonant = noise * np.exp(-((at_s / 0.03) ** 2)) * 0.5
    rise = np.minimum(1, at_s / 0.02) * np.minimum(1, at_s[::-1] / 0.05)
    said: Signal = vowel * rise + consonant
    return said


def loudspeaker_path(*, delay_s: float = 0.06, seed: int = 5, gain: float = 0.5) -> Signal:
    """What a room and its loudspeaker do to a sound on its way to the microphone: an impulse response.

    Args:
        delay_s: of devices and air.
        seed: which room.
        gain: of the loudspeaker's sound at the microphone.
    """
    dice = np.random.default_rng(seed)
    reverberation = dice.normal(size=round(0.12 * SAMPLE_RATE_HZ))
    reverberation *= np.exp(-np.arange(reverberation.size) / (0.02 * SAMPLE_RATE_HZ))
    reverberation[0] = 6.0  # the straight way
    reverberation *= gain / np.sqrt(np.sum(reverberation**2))
    return np.concatenate((np.zeros(round(delay_s * SAMPLE_RATE_HZ)), reverberation))


def through(path: Signal, sound: Signal) -> Signal:
    """A sound behind a path; as long as before."""
    size = 1 << (sound.size + path.size - 1).bit_length()
    heard: Signal = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: sound.size]
    return heard


def frames_of(sound: Signal) -> list[Samples]:
    """Cut into 20 ms of 16 bit; what is left over is dropped."""
    count = sound.size // AUDIO_FRAME_SAMPLES
    samples = np.clip(np.rint(sound * 32_767), -32_768, 32_767).astype(np.int16)
    return list(samples[: count * AUDIO_FRAME_SAMPLES].reshape(count, AUDIO_FRAME_SAMPLES))


def signal_of(frames: list[Samples]) -> Signal:
    """The reverse of `frames_of`."""
    return np.concatenate(frames).astype(np.float64) / 32_767


def decibels(power: float, reference: float) -> float:
    """How much stronger one power is than another."""
    return float(10 * np.log10((power + 1e-12) / (reference + 1e-12)))


def removed_db(before: Signal, after: Signal) -> float:
    """By how much something was made weaker."""
    return decibels(float(np.mean(before**2)), float(np.mean(after**2)))


def kept_db(voice: Signal, heard: Signal, other: Signal) -> float:
    """How loud a voice still is in what is heard while something else sounds: 0 dB where it is untouched.

    Compared where the voice is at least 10 dB above the other sound, piece by piece of 20 ms and 50 Hz, as
    ITU-T P.502 does with signals that leave each other room: there what is heard can only be the voice.

    Args:
        voice: as it came to the microphone.
        heard: what became of all sound together; may be later.
        other: as it came to the microphone; zeros for none.
    """
    late = lag_of(voice, heard)
    said, got, disturbed = (_pieces(each) for each in (voice[: voice.size - late], heard[late:], other))
    alone = said > 10 * disturbed[: len(said)]
    alone &= said > np.max(said) * 1e-6
    return decibels(float(np.sum(got[alone])), float(np.sum(said[alone])))


def lag_of(voice: Signal, heard: Signal) -> int:
    """By how many samples a voice is heard later than it was said, up to 100 ms."""
    size = 1 << (voice.size + heard.size).bit_length()
    together = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(voice, size)), size)
    return int(np.argmax(together[: SAMPLE_RATE_HZ // 10]))


def _pieces(sound: Signal) -> Signal:
    """Power by time and frequency."""
    count = sound.size // AUDIO_FRAME_SAMPLES
    cut = sound[: count * AUDIO_FRAME_SAMPLES].reshape(count, AUDIO_FRAME_SAMPLES)
    return np.abs(np.fft.rfft(cut * np.hanning(AUDIO_FRAME_SAMPLES), axis=1)) ** 2
