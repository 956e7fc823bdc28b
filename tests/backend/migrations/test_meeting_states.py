"""The state machine and the functions that move it, asked in SQL."""

from __future__ import annotations

import itertools
import json
from uuid import UUID

import psycopg
import pytest

from tests.backend.people import ALICE, BOB, MIKL
from tests.support.service import TestDatabase

STATES = ("scheduled", "in_progress", "completed", "cancelled")
ARROWS = {("scheduled", "in_progress"), ("scheduled", "cancelled"), ("in_progress", "completed")}

TO_STATE = {
    "scheduled": "update public.meetings set status = 'scheduled', started_at = null, session_id = null,"
    " ended_at = null, end_reason = null",
    "in_progress": "update public.meetings set status = 'in_progress',"
    " started_at = coalesce(started_at, now()), session_id = 'mtg_' || replace(id::text, '-', ''),"
    " ended_at = null, end_reason = null",
    "completed": "update public.meetings set status = 'completed', started_at = coalesce(started_at, now()),"
    " session_id = 'mtg_' || replace(id::text, '-', ''), ended_at = clock_timestamp(), end_reason = 'host'",
    "cancelled": "update public.meetings set status = 'cancelled', started_at = null, session_id = null,"
    " ended_at = null, end_reason = null",
}
PATHS = {
    "scheduled": (),
    "in_progress": ("in_progress",),
    "completed": ("in_progress", "completed"),
    "cancelled": ("cancelled",),
}


@pytest.fixture
def meeting(database: TestDatabase) -> UUID:
    """A meeting of MiKL with Alice."""
    made: UUID = database.as_account(
        database.account_id(MIKL),
        "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60) as id",
        (database.client_id(ALICE),),
    )[0]["id"]
    return made


def test_three_arrows_pass_and_thirteen_do_not(database: TestDatabase, meeting: UUID) -> None:
    """All sixteen pairs, as superuser: the trigger binds everybody. Closed meetings do not change at all."""
    passed = set()
    for before, after in itertools.product(STATES, STATES):
        with psycopg.connect(database.admin_dsn) as connection:
            for step in PATHS[before]:
                connection.execute(TO_STATE[step].encode())
            try:
                connection.execute(TO_STATE[after].encode())
            except psycopg.errors.CheckViolation:
                pass
            else:
                if before != after:
                    passed.add((before, after))
            connection.rollback()
    assert passed == ARROWS
    assert meeting


@pytest.mark.parametrize(
    "change",
    [
        "update public.meetings set id = gen_random_uuid()",
        "update public.meetings set client_id = (select id from public.clients where full_name ~ 'Bob')",
        "update public.meetings set created_at = created_at - interval '1 day'",
        "update public.meetings set started_at = started_at - interval '1 hour'",
        "update public.meetings set session_id = 'mtg_00000000000000000000000000000000'",
        "update public.meetings set session_id = null",
        "update public.meetings set title = ''",
        "update public.meetings set planned_minutes = 4",
    ],
)
def test_what_is_fixed_stays_fixed(database: TestDatabase, meeting: UUID, change: str) -> None:
    """Identity, times and the room of a live meeting, and the bounds of its columns."""
    database.as_account(database.account_id(MIKL), "select public.begin_meeting(%s)", (meeting,))
    with pytest.raises(psycopg.errors.CheckViolation):
        database.admin(change)


def test_a_meeting_begins_as_scheduled(database: TestDatabase) -> None:
    """Also for whoever may insert."""
    with pytest.raises(psycopg.errors.CheckViolation):
        database.admin(
            "insert into public.meetings (client_id, operator_id, title, scheduled_at, status)"
            " values (%s, %s, 'x', now(), 'cancelled')",
            (database.client_id(ALICE), database.operator_id(MIKL)),
        )


def test_the_duration_is_the_databases(database: TestDatabase, meeting: UUID) -> None:
    """Computed from the two times, not writable."""
    database.as_account(database.account_id(MIKL), "select public.begin_meeting(%s)", (meeting,))
    database.admin(
        "update public.meetings set status = 'completed', end_reason = 'host',"
        " ended_at = started_at + interval '1 hour 2 minutes 3 seconds'"
    )
    assert database.admin("select duration_seconds from public.meetings") == [{"duration_seconds": 3723}]
    with pytest.raises(psycopg.errors.GeneratedAlways):
        database.admin("update public.meetings set duration_seconds = 1")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": "  \t "}, {"/title": "required"}),
        ({"title": "x" * 201}, {"/title": "too-long"}),
        ({"description": "x" * 4001}, {"/description": "too-long"}),
        ({"at": "2020-01-01T00:00:00Z"}, {"/scheduled_at": "in-past"}),
        ({"at": "2999-01-01T00:00:00Z"}, {"/scheduled_at": "out-of-range"}),
        ({"at": None}, {"/scheduled_at": "required"}),
        ({"minutes": 4}, {"/planned_minutes": "out-of-range"}),
        ({"minutes": 481}, {"/planned_minutes": "out-of-range"}),
        ({"client": "00000000-0000-0000-0000-000000000000"}, {"/client_id": "unknown-client"}),
        ({"title": "", "minutes": 0}, {"/title": "required", "/planned_minutes": "out-of-range"}),
    ],
)
def test_the_function_checks_what_it_is_given(
    database: TestDatabase, changes: dict[str, object], fields: dict[str, str]
) -> None:
    """PT422 with every wrong member, also without the service in front."""
    values = {
        "client": database.client_id(ALICE),
        "title": "Point",
        "description": "",
        "at": "2030-01-01T00:00:00Z",
        "minutes": 60,
        **changes,
    }
    with pytest.raises(psycopg.Error) as caught:
        database.as_account(
            database.account_id(MIKL),
            "select public.create_meeting(%s, %s, %s, %s, %s)",
            tuple(values.values()),
        )
    assert caught.value.sqlstate == "PT422"
    detail = json.loads(caught.value.diag.message_detail or "")
    assert {item["pointer"]: item["code"] for item in detail} == fields
    assert database.admin("select * from public.meetings") == []


def test_a_minute_of_grace_for_now(database: TestDatabase) -> None:
    """The present, chosen in a form, is a little past when it arrives."""
    database.as_account(
        database.account_id(MIKL),
        "select public.create_meeting(%s, 'Point', '', now() - interval '50 seconds', 60)",
        (database.client_id(ALICE),),
    )
    assert len(database.admin("select from public.meetings")) == 1


def test_an_inactive_client_is_unknown(database: TestDatabase) -> None:
    """No new meetings with somebody who cannot sign in."""
    database.admin("update public.clients set active = false where id = %s", (database.client_id(BOB),))
    with pytest.raises(psycopg.Error, match="invalid") as caught:
        database.as_account(
            database.account_id(MIKL),
            "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60)",
            (database.client_id(BOB),),
        )
    assert "unknown-client" in (caught.value.diag.message_detail or "")


@pytest.mark.parametrize("function", ["begin_meeting", "end_meeting", "room_entry"])
def test_functions_ask_who_calls(database: TestDatabase, meeting: UUID, function: str) -> None:
    """Called directly: PT404 for strangers and nobody, PT403 for what a client may not."""
    query = f"select public.{function}(%s)"
    for account in (database.account_id(BOB), None):
        with pytest.raises(psycopg.Error) as caught:
            database.as_account(account, query, (meeting,))
        assert caught.value.sqlstate == "PT404"
    with pytest.raises(psycopg.Error) as caught:
        database.as_account(database.account_id(ALICE), query, (meeting,))
    assert caught.value.sqlstate == ("PT409" if function == "room_entry" else "PT403")


def test_clients_plan_nothing(database: TestDatabase) -> None:
    """PT403 for a client, PT401 without claims."""
    query = "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60)"
    for account, sqlstate in ((database.account_id(ALICE), "PT403"), (None, "PT401")):
        with pytest.raises(psycopg.Error) as caught:
            database.as_account(account, query, (database.client_id(ALICE),))
        assert caught.value.sqlstate == sqlstate


def test_everything_of_a_change_is_one_transaction(database: TestDatabase) -> None:
    """A meeting that is rolled back leaves no notification, no event and no gap in the numbers."""
    with psycopg.connect(database.api_dsn) as connection:
        connection.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            [json.dumps({"sub": str(database.account_id(MIKL))})],
        )
        connection.execute(
            "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60)",
            [database.client_id(ALICE)],
        )
        connection.rollback()
    assert database.admin("select from public.notifications") == []
    assert database.admin("select from public.user_events") == []
    database.as_account(
        database.account_id(MIKL),
        "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60)",
        (database.client_id(ALICE),),
    )
    seqs = database.admin(
        "select array_agg(seq order by seq) as seqs from public.user_events where recipient = %s",
        (database.account_id(ALICE),),
    )
    assert seqs == [{"seqs": [1, 2]}]


def test_the_audit_log_cannot_be_rewritten(database: TestDatabase, meeting: UUID) -> None:
    """Not even by the role whose functions write it."""
    assert meeting
    entries = database.admin(
        "select action, actor from private.audit_log where starts_with(action, 'meeting.')"
    )
    assert entries == [{"action": "meeting.scheduled", "actor": database.account_id(MIKL)}]
    for change in ("update private.audit_log set result = 'x'", "delete from private.audit_log"):
        with psycopg.connect(database.admin_dsn) as connection:
            connection.execute("set role visio_definer")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(change.encode())
            connection.rollback()
