"""The background blur from its switch to the picture: kept, locked, missing, and off by itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QCoreApplication, QObject, Signal
from pytestqt.qtbot import QtBot

from desktop.app.device_port import MachineDevices
from desktop.app.room_devices import RoomDeviceFollower
from desktop.devices import choice, device_list, person_segmenter
from desktop.devices.blur_painting import Mask
from desktop.devices.catalogue import DeviceKind
from desktop.devices.test_picture import TestPicture
from desktop.meeting import lateness
from desktop.rtc.media import Picture, VideoSource
from desktop.rtc.state import Quality, QualityReason, QualityWord, RoomPhase, RoomState
from desktop.system.settings import CameraChoice, Settings, load_settings
from desktop.view_models.device_states import BlurEnd, BlurState, DeviceEvent
from desktop.view_models.tasks import TaskScope
from resources.brand import HUB
from tests.support.blur import real_model
from tests.support.portrait import detail, draw_portrait, shrunk
from tests.support.waiting import until

OFF = Settings(backend_url="http://localhost:1", camera=CameraChoice.TEST)
ON = OFF.model_copy(update={"background_blur": True})


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No devices, and the blur is installed."""
    monkeypatch.setattr(device_list, "listed", lambda: dict.fromkeys(DeviceKind, ()))
    monkeypatch.setattr(choice, "blur_is_available", lambda: True)


def use(monkeypatch: pytest.MonkeyPatch, segment: Callable[[av.VideoFrame], Mask]) -> None:
    """Find people like this."""
    monkeypatch.setattr(person_segmenter, "PersonSegmenter", lambda: segment)


def nobody(frame: av.VideoFrame) -> Mask:
    """An empty room."""
    return np.zeros((144, 256), np.float32)


async def happens(condition: Callable[[], object], what: str) -> None:
    """Wait for something that comes through Qt's queue."""

    def looked() -> object:
        QCoreApplication.processEvents()
        return condition()

    await until(looked, what, timeout_s=30)


def saved(settings_file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(settings_file.read_text())
    return found


def test_it_is_off_until_somebody_wants_it_and_then_kept(qtbot: QtBot, tmp_path: Path) -> None:
    async def walk(settings: Settings, *, switch: bool) -> BlurState:
        devices = MachineDevices(settings, tmp_path / "settings.json")
        await devices.load()
        found = devices.state.blur
        if switch:
            devices.set_blur(True)
            assert devices.state.blur.on
            await asyncio.sleep(0)
        await devices.close()
        return found

    assert Settings(backend_url="http://localhost:1").background_blur is False
    assert asyncio.run(walk(OFF, switch=True)) == BlurState(available=True)
    arguments = {"profile": str(tmp_path), "backend_url": "http://localhost:1"}
    again = load_settings(HUB, arguments, policy_file=tmp_path / "none").settings
    assert asyncio.run(walk(again, switch=False)) == BlurState(available=True, on=True)


@pytest.mark.parametrize("decided", [True, False])
def test_what_it_decides_holds(qtbot: QtBot, tmp_path: Path, decided: bool) -> None:
    async def walk() -> BlurState:
        settings = OFF.model_copy(update={"background_blur": decided})
        file = tmp_path / "settings.json"
        devices = MachineDevices(settings, file, is_locked=lambda key: key == "background_blur")
        await devices.load()
        devices.set_blur(not decided)
        await devices.close()
        assert not file.exists()
        return devices.state.blur

    assert asyncio.run(walk()) == BlurState(available=True, on=decided, locked=True)


def test_without_the_extra_there_is_no_switch_and_the_camera_is_bare(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def walk() -> tuple[BlurState, VideoSource]:
        devices = MachineDevices(ON)
        await devices.load()
        devices.set_blur(True)
        camera = devices.camera()
        await devices.close()
        return devices.state.blur, camera

    monkeypatch.setattr(choice, "blur_is_available", lambda: False)
    blur, camera = asyncio.run(walk())
    assert blur == BlurState()
    assert isinstance(camera, TestPicture)


def test_the_preview_and_then_the_room_show_no_background(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the real model: somebody before a wall, whose pattern cannot be seen any more."""
    portrait = draw_portrait()
    wall, person = shrunk(~portrait.person, 20), shrunk(portrait.person, 20)
    model = real_model()
    segmenter = person_segmenter.PersonSegmenter
    monkeypatch.setattr(person_segmenter, "PersonSegmenter", lambda: segmenter(model))
    monkeypatch.setattr(lateness, "BUDGET", 1_000.0)  # however busy this machine is
    monkeypatch.setattr(lateness, "MANY_MISSED", 2.0)
    monkeypatch.setattr(TestPicture, "frame", lambda self, number: portrait.frame)

    def rgb(picture: Picture) -> npt.NDArray[np.uint8]:
        rows = np.frombuffer(picture.data, np.uint8).reshape(picture.height_px, picture.stride_bytes)
        return rows[:, : 4 * picture.width_px].reshape(picture.height_px, -1, 4)[:, :, 2::-1]

    async def walk() -> None:
        devices = MachineDevices(ON)
        preview = devices.preview()
        preview.show_camera(True)
        await until(lambda: preview.picture.picture is not None, "a picture", timeout_s=30)
        shown = preview.picture.picture
        assert shown is not None
        assert detail(rgb(shown), wall) < detail(portrait.rgb, wall) / 10
        assert detail(rgb(shown), person) > detail(portrait.rgb, person) * 0.8
        await preview.hand_over(camera=True, microphone=False)
        taken: list[av.VideoFrame] = []
        camera = devices.camera()
        await asyncio.to_thread(camera.open, taken.append)
        await until(lambda: len(taken) >= 3, "pictures for the room", timeout_s=30)
        there = detail(portrait.rgb, wall)
        assert all(detail(each.to_ndarray(format="rgb24"), wall) < there / 10 for each in taken[:3])
        devices.set_blur(False)
        await until(
            lambda: detail(taken[-1].to_ndarray(format="rgb24"), wall) > there / 2, "the wall", timeout_s=30
        )
        await preview.close()
        await devices.close_kept()
        await devices.close()

    asyncio.run(walk())


def test_late_pictures_switch_it_off_and_the_wish_is_kept(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def slow(frame: av.VideoFrame) -> Mask:
        time.sleep(0.06)  # two pictures come meanwhile
        return nobody(frame)

    async def walk() -> None:
        devices = MachineDevices(OFF, tmp_path / "settings.json")
        await devices.load()
        devices.set_blur(True)
        preview = devices.preview()
        preview.show_camera(True)
        await happens(lambda: not devices.state.blur.on, "the end")
        assert devices.state.blur.ended is BlurEnd.LATE
        notice = devices.state.notice
        assert notice is not None
        assert (notice.kind, notice.event) == (DeviceKind.CAMERA, DeviceEvent.BLUR_LATE)
        number = preview.picture.count
        await happens(lambda: preview.picture.count > number + 2, "pictures go on")
        devices.set_blur(True)
        assert devices.state.blur == BlurState(available=True, on=True), "another try"
        await preview.close()
        await devices.close()

    use(monkeypatch, slow)
    asyncio.run(walk())
    assert saved(tmp_path / "settings.json")["background_blur"] is True


def test_a_model_that_does_not_work_is_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Callable[[av.VideoFrame], Mask]:
        raise RuntimeError("damaged")

    async def walk() -> None:
        devices = MachineDevices(ON)
        preview = devices.preview()
        preview.show_camera(True)
        await happens(lambda: devices.state.blur.ended is BlurEnd.BROKEN, "the end")
        await happens(lambda: preview.picture.picture is not None, "a picture all the same")
        await preview.close()
        await devices.close()

    monkeypatch.setattr(person_segmenter, "PersonSegmenter", broken)
    asyncio.run(walk())


class Bridge(QObject):
    """As much of a `RoomBridge` as the follower sees."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = RoomState(phase=RoomPhase.CONNECTED)

    def tell(self, quality: Quality) -> None:
        """The room finds that our stream goes like this."""
        self.state = replace(self.state, own_quality=quality)
        self.changed.emit(self.state)


@pytest.mark.parametrize(
    ("quality", "ends"),
    [
        (Quality(QualityWord.POOR, ours=True, reason=QualityReason.COMPUTER), True),
        (Quality(QualityWord.POOR, ours=True, reason=QualityReason.NETWORK_UP), False),
        (Quality(QualityWord.GOOD), False),
    ],
    ids=["computer", "line", "good"],
)
def test_an_encoder_that_cannot_keep_up_ends_it_first(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, quality: Quality, ends: bool
) -> None:
    async def walk() -> BlurState:
        devices = MachineDevices(ON)
        scope = TaskScope()
        bridge = Bridge()
        follower = RoomDeviceFollower(devices, scope)
        await follower.choose()
        follower.follow(bridge)  # type: ignore[arg-type]
        bridge.tell(quality)
        if ends:
            await happens(lambda: not devices.state.blur.on, "the end")
        QCoreApplication.processEvents()
        await scope.close()
        await devices.close()
        return devices.state.blur

    use(monkeypatch, nobody)
    state = asyncio.run(walk())
    assert state == BlurState(available=True, on=not ends, ended=BlurEnd.LATE if ends else None)
