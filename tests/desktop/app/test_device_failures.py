"""Every way in which a device fails, with the words that stand on the screen, in both languages.

What the operating system, the driver and Qt do is in `tests/desktop/devices`: each becomes one of the
codes that stand here. From the code on everything is real: ports, view-models, windows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from backend_client.models import MeetingStatus, Role
from desktop.app.device_port import Lists, MachineDevices
from desktop.devices import choice, device_list
from desktop.devices.catalogue import Device, DeviceKind
from desktop.devices.missing_microphone import MissingMicrophone
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.state import RoomPhase, RoomState
from desktop.system.settings import Settings
from desktop.view_models.entry import EntryHabits
from desktop.view_models.language import Language
from desktop.view_models.prejoin import PreJoinViewModel
from desktop.view_models.room import RoomViewModel
from desktop.view_models.share import ShareViewModel
from desktop.views.prejoin_window import PreJoinWindow
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.share_picker import SharePicker
from desktop.views.theme import Theme, ThemeChoice
from resources.reader import ROOT as RESOURCES
from tests.desktop.view_models.test_prejoin import Service
from tests.desktop.view_models.test_share import Room as SharingRoom
from tests.desktop.view_models.test_share import Screens
from tests.desktop.view_models.test_share import Service as Tokens
from tests.support.fakes import ALICE, NOW, FakeMeetings, FakeRoom, meeting
from tests.support.sources import BlocksCamera, ToneMicrophone
from tests.support.waiting import until

SETTINGS = Settings(backend_url="http://localhost:1")
PLUGGED: Lists = {
    DeviceKind.CAMERA: (Device("cam", "Webcam", True),),
    DeviceKind.MICROPHONE: (Device("in", "Built-in", True),),
    DeviceKind.SPEAKER: (Device("out", "Speakers", True),),
}
LANGUAGES = ("en", "fr")
WORDS: dict[RtcErrorCode, dict[str, str]] = {
    RtcErrorCode.CAMERA_BUSY: {
        "en": "Another application is using the camera. Close it, then turn the camera on.",
        "fr": "Une autre application utilise la caméra. Fermez-la, puis activez la caméra.",
    },
    RtcErrorCode.CAMERA_MISSING: {
        "en": "No camera was found. Plug one in, then turn the camera on.",
        "fr": "Aucune caméra trouvée. Branchez-en une, puis activez la caméra.",
    },
    RtcErrorCode.CAMERA_DENIED: {
        "en": "The system does not let this app use the camera. Allow it in the system's settings.",
        "fr": "Le système n’autorise pas cette application à utiliser la caméra. Autorisez-la dans les"
        " réglages du système.",
    },
    RtcErrorCode.MICROPHONE_BUSY: {
        "en": "Another application is using the microphone. Close it, then turn the microphone on.",
        "fr": "Une autre application utilise le micro. Fermez-la, puis activez le micro.",
    },
    RtcErrorCode.MICROPHONE_MISSING: {
        "en": "No microphone was found. Plug one in, then turn the microphone on.",
        "fr": "Aucun micro trouvé. Branchez-en un, puis activez le micro.",
    },
    RtcErrorCode.MICROPHONE_DENIED: {
        "en": "The system does not let this app use the microphone. Allow it in the system's settings.",
        "fr": "Le système n’autorise pas cette application à utiliser le micro. Autorisez-la dans les"
        " réglages du système.",
    },
    RtcErrorCode.SCREEN_GONE: {
        "en": "This screen or window is no longer there. Choose another one.",
        "fr": "Cet écran ou cette fenêtre n’est plus là. Choisissez-en un autre.",
    },
    RtcErrorCode.SCREEN_UNAVAILABLE: {
        "en": "The system gives no picture of it. Show the window if it is hidden, and allow screen recording"
        " in the system's settings.",
        "fr": "Le système n’en donne pas d’image. Affichez la fenêtre si elle est cachée, et autorisez"
        " l’enregistrement de l’écran dans les réglages du système.",
    },
}
OWN_DEVICES = [code for code in WORDS if not code.value.startswith("screen")]
HELP = {
    "page": {"en": "Open the system's settings", "fr": "Ouvrir les réglages du système"},
    "again": {"en": "Try again", "fr": "Réessayer"},
}


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme at the usual size, nothing moves."""
    return Theme(qapp, choice=ThemeChoice.LIGHT, scale=1.0, animated=False)


@pytest.fixture(params=LANGUAGES)
def tongue(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[str]:
    """The language everything speaks."""
    language = Language(RESOURCES / "translations", request.param)
    yield request.param
    language.close()


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Lists:
    """What is plugged in, to be changed by the test."""
    lists = dict(PLUGGED)
    monkeypatch.setattr(device_list, "listed", lambda: dict(lists))
    return lists


def devices_that_fail(monkeypatch: pytest.MonkeyPatch, code: RtcErrorCode | None) -> None:
    """Camera and microphone open, but for the one that this code is about."""
    camera, microphone = (
        code if code is not None and code.value.startswith(kind) else None for kind in ("camera", "microph")
    )

    def microphone_of(*_: Any, **__: Any) -> object:
        missing = microphone is RtcErrorCode.MICROPHONE_MISSING
        return MissingMicrophone() if missing else ToneMicrophone(450.0, error=microphone)

    monkeypatch.setattr(choice, "camera_of", lambda *_: BlocksCamera(error=camera))
    monkeypatch.setattr(choice, "microphone_of", microphone_of)


def words_in(window: QWidget) -> list[str]:
    """Everything that can be read there."""
    return [label.text() for label in window.findChildren(QLabel) if label.isVisibleTo(window)]


async def read(window: QWidget, sentence: str) -> None:
    """Wait until it stands there."""

    def stands() -> bool:
        QCoreApplication.processEvents()
        return any(sentence in words for words in words_in(window))

    await until(stands, sentence, timeout_s=30)


def walk(steps: Callable[[], Awaitable[None]]) -> None:
    """Run in a loop of its own."""

    async def walked() -> None:
        await steps()

    asyncio.run(walked())


async def before_a_meeting(
    theme: Theme, tongue: str, steps: Callable[[PreJoinWindow, MachineDevices], Awaitable[None]]
) -> None:
    """Alice looks at herself before a meeting."""
    language = Language(RESOURCES / "translations", tongue)
    devices = MachineDevices(SETTINGS)
    row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
    model = PreJoinViewModel(
        row, ALICE, Service(row), devices, language, habits=EntryHabits(), settings_page=True
    )
    window = PreJoinWindow(model, theme, mark="mark-visio")
    window.show()
    model.start()
    try:
        await steps(window, devices)
    finally:
        await model.close()
        await devices.close()
        window.finish()
        window.deleteLater()
        language.close()


@pytest.mark.parametrize("code", OWN_DEVICES, ids=lambda code: code.value)
def test_before_a_meeting_it_stands_beside_its_picker_with_what_helps(
    plugged: Lists, theme: Theme, monkeypatch: pytest.MonkeyPatch, code: RtcErrorCode, tongue: str
) -> None:
    devices_that_fail(monkeypatch, code)
    kind = DeviceKind(code.value.partition("-")[0])
    helps = HELP["page" if code.value.endswith("denied") else "again"][tongue]

    async def steps(window: PreJoinWindow, devices: MachineDevices) -> None:
        await read(window, WORDS[code][tongue])
        assert window.pickers[kind].error == WORDS[code][tongue]
        assert window.pickers[kind].button.accessibleDescription() == WORDS[code][tongue]
        button = window.findChild(QWidget, f"{kind.value}Help")
        assert isinstance(button, QWidget)
        assert button.isVisible()
        assert button.accessibleName() == helps
        others = [each for each in (DeviceKind.CAMERA, DeviceKind.MICROPHONE) if each is not kind]
        assert [window.pickers[each].error for each in others] == [""]

    walk(lambda: before_a_meeting(theme, tongue, steps))
    assert plugged


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DeviceKind.SPEAKER, {"en": "No loudspeaker", "fr": "Aucun haut-parleur"}),
        (DeviceKind.MICROPHONE, {"en": "No microphone", "fr": "Aucun micro"}),
        (
            DeviceKind.CAMERA,
            {"en": "No camera: a drawing is shown", "fr": "Aucune caméra\u00a0: un dessin est montré"},
        ),
    ],
    ids=lambda value: value.value if isinstance(value, DeviceKind) else "",
)
def test_what_a_machine_does_not_have_is_named(
    plugged: Lists,
    theme: Theme,
    monkeypatch: pytest.MonkeyPatch,
    kind: DeviceKind,
    words: dict[str, str],
    tongue: str,
) -> None:
    devices_that_fail(monkeypatch, None)
    plugged[kind] = ()

    async def steps(window: PreJoinWindow, devices: MachineDevices) -> None:
        await devices.load()
        button = window.pickers[kind].button
        await until(lambda: words[tongue] in button.accessibleName(), words[tongue], timeout_s=30)
        assert not button.isEnabled(), "there is nothing to choose from"

    walk(lambda: before_a_meeting(theme, tongue, steps))


async def in_a_room(
    theme: Theme,
    tongue: str,
    steps: Callable[[RoomWindow, FakeRoom, MachineDevices], Awaitable[None]],
) -> None:
    """Alice is in a meeting."""
    language = Language(RESOURCES / "translations", tongue)
    devices = MachineDevices(SETTINGS)
    await devices.load()
    row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
    room = FakeRoom()
    model = RoomViewModel(row, ALICE, FakeMeetings([row]), lambda: room, language, devices=devices)
    window = RoomWindow(model, theme.stage_look, mark="mark-visio")
    window.show()
    model.start()
    try:
        await until(lambda: room.state.phase is RoomPhase.CONNECTED, "the room", timeout_s=30)
        await steps(window, room, devices)
    finally:
        await model.close()
        await devices.close()
        window.hide()
        window.deleteLater()
        language.close()


@pytest.mark.parametrize("code", OWN_DEVICES, ids=lambda code: code.value)
def test_in_a_room_it_is_said_above_the_pictures_and_the_meeting_goes_on(
    plugged: Lists, theme: Theme, code: RtcErrorCode, tongue: str
) -> None:
    """Who goes straight in joins without the device; who switches it on reads the same."""
    is_camera = code.value.startswith("camera")

    async def steps(window: RoomWindow, room: FakeRoom, devices: MachineDevices) -> None:
        room.show(replace(room.state, error=code, camera_on=not is_camera, microphone_on=is_camera))
        await read(window, WORDS[code][tongue])
        room.device_error = RtcError(code)
        switch = "cameraButton" if is_camera else "microphoneButton"
        button = window.findChild(QWidget, switch)
        assert isinstance(button, QWidget)
        button.click()  # type: ignore[attr-defined]
        await until(button.isEnabled, "the answer", timeout_s=30)
        await read(window, WORDS[code][tongue])
        assert room.state.phase is RoomPhase.CONNECTED

    walk(lambda: in_a_room(theme, tongue, steps))
    assert plugged


def test_a_loudspeaker_that_is_pulled_out_is_named(plugged: Lists, theme: Theme, tongue: str) -> None:
    """With what is heard instead; without another one, that there is none."""
    headset = Device("usb", "Casque", True)
    instead = {
        "en": "“Casque” was unplugged: you hear the others through “Speakers”.",
        "fr": "«\u00a0Casque\u00a0» a été débranché\u00a0: le son passe par «\u00a0Speakers\u00a0».",
    }
    nothing = {
        "en": "“Speakers” was unplugged, and there is no other loudspeaker.",
        "fr": "«\u00a0Speakers\u00a0» a été débranché, et il n’y a pas d’autre haut-parleur.",
    }
    speakers = plugged[DeviceKind.SPEAKER]
    plugged[DeviceKind.SPEAKER] = (headset, *(replace(each, is_default=False) for each in speakers))

    async def steps(window: RoomWindow, room: FakeRoom, devices: MachineDevices) -> None:
        plugged[DeviceKind.SPEAKER] = speakers
        devices._look_again()
        await read(window, instead[tongue])
        plugged[DeviceKind.SPEAKER] = ()
        devices._look_again()
        await read(window, nothing[tongue])

    walk(lambda: in_a_room(theme, tongue, steps))


@pytest.mark.parametrize(
    "code", [RtcErrorCode.SCREEN_GONE, RtcErrorCode.SCREEN_UNAVAILABLE], ids=lambda code: code.value
)
def test_a_capture_that_is_refused_is_said_in_the_picker(
    theme: Theme, qtbot: QtBot, code: RtcErrorCode, tongue: str
) -> None:
    async def steps() -> None:
        language = Language(RESOURCES / "translations", tongue)
        room = SharingRoom()
        room.error = code
        model = ShareViewModel(uuid4(), Tokens(), Screens(), language)
        model.attach(room)
        room.tell()
        model.pick()
        picker = SharePicker(model, theme)
        picker.show()
        button = picker.findChild(QWidget, "shareNowButton")
        assert isinstance(button, QWidget)
        button.click()  # type: ignore[attr-defined]
        await read(picker, WORDS[code][tongue])
        assert room.shared == []
        await model.close()
        picker.finish()
        picker.deleteLater()
        language.close()

    walk(steps)


def test_a_system_that_captures_nothing_says_so(theme: Theme, qtbot: QtBot, tongue: str) -> None:
    words = {
        "en": "This system gives no picture of its screens or windows.",
        "fr": "Ce système ne donne pas d’image de ses écrans ni de ses fenêtres.",
    }

    async def steps() -> None:
        language = Language(RESOURCES / "translations", tongue)
        room, screens = SharingRoom(), Screens()
        screens.found = ()
        model = ShareViewModel(uuid4(), Tokens(), screens, language)
        model.attach(room)
        room.tell()
        model.pick()
        picker = SharePicker(model, theme)
        picker.show()
        await read(picker, words[tongue])
        await model.close()
        picker.finish()
        picker.deleteLater()
        language.close()

    walk(steps)
    assert RoomState().error is None
