"""What a client's own check of his side found, in two words for the operator."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend_client.models import DeviceReadiness, NetworkReadiness, Readiness, SpeakerReadiness
from desktop.view_models.states import Tone

translate = QCoreApplication.translate


def readiness_words(found: Readiness) -> tuple[str, Tone]:
    """The worst that was found, or that all is well: without a line or a voice nobody meets."""
    if found.network is not NetworkReadiness.OK:
        return translate("Readiness", "Connection blocked"), Tone.DANGER
    if found.microphone is not DeviceReadiness.OK:
        return _microphone(found.microphone), Tone.WARNING
    if found.speaker is not SpeakerReadiness.OK:
        return translate("Readiness", "No loudspeaker"), Tone.WARNING
    if found.camera is not DeviceReadiness.OK:
        return _camera(found.camera), Tone.WARNING
    return translate("Readiness", "Equipment ready"), Tone.SUCCESS


def _microphone(state: DeviceReadiness) -> str:
    match state:
        case DeviceReadiness.DENIED:
            return translate("Readiness", "Microphone blocked")
        case DeviceReadiness.BUSY:
            return translate("Readiness", "Microphone in use elsewhere")
    return translate("Readiness", "No microphone")


def _camera(state: DeviceReadiness) -> str:
    match state:
        case DeviceReadiness.DENIED:
            return translate("Readiness", "Camera blocked")
        case DeviceReadiness.BUSY:
            return translate("Readiness", "Camera in use elsewhere")
    return translate("Readiness", "No camera")
