"""Cameras of the system: choosing a format, naming failures, opening and closing."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import av
import pytest
from PySide6.QtMultimedia import QMediaDevices

from desktop.devices.camera import Camera, CameraMode, best_mode, failure
from desktop.rtc.errors import RtcError, RtcErrorCode

DEADLINE_S = 20.0


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
