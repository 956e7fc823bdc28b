"""The scheduling dialog checks, warns, saves once and loses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import DESCRIPTION_MAX, TITLE_MAX, Meeting
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.hub_states import InviteDraft
from desktop.view_models.language import Language
from desktop.view_models.schedule import ScheduleViewModel
from desktop.view_models.states import ScheduleDraft, SchedulePurpose
from tests.support.fakes import ALICE, NOW, meeting
from tests.support.hub_fakes import FakeHub
from tests.support.waiting import until

PARIS = ZoneInfo("Europe/Paris")
GOOD = ScheduleDraft(
    client_id=str(ALICE.id), title="Bilan", description="", day=date(2026, 3, 3), hour=time(14, 0)
)


@pytest.fixture
def service() -> FakeHub:
    """A service with one client and one meeting, today at 15:00 in Paris."""
    return FakeHub([meeting("Point", at=NOW + timedelta(minutes=25))])


@pytest.fixture
async def dialog(service: FakeHub, english: Language) -> AsyncIterator[ScheduleViewModel]:
    """The dialog, its clients loaded."""
    model = ScheduleViewModel(service, english, lambda: list(service.rows.values()), zone=PARIS)
    model.start()
    await until(lambda: not model.state.loading_clients)
    yield model
    await model.close()


async def test_it_proposes_the_next_full_hour(dialog: ScheduleViewModel) -> None:
    assert (dialog.state.draft.day, dialog.state.draft.hour) == (date(2026, 3, 2), time(16, 0))
    assert [each.person.name for each in dialog.state.clients] == ["Alice Laurent"]


async def test_a_good_draft_is_saved_once(dialog: ScheduleViewModel, service: FakeHub) -> None:
    saved: list[Meeting] = []
    dialog.saved.connect(saved.append)
    dialog.save(GOOD)
    dialog.save(GOOD)
    await until(lambda: saved)
    assert dialog.state.saved
    assert len(service.keys) == 1
    assert saved[0].scheduled_at.isoformat() == "2026-03-03T13:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"title": "  "}, "title_error"),
        ({"title": "x" * (TITLE_MAX + 1)}, "title_error"),
        ({"client_id": ""}, "client_error"),
        ({"description": "x" * (DESCRIPTION_MAX + 1)}, "description_error"),
        ({"day": date(2026, 3, 1)}, "when_error"),
        ({"day": None}, "when_error"),
        ({"planned_minutes": 1}, "duration_error"),
        # At 2 o'clock that Sunday, Paris goes to 3: half past two does not exist.
        ({"day": date(2026, 3, 29), "hour": time(2, 30)}, "when_error"),
    ],
)
async def test_each_error_stands_next_to_its_field(
    dialog: ScheduleViewModel, service: FakeHub, change: dict[str, object], member: str
) -> None:
    dialog.save(replace(GOOD, **change))  # type: ignore[arg-type]  # the table holds each member's own type
    wrong = [name for name in dir(dialog.state) if name.endswith("_error") and getattr(dialog.state, name)]
    assert wrong == [member]
    assert not service.keys
    dialog.edited(GOOD)
    assert getattr(dialog.state, member) == ""


async def test_typing_never_shows_an_error_first(dialog: ScheduleViewModel) -> None:
    dialog.edited(replace(GOOD, title=""))
    assert dialog.state.title_error == ""


async def test_the_services_refusal_stands_next_to_the_field(
    dialog: ScheduleViewModel, service: FakeHub
) -> None:
    service.refusals["create_meeting"] = ApiError(
        ApiErrorCode.INVALID, status=422, fields={"/client_id": FieldErrorCode.UNKNOWN_CLIENT}
    )
    dialog.save(GOOD)
    await until(lambda: not dialog.state.busy)
    assert dialog.state.client_error == field_text(FieldErrorCode.UNKNOWN_CLIENT)
    assert dialog.state.draft == GOOD
    assert not dialog.state.saved


async def test_after_a_lost_answer_the_same_key_is_sent_again(
    dialog: ScheduleViewModel, service: FakeHub
) -> None:
    service.fail_with = ApiErrorCode.UNREACHABLE
    dialog.save(GOOD)
    await until(lambda: not dialog.state.busy)
    assert dialog.state.error == text_for(ApiErrorCode.UNREACHABLE)
    service.fail_with = None
    dialog.save(GOOD)
    await until(lambda: dialog.state.saved)
    assert service.keys[0] == service.keys[1]


async def test_another_content_has_another_key(dialog: ScheduleViewModel, service: FakeHub) -> None:
    service.fail_with = ApiErrorCode.UNREACHABLE
    for draft in (GOOD, replace(GOOD, title="Autre")):
        dialog.save(draft)
        await until(lambda: not dialog.state.busy)
    assert service.keys[0] != service.keys[1]


async def test_an_overlap_is_warned_about_while_typing(dialog: ScheduleViewModel) -> None:
    dialog.edited(replace(GOOD, day=date(2026, 3, 2), hour=time(15, 30)))
    assert "Point" in dialog.state.warning
    dialog.edited(replace(GOOD, day=date(2026, 3, 2), hour=time(16, 0)))
    assert dialog.state.warning == ""


async def test_clients_that_cannot_be_loaded_can_be_asked_for_again(
    service: FakeHub, english: Language
) -> None:
    service.fail_with = ApiErrorCode.UNREACHABLE
    model = ScheduleViewModel(service, english, list, zone=PARIS)
    model.start()
    await until(lambda: not model.state.loading_clients)
    assert model.state.error is not None
    service.fail_with = None
    model.retry(model.state.draft)
    await until(lambda: model.state.clients)
    assert model.state.error is None
    await model.close()


@pytest.fixture
async def editing(service: FakeHub, english: Language) -> AsyncIterator[ScheduleViewModel]:
    """The dialog over the meeting that the service has."""
    (held,) = service.rows.values()
    model = ScheduleViewModel(
        service,
        english,
        lambda: list(service.rows.values()),
        meeting=held,
        purpose=SchedulePurpose.EDIT,
        zone=PARIS,
    )
    model.start()
    yield model
    await model.close()


async def test_a_change_sends_only_what_differs(editing: ScheduleViewModel, service: FakeHub) -> None:
    draft = editing.state.draft
    assert (draft.title, draft.hour) == ("Point", time(15, 0))
    editing.edited(draft)
    assert editing.state.warning == "", "a meeting does not overlap with itself"
    editing.save(replace(draft, title="Bilan", hour=time(16, 0)))
    await until(lambda: editing.state.saved)
    (row,) = service.rows.values()
    assert (row.title, row.scheduled_at, row.version) == ("Bilan", NOW + timedelta(minutes=85), 2)


async def test_saving_without_a_change_asks_the_service_nothing(
    editing: ScheduleViewModel, service: FakeHub
) -> None:
    editing.save(editing.state.draft)
    await until(lambda: editing.state.saved)
    assert service.calls == []


async def test_a_meeting_changed_meanwhile_is_loaded_under_what_was_typed(
    editing: ScheduleViewModel, service: FakeHub
) -> None:
    (held,) = service.rows.values()
    service.rows[held.id] = held.model_copy(
        update={"planned_minutes": 90, "title": "Entre-temps", "version": 5}
    )
    typed = replace(editing.state.draft, title="Bilan")
    editing.save(typed)
    await until(lambda: not editing.state.busy)
    assert editing.state.error is not None
    assert editing.state.fill_id == 0
    editing.retry(typed)
    await until(lambda: editing.state.fill_id == 1)
    assert (editing.state.draft.title, editing.state.draft.planned_minutes) == ("Bilan", 90)
    assert editing.state.note
    editing.save(editing.state.draft)
    await until(lambda: editing.state.saved)
    assert (service.rows[held.id].title, service.rows[held.id].planned_minutes) == ("Bilan", 90)


async def test_a_past_meeting_can_still_get_another_title(
    service: FakeHub, editing: ScheduleViewModel
) -> None:
    service.moment = NOW + timedelta(hours=3)
    editing.save(replace(editing.state.draft, title="Bilan"))
    await until(lambda: editing.state.saved)


async def test_a_weekly_series_keeps_its_local_hour_over_the_clock_change(
    dialog: ScheduleViewModel, service: FakeHub
) -> None:
    # Paris goes to summer time on 29 March: the second meeting is an hour earlier in UTC.
    weekly = replace(GOOD, day=date(2026, 3, 25), hour=time(14, 0), times=2)
    dialog.edited(weekly)
    assert dialog.state.repetition == "The last one on Wednesday, April 1."
    held = meeting("Atelier", at=datetime(2026, 4, 1, 12, 30, tzinfo=UTC))
    service.rows[held.id] = held
    dialog.edited(weekly)
    assert "Atelier" in dialog.state.warning
    dialog.save(weekly)
    await until(lambda: dialog.state.saved)
    assert service.calls[-1] == "create_series"


async def test_several_overlaps_are_counted(dialog: ScheduleViewModel, service: FakeHub) -> None:
    for week in range(3):
        held = meeting("Atelier", at=datetime(2026, 3, 10, 13, 0, tzinfo=UTC) + timedelta(weeks=week))
        service.rows[held.id] = held
    dialog.edited(replace(GOOD, day=date(2026, 3, 10), times=3))
    assert dialog.state.warning == "3 of these meetings overlap with others."


async def test_the_clients_own_hour_is_shown_where_it_differs(service: FakeHub, english: Language) -> None:
    service.people = [service.people[0].model_copy(update={"time_zone": "America/Montreal"})]
    model = ScheduleViewModel(service, english, list, zone=PARIS)
    model.start()
    await until(lambda: model.state.clients)
    # From 8 to 29 March Montréal is on summer time and Paris is not: five hours instead of six.
    for day, hour in ((date(2026, 3, 6), "08:00"), (date(2026, 3, 20), "09:00"), (date(2026, 4, 3), "08:00")):
        model.edited(replace(GOOD, day=day))
        assert model.state.zone.startswith(f"For Alice: {hour}, ")
    await model.close()


async def test_a_private_note_goes_to_the_meeting_that_was_planned(dialog: ScheduleViewModel) -> None:
    notes: list[tuple[object, str]] = []
    dialog.note_wanted.connect(lambda meeting_id, text: notes.append((meeting_id, text)))
    saved: list[Meeting] = []
    dialog.saved.connect(saved.append)
    dialog.save(replace(GOOD, note="mine"))
    await until(lambda: saved)
    assert notes == [(saved[0].id, "mine")]


async def test_an_invited_client_is_chosen_and_nothing_typed_is_lost(
    dialog: ScheduleViewModel, service: FakeHub
) -> None:
    dialog.edited(replace(GOOD, client_id="", title="Typed"))
    dialog.invite.invite(InviteDraft("Emma Roche", "no address"))
    assert dialog.invite.state.email_error
    dialog.invite.invite(InviteDraft("Emma Roche", "emma@example.org"))
    await until(lambda: dialog.state.fill_id == 1)
    (_, emma) = service.people
    assert dialog.state.draft.client_id == str(emma.id)
    assert dialog.state.draft.title == "Typed"
    assert "emma@example.org" in dialog.state.note
    assert [each.person.name for each in dialog.state.clients] == ["Alice Laurent", "Emma Roche"]


async def test_an_address_that_has_an_account_is_said_beside_its_field(
    dialog: ScheduleViewModel, service: FakeHub
) -> None:
    service.refusals["invite_client"] = ApiError(
        ApiErrorCode.INVALID, status=422, fields={"/email": FieldErrorCode.ALREADY_USED}
    )
    dialog.invite.invite(InviteDraft("Bob", "bob@example.org"))
    await until(lambda: dialog.invite.state.email_error)
    assert dialog.invite.state.error is None
