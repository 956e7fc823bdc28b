"""The list stays right: live, through outages, and when a start fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import EventKind, LiveEvent, Meeting, MeetingStatus, Notification, Role
from desktop.view_models import meeting_list
from desktop.view_models.dates import system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.states import ListPhase, MeetingAction, Tone
from tests.support.fakes import ALICE, MIKL, NOW, FakeEvents, FakeMeetings, meeting
from tests.support.waiting import until


@pytest.fixture
def service() -> FakeMeetings:
    """A service without meetings."""
    return FakeMeetings()


@pytest.fixture
def events() -> FakeEvents:
    """A live line."""
    return FakeEvents()


@pytest.fixture
async def hub(
    service: FakeMeetings, events: FakeEvents, english: Language, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MeetingListViewModel]:
    """MiKL's list; not started yet. Retries come at once."""
    monkeypatch.setattr(meeting_list, "RETRY_DELAYS_S", (0.01,))
    model = MeetingListViewModel(MIKL, service, events, english)
    yield model
    await model.close()


async def ready(model: MeetingListViewModel) -> None:
    """Start the model and wait for its first list."""
    model.start()
    await until(lambda: model.state.phase in (ListPhase.READY, ListPhase.EMPTY), "the first list")


async def test_an_empty_list_says_what_to_do(hub: MeetingListViewModel) -> None:
    assert hub.state.phase is ListPhase.LOADING
    await ready(hub)
    assert hub.state.phase is ListPhase.EMPTY
    assert hub.state.empty_title
    assert hub.state.can_schedule


async def test_the_next_meeting_is_apart_and_the_rest_by_day(
    hub: MeetingListViewModel, service: FakeMeetings
) -> None:
    for title, at in (
        ("later", NOW + timedelta(days=20)),
        ("tomorrow", NOW + timedelta(days=1)),
        ("next", NOW + timedelta(minutes=25)),
        ("today", NOW + timedelta(hours=3)),
        ("friday", NOW + timedelta(days=4)),
    ):
        row = meeting(title, at=at)
        service.rows[row.id] = row
    done = meeting("done", at=NOW - timedelta(days=1), status=MeetingStatus.COMPLETED)
    service.rows[done.id] = done
    await ready(hub)
    assert hub.state.next is not None
    assert (hub.state.next.title, hub.state.next.action) == ("next", MeetingAction.START)
    assert [(group.heading, group.rows[0].title) for group in hub.state.groups] == [
        ("Today", "today"),
        ("Tomorrow", "tomorrow"),
        ("This week", "friday"),
        ("Later", "later"),
    ]
    assert [(row.title, row.pill) for row in hub.state.history] == [("done", "Ended · 52\xa0min")]


async def test_a_client_joins_only_what_runs(
    service: FakeMeetings, events: FakeEvents, english: Language
) -> None:
    row = meeting("Bilan", role=Role.CLIENT)
    service.rows[row.id] = row
    model = MeetingListViewModel(ALICE, service, events, english)
    await ready(model)
    assert model.state.next is not None
    assert model.state.next.action is MeetingAction.NONE
    assert model.state.next.pill == "Opens at 14:20" if _in_paris() else model.state.next.pill
    wanted: list[Meeting] = []
    model.room_requested.connect(wanted.append)
    model.act(str(row.id))
    assert not wanted
    service.rows[row.id] = row.model_copy(
        update={"status": MeetingStatus.IN_PROGRESS, "started_at": NOW, "version": 2}
    )
    assert events.on_event is not None
    events.on_event(LiveEvent(seq=2, kind=EventKind.MEETING_STARTED, meeting_id=row.id, version=2))
    await until(lambda: model.state.next and model.state.next.action is MeetingAction.JOIN, "the button")
    model.act(str(row.id))
    assert [each.id for each in wanted] == [row.id]
    await model.close()


def _in_paris() -> bool:
    return system_zone().key == "Europe/Paris"


async def test_starting_opens_the_room(hub: MeetingListViewModel, service: FakeMeetings) -> None:
    row = meeting()
    service.rows[row.id] = row
    wanted: list[Meeting] = []
    hub.room_requested.connect(wanted.append)
    await ready(hub)
    hub.act(str(row.id))
    assert hub.state.next is not None
    assert hub.state.next.busy
    await until(lambda: wanted)
    assert wanted[0].status is MeetingStatus.IN_PROGRESS


async def test_a_media_server_that_is_down_is_said_and_the_meeting_stays_scheduled(
    hub: MeetingListViewModel, service: FakeMeetings
) -> None:
    row = meeting()
    service.rows[row.id] = row
    service.refusals["start"] = ApiError(ApiErrorCode.MEDIA_UNAVAILABLE, status=503)
    wanted: list[Meeting] = []
    hub.room_requested.connect(wanted.append)
    await ready(hub)
    hub.act(str(row.id))
    await until(lambda: hub.state.notice)
    assert hub.state.notice == text_for(ApiErrorCode.MEDIA_UNAVAILABLE).sentence
    assert hub.state.notice_tone is Tone.DANGER
    assert not wanted
    assert hub.state.next is not None
    assert hub.state.next.action is MeetingAction.START
    await until(lambda: hub.state.next and not hub.state.next.busy, "the button to come back")


async def test_an_outage_keeps_the_last_list_with_its_age_and_ends_by_itself(
    hub: MeetingListViewModel, service: FakeMeetings, events: FakeEvents
) -> None:
    row = meeting()
    service.rows[row.id] = row
    await ready(hub)
    service.fail_with = ApiErrorCode.UNREACHABLE
    assert events.on_online is not None
    events.on_online(False)
    await until(lambda: hub.state.offline, "the offline line")
    assert hub.state.next is not None
    assert hub.state.phase is ListPhase.READY
    service.fail_with = None
    await until(lambda: not hub.state.offline, "the line to go")


async def test_a_first_load_that_fails_says_why_and_retries(
    hub: MeetingListViewModel, service: FakeMeetings
) -> None:
    service.fail_with = ApiErrorCode.DATABASE_UNAVAILABLE
    hub.start()
    await until(lambda: hub.state.phase is ListPhase.ERROR)
    assert hub.state.error == text_for(ApiErrorCode.DATABASE_UNAVAILABLE)
    service.fail_with = None
    hub.retry()
    await until(lambda: hub.state.phase is ListPhase.EMPTY)
    assert hub.state.error is None


async def test_a_notice_is_shown_once_and_marked_read(
    hub: MeetingListViewModel, service: FakeMeetings, events: FakeEvents
) -> None:
    await ready(hub)
    notice = Notification(
        id=uuid4(), kind="meeting.scheduled", meeting_id=uuid4(), body={"title": "Bilan"}, created_at=NOW
    )
    service.notices = [notice]
    heard: list[Notification] = []
    hub.notified.connect(heard.append)
    assert events.on_event is not None
    for seq in (1, 2):
        events.on_event(LiveEvent(seq=seq, kind=EventKind.NOTIFICATION_NEW, notification_id=notice.id))
    await until(lambda: "mark_read" in service.calls)
    await until(lambda: service.calls.count("notifications") >= 3)
    assert [each.id for each in heard] == [notice.id]
    assert "Bilan" in hub.state.notice


async def test_an_older_answer_does_not_undo_a_newer_state(
    hub: MeetingListViewModel, service: FakeMeetings
) -> None:
    row = meeting(version=5)
    service.rows[row.id] = row
    await ready(hub)
    service.rows[row.id] = row.model_copy(update={"title": "stale", "version": 4})
    before = service.calls.count("meetings")
    hub.refresh()
    await until(lambda: service.calls.count("meetings") > before)
    assert hub.state.next is not None
    assert hub.state.next.title == "Bilan"


async def test_the_end_of_the_session_is_told(hub: MeetingListViewModel, service: FakeMeetings) -> None:
    told: list[bool] = []
    hub.session_ended.connect(lambda: told.append(True))
    service.fail_with = ApiErrorCode.SESSION_ENDED
    hub.start()
    await until(lambda: told)


async def test_a_language_switch_rewrites_the_rows(
    hub: MeetingListViewModel, service: FakeMeetings, english: Language
) -> None:
    row = meeting()
    service.rows[row.id] = row
    await ready(hub)
    assert hub.state.next is not None
    source = hub.state.next
    english.use("fr")
    assert hub.state.next.action_label == "Démarrer"
    assert hub.state.next.day == "lundi 2 mars" != source.day


async def test_after_the_last_meeting_it_does_not_speak_of_a_first_one(
    hub: MeetingListViewModel, service: FakeMeetings
) -> None:
    done = meeting("done", at=NOW - timedelta(days=1), status=MeetingStatus.COMPLETED)
    service.rows[done.id] = done
    await ready(hub)
    assert hub.state.next is None
    assert hub.state.empty_title == "No meeting planned"


@pytest.mark.parametrize(("minutes", "opens"), [(0, False), (15, False), (30, True), (60, True)])
async def test_the_service_decides_how_early_a_client_may_come(
    service: FakeMeetings, events: FakeEvents, english: Language, minutes: int, opens: bool
) -> None:
    row = meeting("soon", at=NOW + timedelta(minutes=20), role=Role.CLIENT)
    service.rows[row.id] = row
    model = MeetingListViewModel(ALICE, service, events, english)
    model.set_door(timedelta(minutes=minutes))
    await ready(model)
    asked: list[Meeting] = []
    model.room_requested.connect(asked.append)
    model.act(str(row.id))
    assert model.state.next is not None
    assert (model.state.next.action is MeetingAction.WAIT) is opens
    assert asked == ([row] if opens else [])
    await model.close()


async def test_a_host_who_looks_first_starts_nothing_by_the_list(
    hub: MeetingListViewModel, service: FakeMeetings
) -> None:
    row = meeting("soon", at=NOW + timedelta(minutes=5))
    service.rows[row.id] = row
    await ready(hub)
    asked: list[Meeting] = []
    hub.room_requested.connect(asked.append)
    hub.looks_first = lambda: True
    hub.act(str(row.id))
    assert asked == [row]
    assert service.rows[row.id].status is MeetingStatus.SCHEDULED
    hub.looks_first = lambda: False
    hub.act(str(row.id))
    await until(lambda: len(asked) == 2, "the started meeting")
    assert asked[1].status is MeetingStatus.IN_PROGRESS
