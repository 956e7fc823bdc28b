"""`--self-test`: does everything that was installed work on this machine?

Prints one JSON object and ends; no window, no network, no device, no account. IT runs it after a
roll-out, and the installers' own checks run it in every folder they make: a library that was left
out of a bundle often shows only in a meeting, and then without an error.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import platform
import ssl
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from desktop.app.wiring import AppKind
from desktop.system.installation import is_installed
from resources.reader import data_path

Finding = dict[str, Any]

_FRAMES = 5
_SAMPLES = 960  # 20 ms at 48 kHz, one Opus packet


class SelfTestError(Exception):
    """Something works differently from what a meeting needs; the text says what."""


def main(kind: AppKind) -> int:
    """Run every check, print what was found; the exit code says whether all passed."""
    report: Finding = {"program": kind.product.program, "installed": is_installed(), "checks": {}}
    report["python"] = platform.python_version()
    report["system"] = platform.platform()
    for name, check in CHECKS.items():
        began = time.perf_counter()
        try:
            found = check() | {"ok": True}
        except Exception as error:  # noqa: BLE001  (a broken library may raise anything; it is reported)
            found = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        report["checks"][name] = found | {"ms": round((time.perf_counter() - began) * 1000)}
    report["ok"] = all(each["ok"] for each in report["checks"].values())
    print(json.dumps(report, ensure_ascii=True, sort_keys=True))  # noqa: T201  (the result)
    return 0 if report["ok"] else 1


def check_environment() -> Finding:
    """Programs that we start must not find our libraries."""
    path = os.environ.get("LD_LIBRARY_PATH")
    if is_installed() and path and str(Path(sys.executable).parent) in path:
        raise SelfTestError(f"LD_LIBRARY_PATH names our own folder: {path}")
    return {"ld_library_path": path}


def check_video() -> Finding:
    """VP8 out of our encoder and back into a picture."""
    import av  # noqa: PLC0415  (a second of work, not for every start)
    import numpy as np  # noqa: PLC0415
    from aiortc.codecs.vpx import Vp8Decoder, VpxPayloadDescriptor  # noqa: PLC0415
    from aiortc.jitterbuffer import JitterFrame  # noqa: PLC0415

    from desktop.rtc.encoder import LeanVp8Encoder  # noqa: PLC0415

    encoder, decoder = LeanVp8Encoder(), Vp8Decoder()
    decoded, octets = 0, 0
    for index in range(_FRAMES):
        frame = av.VideoFrame.from_ndarray(np.full((360, 320), 40 + index, np.uint8), format="yuv420p")
        frame.pts, frame.time_base = index * 3000, Fraction(1, 90_000)
        packets, timestamp = encoder.encode(frame, force_keyframe=index == 0)
        octets += sum(map(len, packets))
        picture = b"".join(VpxPayloadDescriptor.parse(packet)[1] for packet in packets)
        decoded += len(decoder.decode(JitterFrame(data=picture, timestamp=timestamp)))
    if decoded == 0:
        raise SelfTestError("no picture came back")
    return {"codec": "VP8", "pictures": decoded, "octets": octets}


def check_voice() -> Finding:
    """Opus out of aiortc's encoder and back into sound."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    from aiortc.codecs.opus import OpusDecoder, OpusEncoder  # noqa: PLC0415
    from aiortc.jitterbuffer import JitterFrame  # noqa: PLC0415

    encoder, decoder = OpusEncoder(), OpusDecoder()
    loudest = 0
    for index in range(_FRAMES):
        time_s = (np.arange(_SAMPLES) + index * _SAMPLES) / 48_000
        tone = (np.sin(2 * np.pi * 440 * time_s) * 8_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, index * _SAMPLES, Fraction(1, 48_000)
        packets, timestamp = encoder.encode(frame)
        for packet in packets:
            for sound in decoder.decode(JitterFrame(data=packet, timestamp=timestamp)):
                assert isinstance(sound, av.AudioFrame)
                loudest = max(loudest, int(np.abs(sound.to_ndarray()).max()))
    if loudest < 1_000:
        raise SelfTestError(f"a tone came back with an amplitude of {loudest}")
    return {"codec": "Opus", "amplitude": loudest}


def check_echo() -> Finding:
    """The echo canceller takes 10 ms, where it is part of the product."""
    if importlib.util.find_spec("livekit") is None:
        return {"engine": None}
    rtc: Any = importlib.import_module("livekit.rtc")

    engine = rtc.AudioProcessingModule(echo_cancellation=True, noise_suppression=True)
    silence = rtc.AudioFrame.create(48_000, 1, 480)
    engine.process_reverse_stream(silence)
    engine.process_stream(silence)
    return {"engine": "livekit"}


def check_encryption() -> Finding:
    """A DTLS certificate, and SRTP there and back."""
    from aiortc.rtcdtlstransport import RTCCertificate  # noqa: PLC0415
    from pylibsrtp import Policy, Session  # noqa: PLC0415

    certificate = RTCCertificate.generateCertificate()
    key = os.urandom(30)
    sender = Session(policy=Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    receiver = Session(policy=Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND))
    packet = b"\x80\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03" + b"sound" * 8
    protected = sender.protect(packet)
    if receiver.unprotect(protected) != packet or protected == packet:
        raise SelfTestError("SRTP did not give the packet back")
    return {"fingerprints": [each.algorithm for each in certificate.getFingerprints()]}


def check_tls() -> Finding:
    """The system's authorities, and what Qt would use."""
    from PySide6.QtNetwork import QSslSocket  # noqa: PLC0415

    from desktop.system.trust import trust_context  # noqa: PLC0415

    context = trust_context(None)
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise SelfTestError("certificates would not be checked")
    return {"openssl": ssl.OPENSSL_VERSION, "qt": sorted(QSslSocket.availableBackends())}


def check_multimedia() -> Finding:
    """Qt's media plug-in loads: without it there are no cameras, and no error."""
    from PySide6.QtMultimedia import QMediaDevices, QMediaPlayer  # noqa: PLC0415

    player = QMediaPlayer()
    if not player.isAvailable():
        raise SelfTestError("Qt's media plug-in cannot be loaded")
    return {
        "cameras": len(QMediaDevices.videoInputs()),
        "microphones": len(QMediaDevices.audioInputs()),
        "loudspeakers": len(QMediaDevices.audioOutputs()),
    }


def check_pictures() -> Finding:
    """The image formats that the windows use."""
    from PySide6.QtGui import QImageReader  # noqa: PLC0415
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415

    formats = {bytes(each.data()).decode() for each in QImageReader.supportedImageFormats()}
    missing = {"png", "jpeg", "svg"} - formats
    if missing:
        raise SelfTestError(f"image formats are missing: {sorted(missing)}")
    if not QSvgRenderer(str(data_path("icons", "camera.svg"))).isValid():
        raise SelfTestError("an icon cannot be drawn")
    return {"formats": sorted(formats)}


def check_words() -> Finding:
    """French, in our sentences and in Qt's own; dates too."""
    from datetime import date  # noqa: PLC0415

    from babel.dates import format_date  # noqa: PLC0415
    from PySide6.QtCore import QLibraryInfo, QTranslator  # noqa: PLC0415

    names = {
        "views_fr": str(data_path("translations", "views_fr.qm").parent),
        "view_models_fr": str(data_path("translations", "view_models_fr.qm").parent),
        "qtbase_fr": QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath),
    }
    for name, folder in names.items():
        if not QTranslator().load(name, folder):
            raise SelfTestError(f"translation {name} cannot be loaded")
    day = format_date(date(2026, 8, 3), "EEEE d MMMM", locale="fr")
    if day != "lundi 3 août":
        raise SelfTestError(f"French dates look like {day!r}")
    return {"translations": sorted(names)}


def check_time_zones() -> Finding:
    """Windows has no time-zone files of its own."""
    from datetime import datetime  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    summer = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris"))
    return {"paris": summer.strftime("%z")}


def check_secret_store() -> Finding:
    """The backends that keyring knows; whether one runs depends on the user's session."""
    import keyring.backend  # noqa: PLC0415

    names = sorted(f"{type(each).__module__}" for each in keyring.backend.get_all_keyring())
    wanted = {
        "linux": "keyring.backends.SecretService",
        "darwin": "keyring.backends.macOS",
        "win32": "keyring.backends.Windows",
    }[sys.platform]
    if importlib.util.find_spec(wanted) is None:
        raise SelfTestError(f"{wanted} is missing")
    return {"usable": names}


def check_windows() -> Finding:
    """A window of ours can be made and drawn."""
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415
    from PySide6.QtWidgets import QLabel  # noqa: PLC0415

    label = QLabel("MiKL")
    picture = label.grab()
    label.deleteLater()
    if picture.isNull():
        raise SelfTestError("a widget cannot be drawn")
    return {"platform": QGuiApplication.platformName()}


CHECKS: dict[str, Callable[[], Finding]] = {
    "environment": check_environment,
    "video": check_video,
    "voice": check_voice,
    "echo": check_echo,
    "encryption": check_encryption,
    "tls": check_tls,
    "multimedia": check_multimedia,
    "pictures": check_pictures,
    "words": check_words,
    "time_zones": check_time_zones,
    "secret_store": check_secret_store,
    "windows": check_windows,
}
"""Name in the report → check; each returns what it found or raises."""
