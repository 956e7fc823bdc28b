"""What is said of our own sound and devices, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Signal

from desktop.rtc.errors import RtcErrorCode
from desktop.rtc.state import RoomPhase, RoomState
from desktop.view_models.device_states import (
    DeviceEvent,
    DeviceKind,
    DeviceNotice,
    DevicesState,
    SoundSwitches,
)
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.ports import PreviewPort
from desktop.view_models.room_sound import SAID_S, RoomSound
from resources.reader import ROOT as RESOURCES

IN_ROOM = RoomState(phase=RoomPhase.CONNECTED)
MUTED = replace(IN_ROOM, microphone_on=False)


class Devices(QObject):
    """`DevicesPort` of a machine on which the test plugs and unplugs."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = DevicesState(loaded=True)

    def happens(self, kind: DeviceKind, event: DeviceEvent, used: str) -> None:
        """Something is unplugged, or returns."""
        number = 1 if self.state.notice is None else self.state.notice.number + 1
        self.show(notice=DeviceNotice(number, kind, event, "Casque", used))

    def show(self, **changes: object) -> None:
        """Become this."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.changed.emit(self.state)

    async def load(self) -> None:
        """Known already."""

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Nothing to choose from."""

    def set_switches(self, switches: SoundSwitches) -> None:
        """Keep them."""

    def set_blur(self, on: bool) -> None:
        """Nothing to blur."""

    def preview(self) -> PreviewPort:
        """None here."""
        raise NotImplementedError


class Case:
    """A room's sound by a clock that the test turns."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.devices = Devices()
        self.sound = RoomSound(self.devices, clock=lambda: self.now_s)
        self.sound.take_state(IN_ROOM)

    @property
    def said(self) -> str:
        """The sentence of the moment."""
        return self.sound.sentence


@pytest.fixture
def case(english: Language) -> Case:
    return Case()


def test_talking_while_muted_is_said_once_for_each_time_of_being_muted(case: Case) -> None:
    case.sound.take_state(replace(MUTED, muted_talk=True))
    assert case.said == "Are you talking? Your microphone is off."
    case.now_s += SAID_S
    case.sound.take_state(replace(MUTED, muted_talk=True, hand_raised=True))
    assert case.said == ""
    case.sound.take_state(IN_ROOM)
    case.sound.take_state(replace(MUTED, muted_talk=True))
    assert case.said


def test_it_goes_when_the_microphone_is_on_again(case: Case) -> None:
    case.sound.take_state(replace(MUTED, muted_talk=True))
    case.sound.take_state(IN_ROOM)
    assert case.said == ""


def test_a_silent_microphone_is_said_with_its_causes_as_long_as_it_is(case: Case) -> None:
    case.sound.take_state(replace(IN_ROOM, microphone_silent=True))
    case.now_s += 60
    assert case.sound.silent
    causes = [case.said.index(word) for word in ("switch or key", "which microphone", "volume")]
    assert causes == sorted(causes)
    case.sound.take_state(IN_ROOM)
    assert (case.sound.silent, case.said) == (False, "")


@pytest.mark.parametrize("kind", list(DeviceKind))
@pytest.mark.parametrize("used", ["Speakers", ""])
@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_what_is_unplugged_is_named_with_what_is_used_instead(
    case: Case, english: Language, kind: DeviceKind, used: str, tongue: str
) -> None:
    language = Language(RESOURCES / "translations", tongue)
    case.devices.happens(kind, DeviceEvent.UNPLUGGED, used)
    assert "Casque" in case.said
    assert used in case.said
    assert "{" not in case.said
    assert ("débranch" in case.said) is (tongue == "fr")
    case.now_s += SAID_S
    assert case.said == ""
    language.close()


def test_what_comes_back_is_said_too(case: Case) -> None:
    case.devices.happens(DeviceKind.SPEAKER, DeviceEvent.RETURNED, "Casque")
    assert case.said == "“Casque” is plugged in again and in use."


@pytest.mark.parametrize("event", [DeviceEvent.BLUR_LATE, DeviceEvent.BLUR_BROKEN])
@pytest.mark.parametrize(("tongue", "words"), [("en", "can be seen"), ("fr", "On voit ce qui est derrière")])
def test_a_blur_that_goes_off_by_itself_is_said_once(
    case: Case, english: Language, event: DeviceEvent, tongue: str, words: str
) -> None:
    language = Language(RESOURCES / "translations", tongue)
    case.devices.happens(DeviceKind.CAMERA, event, "Webcam")
    assert words in case.said
    assert "Casque" not in case.said
    case.now_s += SAID_S
    assert case.said == ""
    language.close()


def test_a_device_that_does_not_open_is_said_in_its_own_words(case: Case) -> None:
    case.devices.show(microphone=replace(case.devices.state.microphone, error=RtcErrorCode.MICROPHONE_BUSY))
    assert case.said == text_for(RtcErrorCode.MICROPHONE_BUSY).sentence


def test_what_was_so_before_the_room_is_not_said(english: Language) -> None:
    devices = Devices()
    devices.happens(DeviceKind.SPEAKER, DeviceEvent.UNPLUGGED, "Speakers")
    sound = RoomSound(devices)
    sound.take_state(IN_ROOM)
    devices.show(loaded=False)
    assert sound.sentence == ""


def test_outside_of_a_room_nothing_is_said(case: Case) -> None:
    case.devices.happens(DeviceKind.SPEAKER, DeviceEvent.UNPLUGGED, "Speakers")
    case.sound.take_state(RoomState(phase=RoomPhase.LEFT, microphone_silent=True))
    assert case.said == ""
    case.sound.close()
    case.sound.close()
