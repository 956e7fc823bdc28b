"""Before a meeting: what one joins with, words for devices that do not work, and waiting for the start."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import DoorState, Meeting, MeetingStatus, Role, Waiting
from desktop.rtc.errors import RtcErrorCode
from desktop.view_models import prejoin
from desktop.view_models.device_pickers import picker_of
from desktop.view_models.device_states import Device, DeviceKind, DevicesState, DeviceWish, KindState
from desktop.view_models.entry import Entry, EntryHabits
from desktop.view_models.language import Language
from desktop.view_models.prejoin import PreJoinViewModel
from desktop.view_models.states import Tone
from tests.support.device_fakes import FakeDevices, FakePreview
from tests.support.fakes import ALICE, MIKL, NOW, FakeMeetings, meeting
from tests.support.waiting import until


class Service(FakeMeetings):
    """The waiting room of the service."""

    def __init__(self, row: Meeting) -> None:
        super().__init__([row])
        self.waits = 0
        self.stops = 0
        self.refuses: ApiErrorCode | None = None

    async def wait(self, meeting_id: UUID) -> Waiting:
        """Somebody waits."""
        self.waits += 1
        if self.refuses is not None:
            raise ApiError(self.refuses)
        return Waiting(since=NOW, expires_at=NOW + timedelta(seconds=0.1))

    async def stop_waiting(self, meeting_id: UUID) -> None:
        """Nobody waits any more."""
        self.stops += 1

    async def nudge(self, meeting_id: UUID) -> None:
        """The host is told."""
        await self._answer("nudge")


class Case:
    """Alice before one meeting."""

    def __init__(
        self,
        language: Language,
        *,
        starts_in_s: int | None = None,
        habits: EntryHabits | None = None,
        settings_page: bool = False,
    ) -> None:
        running = starts_in_s is None
        status = MeetingStatus.IN_PROGRESS if running else MeetingStatus.SCHEDULED
        at = NOW - timedelta(minutes=4) if starts_in_s is None else NOW + timedelta(seconds=starts_in_s)
        self.row = meeting("Bilan", at=at, status=status, role=Role.CLIENT)
        if running:
            self.row = self.row.model_copy(update={"started_at": NOW - timedelta(minutes=4)})
        self.service = Service(self.row)
        self.devices = FakeDevices()
        self.entered: list[tuple[Meeting, Entry]] = []
        self.model = PreJoinViewModel(
            self.row,
            ALICE,
            self.service,
            self.devices,
            language,
            habits=habits or EntryHabits(),
            settings_page=settings_page,
        )
        self.model.entered.connect(lambda row, entry: self.entered.append((row, entry)))

    @property
    def preview(self) -> FakePreview:
        """The model's."""
        return self.devices.previews[-1]

    def changed(self, **changes: object) -> Meeting:
        """The meeting as the service tells it next."""
        self.row = self.row.model_copy(update={"version": self.row.version + 1, **changes})
        return self.row


async def test_a_running_meeting_is_entered_by_the_button_once(english: Language) -> None:
    case = Case(english)
    case.model.start()
    state = case.model.state
    assert (state.title, state.with_whom.name, state.waiting) == ("Bilan", "MiKL", False)
    assert state.line == "The meeting started 4\u00a0min ago."
    assert case.preview.calls == [("camera", True), ("microphone", True)]
    case.model.toggle_camera()
    case.model.join()
    case.model.join()
    assert case.entered == [(case.row, Entry(microphone_on=True, camera_on=False))]
    assert case.model.state.joining
    await case.model.close()
    assert case.preview.closed
    assert (case.service.waits, case.service.stops) == (0, 0)


async def test_it_begins_with_what_was_chosen_the_last_time(english: Language) -> None:
    case = Case(english, habits=EntryHabits(Entry(microphone_on=False, camera_on=False)))
    case.model.start()
    assert ("camera", True) not in case.preview.calls
    assert ("microphone", True) in case.preview.calls  # muted people still want to see their level
    state = case.model.state
    assert (state.microphone_on, state.camera_on) == (False, False)
    assert state.own is not None
    assert (state.own.muted, state.own.camera_on) == (True, False)
    assert state.camera.error == ""  # a normal choice, no warning
    await case.model.close()


FAILURES = [
    pytest.param(
        DeviceKind.CAMERA,
        RtcErrorCode.CAMERA_BUSY,
        "Another application is using the camera. Close it, then turn the camera on.",
        "Try again",
        id="camera used by another application",
    ),
    pytest.param(
        DeviceKind.CAMERA,
        RtcErrorCode.CAMERA_MISSING,
        "No camera was found. Plug one in, then turn the camera on.",
        "Try again",
        id="camera missing",
    ),
    pytest.param(
        DeviceKind.CAMERA,
        RtcErrorCode.CAMERA_DENIED,
        "The system does not let this app use the camera. Allow it in the system's settings.",
        "Open the system's settings",
        id="camera refused",
    ),
    pytest.param(
        DeviceKind.MICROPHONE,
        RtcErrorCode.MICROPHONE_BUSY,
        "Another application is using the microphone. Close it, then turn the microphone on.",
        "Try again",
        id="microphone used by another application",
    ),
    pytest.param(
        DeviceKind.MICROPHONE,
        RtcErrorCode.MICROPHONE_DENIED,
        "The system does not let this app use the microphone. Allow it in the system's settings.",
        "Open the system's settings",
        id="microphone refused",
    ),
]


@pytest.mark.parametrize(("kind", "code", "sentence", "action"), FAILURES)
async def test_each_failure_stands_beside_its_picker_with_what_helps(
    english: Language, kind: DeviceKind, code: RtcErrorCode, sentence: str, action: str
) -> None:
    case = Case(english, settings_page=True)
    opened: list[DeviceKind] = []
    case.model.settings_wanted.connect(opened.append)
    case.model.start()
    case.preview.tell(**{f"{kind.value}_error": code})
    others = [each for each in DeviceKind if each is not kind]
    assert case.model.state.picker(kind).error == sentence
    assert case.model.state.picker(kind).action == action
    assert [case.model.state.picker(each).error for each in others] == ["", ""]
    case.preview.calls.clear()
    case.model.help_with(kind)
    denied = code.value.endswith("denied")
    assert opened == ([kind] if denied else [])
    assert case.preview.calls == ([] if denied else [(kind.value, False), (kind.value, True)])
    assert case.entered == []
    case.model.join()  # one may join nevertheless
    assert len(case.entered) == 1
    await case.model.close()


async def test_without_a_settings_page_a_refusal_can_be_tried_again(english: Language) -> None:
    case = Case(english)
    case.model.start()
    case.preview.tell(camera_error=RtcErrorCode.CAMERA_DENIED)
    assert case.model.state.camera.action == "Try again"
    await case.model.close()


async def test_another_device_is_chosen_by_its_picker(english: Language) -> None:
    case = Case(english)
    picker = case.model.state.microphone
    assert [choice.text for choice in picker.choices] == ["System default (Built-in)", "Built-in", "Headset"]
    assert (picker.chosen, picker.shown) == ("", "Built-in")
    case.model.choose(DeviceKind.MICROPHONE, "usb")
    picker = case.model.state.microphone
    assert (picker.chosen, picker.shown) == ("usb", "Headset")
    await case.model.close()


def test_a_chosen_device_that_is_not_plugged_in_is_named(english: Language) -> None:
    built_in = Device("in", "Built-in", True)
    state = DevicesState(
        loaded=True, microphone=KindState((built_in,), DeviceWish("usb", "Headset"), used=built_in)
    )
    picker = picker_of(state, DeviceKind.MICROPHONE)
    assert (picker.note, picker.shown, picker.chosen) == ("“Headset” is not plugged in.", "Built-in", "")
    assert picker_of(state, DeviceKind.CAMERA).choices == ()
    assert picker_of(state, DeviceKind.SPEAKER).shown == "No loudspeaker"


async def test_who_waits_is_told_and_goes_in_by_himself(
    english: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prejoin, "SHORTEST_TELL_S", 0.02)
    case = Case(english, starts_in_s=725)
    case.model.start()
    state = case.model.state
    assert (state.waiting, state.countdown) == (True, "12:05")
    assert state.line == "MiKL has not started yet: everything is ready on your side."
    await until(lambda: case.service.waits >= 3, "the service told again and again")
    case.model.join()
    assert case.entered == []  # there is nothing to join yet
    case.model.toggle_microphone()
    started = case.changed(status=MeetingStatus.IN_PROGRESS, started_at=NOW)
    case.model.take_meeting(started)
    assert case.entered == [(started, Entry(microphone_on=False))]
    case.model.take_meeting(started)
    assert len(case.entered) == 1
    await case.model.close()
    assert case.service.stops == 0  # the start itself ended the waiting


async def test_who_goes_back_waits_no_longer(english: Language) -> None:
    case = Case(english, starts_in_s=60)
    cancelled: list[bool] = []
    case.model.cancelled.connect(lambda: cancelled.append(True))
    case.model.start()
    await until(lambda: case.service.waits == 1, "waiting told")
    case.model.leave()
    assert cancelled == [True]
    await case.model.close()
    assert case.service.stops == 1


async def test_the_hour_has_come_and_nobody_started(english: Language) -> None:
    case = Case(english, starts_in_s=-30)
    assert case.model.state.countdown == ""
    assert case.model.state.countdown_line == (
        "The planned hour has come. You come in by yourself when MiKL starts."
    )
    await case.model.close()


async def test_a_start_that_was_missed_is_found_when_waiting_is_refused(english: Language) -> None:
    """The live event may be lost; the service then says that there is nothing to wait for."""
    case = Case(english, starts_in_s=60)
    case.service.refuses = ApiErrorCode.MEETING_STARTED
    case.service.rows[case.row.id] = started = case.changed(status=MeetingStatus.IN_PROGRESS)
    case.model.start()
    await until(lambda: bool(case.entered), "the way in")
    assert case.entered[0][0] == started
    await case.model.close()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (MeetingStatus.CANCELLED, "This meeting was cancelled."),
        (MeetingStatus.COMPLETED, "This meeting is over."),
    ],
)
async def test_a_meeting_that_will_not_be_any_more(
    english: Language, status: MeetingStatus, sentence: str
) -> None:
    case = Case(english, starts_in_s=60)
    case.model.take_meeting(case.changed(status=status))
    state = case.model.state
    assert (state.error, state.waiting, state.line) == (sentence, False, "")
    case.model.join()
    assert case.entered == []
    await case.model.close()


async def test_the_box_is_remembered_unless_it_decided(english: Language) -> None:
    case = Case(english)
    told: list[bool] = []
    case.model.skip_changed.connect(told.append)
    case.model.set_skip(True)
    case.model.set_skip(True)
    assert (told, case.model.state.skip) == ([True], True)
    await case.model.close()
    locked = Case(english, habits=EntryHabits(can_skip=False))
    locked.model.set_skip(True)
    assert not locked.model.state.skip
    await locked.model.close()


async def test_it_speaks_french(english: Language) -> None:
    case = Case(english, starts_in_s=60)
    english.use("fr")
    assert case.model.state.line == "MiKL n’a pas encore démarré\u00a0: tout est prêt de votre côté."
    assert case.model.state.line_tone is Tone.PRIMARY
    await case.model.close()


async def test_whoever_is_held_waits_and_comes_in_when_admitted(english: Language) -> None:
    case = Case(english)
    case.row = case.changed(door=DoorState.HELD)
    case.model.start()
    case.model.take_meeting(case.row)
    await until(lambda: case.service.waits > 0, "the service told")
    state = case.model.state
    assert (state.waiting, state.countdown) == (True, "")
    assert state.line == "The meeting runs. MiKL knows that you are waiting."
    assert state.countdown_line == "You come in by yourself as soon as MiKL lets you in."
    case.model.join()
    assert case.entered == [], "the button is not there, and Enter does nothing"
    case.model.take_meeting(case.row.model_copy(update={"door": DoorState.ADMITTED}))
    assert [row.door for row, _ in case.entered] == [DoorState.ADMITTED]
    await case.model.close()
    assert case.service.stops == 0


async def test_a_door_that_is_held_at_the_start_is_told_at_once(
    english: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service forgets who waits when the meeting starts: it hears of him again without a pause."""
    monkeypatch.setattr(prejoin, "SHORTEST_TELL_S", 3600.0)
    monkeypatch.setattr(prejoin, "LONGEST_TELL_S", 3600.0)
    case = Case(english, starts_in_s=60)
    case.model.start()
    await until(lambda: case.service.waits == 1, "the service told")
    case.model.take_meeting(case.changed(status=MeetingStatus.IN_PROGRESS, door=DoorState.HELD))
    await until(lambda: case.service.waits == 2, "told again")
    assert case.model.state.waiting
    assert case.entered == []
    await case.model.close()
    assert case.service.stops == 1


async def test_whoever_is_refused_reads_it_and_may_be_admitted_after_all(english: Language) -> None:
    case = Case(english)
    case.model.start()
    case.model.take_meeting(case.changed(door=DoorState.REFUSED))
    assert case.model.state.error == "MiKL cannot let you in at the moment."
    assert not case.model.state.waiting
    case.model.join()
    assert case.entered == []
    case.model.take_meeting(case.changed(door=DoorState.ADMITTED))
    assert case.model.state.error == ""
    case.model.join()
    assert len(case.entered) == 1
    await case.model.close()


class Host:
    """MiKL before a meeting that he starts."""

    def __init__(self, language: Language) -> None:
        self.row = meeting("Bilan", at=NOW + timedelta(minutes=5))
        self.service = Service(self.row)
        self.devices = FakeDevices()
        self.entered: list[tuple[Meeting, Entry]] = []
        self.model = PreJoinViewModel(
            self.row, MIKL, self.service, self.devices, language, habits=EntryHabits()
        )
        self.model.entered.connect(lambda row, entry: self.entered.append((row, entry)))


async def test_the_host_looks_and_starts(english: Language) -> None:
    host = Host(english)
    host.model.start()
    state = host.model.state
    assert (state.starts, state.waiting, state.countdown) == (True, False, "")
    name = host.row.client.full_name
    assert state.line == f"{name} is told as soon as you start."
    waits = host.row.model_copy(update={"client_waiting_since": NOW - timedelta(seconds=130)})
    host.model.take_meeting(waits)
    assert host.model.state.line == f"{name} has been waiting for you for 2\u00a0min."
    host.model.toggle_camera()
    host.model.join()
    host.model.join()
    await until(lambda: bool(host.entered), "the started meeting")
    ((row, entry),) = host.entered
    assert (row.status, entry) == (MeetingStatus.IN_PROGRESS, Entry(microphone_on=True, camera_on=False))
    assert (host.service.waits, host.service.calls.count("start")) == (0, 1)
    await host.model.close()
    assert host.service.stops == 0


async def test_a_start_that_fails_is_said_and_may_be_tried_again(english: Language) -> None:
    host = Host(english)
    host.model.start()
    host.service.refusals["start"] = ApiError(ApiErrorCode.MEDIA_UNAVAILABLE)
    host.model.join()
    await until(lambda: not host.model.state.joining, "the refusal")
    state = host.model.state
    assert state.line == "The video server does not answer. The meeting has not changed."
    assert (state.line_tone, state.starts, host.entered) == (Tone.DANGER, True, [])
    host.service.refusals.clear()
    host.model.join()
    await until(lambda: bool(host.entered), "the started meeting")
    await host.model.close()


async def test_a_meeting_that_was_started_elsewhere_is_joined(english: Language) -> None:
    host = Host(english)
    host.model.start()
    host.model.take_meeting(host.row.model_copy(update={"status": MeetingStatus.IN_PROGRESS, "version": 2}))
    assert not host.model.state.starts
    assert host.entered == []
    host.model.join()
    assert len(host.entered) == 1
    await host.model.close()


async def test_whoever_waits_in_vain_tells_the_host_once_more(english: Language) -> None:
    """Ten minutes after the planned hour, and ten after each time; a failure is said."""
    case = Case(english, starts_in_s=120)
    case.model.start()
    after = case.row.scheduled_at
    for minutes, label in ((0.0, ""), (9.9, ""), (10.0, "Let MiKL know")):
        case.service.moment = after + timedelta(minutes=minutes)
        case.model._write()
        assert case.model.state.nudge == label, minutes
    case.service.refusals["nudge"] = ApiError(ApiErrorCode.UNREACHABLE)
    case.model.nudge()
    await until(lambda: case.model.state.line_tone is Tone.DANGER, "the failure")
    assert case.model.state.nudge == "Let MiKL know"
    case.service.refusals.clear()
    case.model.nudge()
    case.model.nudge()  # the button has gone
    told = "MiKL has been told that you are waiting."
    await until(lambda: case.model.state.line == told, "the words")
    assert case.service.calls.count("nudge") == 2
    case.service.moment += timedelta(minutes=10)
    case.model._write()
    assert case.model.state.nudge == "Let MiKL know"
    assert case.model.state.line.startswith("MiKL has not started yet")
    await case.model.close()
