"""Which sound format to open an audio device in."""

from __future__ import annotations

from PySide6.QtMultimedia import QAudioDevice, QAudioFormat

from desktop.devices.pcm import OUR_FORMAT, PcmFormat, SampleType

_SampleFormat = QAudioFormat.SampleFormat

_SAMPLE_TYPES: dict[QAudioFormat.SampleFormat, SampleType] = {
    _SampleFormat.UInt8: "uint8",
    _SampleFormat.Int16: "int16",
    _SampleFormat.Int32: "int32",
    _SampleFormat.Float: "float32",
}


def qt_format(pcm: PcmFormat) -> QAudioFormat:
    """Qt's name for a format."""
    made = QAudioFormat()
    made.setSampleRate(pcm.rate_hz)
    made.setChannelCount(pcm.channels)
    made.setSampleFormat(next(key for key, name in _SAMPLE_TYPES.items() if name == pcm.sample_type))
    return made


def choose_format(device: QAudioDevice) -> PcmFormat:
    """Ours where the device takes it (no conversion), else what it prefers.

    Raises:
        ValueError: the device prefers a format that Qt itself does not name.
    """
    if device.isFormatSupported(qt_format(OUR_FORMAT)):
        return OUR_FORMAT
    preferred = device.preferredFormat()
    sample_type = _SAMPLE_TYPES.get(preferred.sampleFormat())
    if sample_type is None or preferred.channelCount() < 1 or preferred.sampleRate() < 1:
        raise ValueError("the audio device names no usable format")
    return PcmFormat(preferred.sampleRate(), preferred.channelCount(), sample_type)
