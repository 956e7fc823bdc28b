"""Cameras of the system: choosing a format, naming failures, opening and closing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtMultimedia import QCamera, QCameraDevice, QMediaDevices

from desktop.devices import camera as camera_module
from desktop.devices.camera import Camera, CameraMode, best_mode, failure
from desktop.rtc.errors import RtcError, RtcErrorCode

DEADLINE_S = 40.0


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        pytest.param([], None, id="no list"),
        pytest.param([(1920, 1080, 30), (640, 480, 30), (1280, 720, 30)], 1, id="what is wanted"),
        pytest.param([(640, 480, 10), (1280, 720, 30)], 1, id="smooth before near"),
        pytest.param([(1920, 1080, 30), (320, 240, 30)], 1, id="not too large"),
        pytest.param([(1920, 1080, 30)], 0, id="too large is better than nothing"),
        pytest.param([(640, 480, 60), (640, 480, 30), (640, 480, 25)], 1, id="nearest rate"),
        pytest.param([(640, 480, 30, True), (640, 480, 30, False)], 1, id="not compressed"),
        pytest.param([(640, 480, 5), (320, 240, 10)], 0, id="all too slow"),
    ],
)
def test_the_best_mode(modes: list[tuple[int, int, float]], expected: int | None) -> None:
    assert best_mode([CameraMode(*mode) for mode in modes], 640, 480, 30) == expected


def test_an_unplugged_camera_is_missing() -> None:
    assert failure("/dev/video0", [], "gone").code is RtcErrorCode.CAMERA_MISSING


def test_a_camera_that_is_there_and_fails_is_busy() -> None:
    assert failure("some camera", ["some camera"], "failed").code is RtcErrorCode.CAMERA_BUSY


@pytest.mark.skipif(sys.platform != "linux", reason="device files exist on Linux")
def test_a_device_file_without_access_is_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "video0"
    device.touch(0o000)
    # root may open everything, so what the kernel would say to others is said for it
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    assert failure(str(device), [str(device)], "failed").code is RtcErrorCode.CAMERA_DENIED


@pytest.mark.usefixtures("qapp")
def test_a_camera_that_is_not_there_is_missing() -> None:
    camera = Camera("no such camera")
    before = threading.active_count()
    for _ in range(100):
        with pytest.raises(RtcError) as caught:
            camera.open(lambda _: None)
        assert caught.value.code is RtcErrorCode.CAMERA_MISSING
    camera.close()
    camera.close()
    assert threading.active_count() == before


@pytest.fixture
def opening() -> threading.Event:
    """Set once the thread of `dead_camera` is at work."""
    return threading.Event()


@pytest.fixture
def dead_camera(qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch, opening: threading.Event) -> Camera:
    """A camera whose device Qt accepts and which never gives a picture."""

    def pick(_devices: object, _device_id: object) -> QCameraDevice:
        opening.set()
        return QCameraDevice()

    monkeypatch.setattr(camera_module, "pick", pick)
    return Camera()


def test_a_camera_that_gives_nothing_is_busy(dead_camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "OPEN_TIMEOUT_S", 0.2)
    with pytest.raises(RtcError) as caught:
        dead_camera.open(lambda _: None)
    assert caught.value.code is RtcErrorCode.CAMERA_BUSY
    dead_camera.close()


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param(
            lambda camera: camera._thread.tell(
                lambda capture: capture._camera.errorOccurred.emit(QCamera.Error.CameraError, "gone")
            ),
            RtcErrorCode.CAMERA_MISSING,
            id="an error of Qt, the device no longer listed",
        ),
        pytest.param(lambda camera: camera.close(), RtcErrorCode.CLOSED, id="closed meanwhile"),
    ],
)
def test_what_happens_while_opening_ends_the_wait(
    dead_camera: Camera, opening: threading.Event, event: Callable[[Camera], None], code: RtcErrorCode
) -> None:
    """Long before the time is out, and the thread ends."""
    codes: list[RtcErrorCode] = []

    def work() -> None:
        try:
            dead_camera.open(lambda _: None)
        except RtcError as error:
            codes.append(error.code)

    worker = threading.Thread(target=work)
    worker.start()
    assert opening.wait(DEADLINE_S)
    began_s = time.monotonic()
    event(dead_camera)
    worker.join(DEADLINE_S)
    assert codes == [code]
    assert time.monotonic() - began_s < camera_module.OPEN_TIMEOUT_S - 1


@pytest.mark.usefixtures("qapp")
def test_a_real_camera_delivers_and_opens_again() -> None:
    """Twice in a row, in the format that WebRTC sends."""
    if not QMediaDevices.videoInputs():
        pytest.skip("this machine has no camera")
    camera = Camera()
    for _ in range(2):
        frames: list[av.VideoFrame] = []
        enough = threading.Event()

        def deliver(
            frame: av.VideoFrame, frames: list[av.VideoFrame] = frames, enough: threading.Event = enough
        ) -> None:
            frames.append(frame)
            if len(frames) == 5:
                enough.set()

        camera.open(deliver)
        try:
            assert enough.wait(DEADLINE_S)
        finally:
            camera.close()
        count = len(frames)
        assert {frame.format.name for frame in frames} == {"yuv420p"}
        assert (camera.width_px, camera.height_px) == (frames[0].width, frames[0].height)
        assert len(frames) == count
