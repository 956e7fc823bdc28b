"""Row security, asked in SQL under each person's claims."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.backend.people import ALICE, BOB, MIKL
from tests.support.service import TestDatabase, become


def plan(database: TestDatabase, email: str, title: str = "Point") -> UUID:
    """A meeting of MiKL with one of the clients, by the function the service uses."""
    meeting_id: UUID = database.as_account(
        database.account_id(MIKL),
        "select public.create_meeting(%s, %s, '', now() + interval '1 hour', 60) as id",
        (database.client_id(email), title),
    )[0]["id"]
    return meeting_id


def test_a_client_sees_his_meetings_and_no_others(database: TestDatabase) -> None:
    """`select * from meetings where client_id = B` under A's claims has no rows."""
    mine, foreign = plan(database, ALICE), plan(database, BOB)
    alice = database.account_id(ALICE)
    assert [row["id"] for row in database.as_account(alice, "select id from public.meetings")] == [mine]
    for query, parameter in (
        ("select * from public.meetings where client_id = %s", database.client_id(BOB)),
        ("select * from public.meetings where id = %s", foreign),
    ):
        assert database.as_account(alice, query, (parameter,)) == []


def test_an_operator_sees_the_meetings_he_holds(database: TestDatabase) -> None:
    """All of his own, none of another operator's; an administrator sees both."""
    plan(database, ALICE)
    plan(database, BOB)
    other = add_operator(database, "other@demo.visio")
    admin = add_operator(database, "admin@demo.visio", is_admin=True)
    count = "select count(*) as n from public.meetings"
    assert database.as_account(database.account_id(MIKL), count) == [{"n": 2}]
    assert database.as_account(other, count) == [{"n": 0}]
    assert database.as_account(admin, count) == [{"n": 2}]


@pytest.mark.parametrize(
    "table",
    [
        "clients",
        "operators",
        "meetings",
        "meeting_notes",
        "meeting_participants",
        "notifications",
        "user_events",
    ],
)
def test_strangers_and_nobody_see_nothing(database: TestDatabase, table: str) -> None:
    """An account without a person behind it, and a transaction without claims."""
    plan(database, ALICE)
    stranger: UUID = database.admin("insert into auth.users (email) values ('s@demo.visio') returning id")[0][
        "id"
    ]
    query = f"select count(*) as n from public.{table}"
    for account in (stranger, None):
        assert database.as_account(account, query) == [{"n": 0}]


@pytest.mark.parametrize(
    "table", ["clients", "operators", "meetings", "meeting_notes", "notifications", "user_events"]
)
@pytest.mark.parametrize("email", [ALICE, MIKL])
def test_a_deactivated_person_sees_nothing(database: TestDatabase, table: str, email: str) -> None:
    """At once, though his token is valid for minutes."""
    meeting = plan(database, ALICE)
    database.as_account(
        database.account_id(MIKL),
        "insert into public.meeting_notes (meeting_id, body) values (%s, 'x')",
        (meeting,),
    )
    database.admin("update public.clients set active = false")
    database.admin("update public.operators set active = false")
    query = f"select count(*) as n from public.{table}"
    assert database.as_account(database.account_id(email), query) == [{"n": 0}]


def test_a_role_taken_away_is_gone_at_once(database: TestDatabase) -> None:
    """An administrator who is none any more sees his own meetings; his token says nothing about it."""
    plan(database, ALICE)
    admin = add_operator(database, "admin@demo.visio", is_admin=True)
    count = "select count(*) as n from public.meetings"
    assert database.as_account(admin, count) == [{"n": 1}]
    database.admin("update public.operators set is_admin = false")
    assert database.as_account(admin, count) == [{"n": 0}]


def test_a_client_sees_whom_he_meets_and_nobody_else(database: TestDatabase) -> None:
    """His own row, and the operators he has a meeting with."""
    plan(database, ALICE)
    add_operator(database, "other@demo.visio")
    alice = database.account_id(ALICE)
    assert [
        row["full_name"] for row in database.as_account(alice, "select full_name from public.clients")
    ] == ["Alice Laurent"]
    operators = database.as_account(alice, "select full_name from public.operators")
    assert [row["full_name"] for row in operators] == ["MiKL"]
    assert database.as_account(database.account_id(BOB), "select * from public.operators") == []


def test_notes_are_the_operators_own(database: TestDatabase) -> None:
    """He writes and reads them; neither the client nor another operator sees or makes one."""
    meeting = plan(database, ALICE)
    write = "insert into public.meeting_notes (meeting_id, body) values (%s, 'private')"
    for account in (database.account_id(ALICE), add_operator(database, "other@demo.visio")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.as_account(account, write, (meeting,))
    database.as_account(database.account_id(MIKL), write, (meeting,))
    read = "select body from public.meeting_notes"
    assert database.as_account(database.account_id(MIKL), read) == [{"body": "private"}]
    assert database.as_account(database.account_id(ALICE), read) == []


def test_a_client_changes_his_own_name_only(database: TestDatabase) -> None:
    """The column grant and both halves of the policy."""
    change = "update public.clients set full_name = 'Alice L.' returning full_name"
    assert len(database.as_account(database.account_id(ALICE), change)) == 1
    names = {row["full_name"] for row in database.admin("select full_name from public.clients")}
    assert names == {"Alice L.", "Bob Moreau"}


def test_claims_do_not_stay_on_the_connection(database: TestDatabase) -> None:
    """After the transaction the log-in role is itself again, and sees nothing."""
    plan(database, ALICE)
    with psycopg.connect(database.api_dsn, autocommit=True) as connection:
        with connection.transaction():
            become(connection, database.account_id(ALICE))
        assert connection.execute("select current_user").fetchone() == ("visio_api",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from public.meetings")


def test_listening_tells_ids_only(database: TestDatabase) -> None:
    """Every role may listen to every channel, so a notification names nobody's business."""
    with psycopg.connect(database.jobs_dsn, autocommit=True) as connection:
        connection.execute("listen visio_events")
        plan(database, ALICE, title="Confidential")
        told = [item.payload for item in connection.notifies(timeout=5, stop_after=3)]
    assert len(told) == 3
    for payload in told:
        recipient, _, seq = payload.partition(":")
        assert UUID(recipient)
        assert seq.isdecimal()


QUERIES = {
    "bare": "select * from public.meetings",
    "page of a client": "select * from public.meetings m where m.client_id = (select private.my_client_id())"
    " order by m.scheduled_at, m.id limit 51",
    "page of an operator": "select * from public.meetings m"
    " where m.operator_id = any (array(select private.my_operator_ids()))"
    " order by m.scheduled_at desc, m.id desc limit 51",
    "one": "select * from public.meetings where id = '00000000-0000-0000-0000-000000000000'",
}


def test_no_query_reads_the_whole_table(database: TestDatabase) -> None:
    """100,000 meetings of 1,000 clients: under claims, everything goes by index."""
    database.admin(
        "with u as (insert into auth.users (email) select 'c' || g || '@demo.visio'"
        " from generate_series(1, 1000) g returning id)"
        " insert into public.clients (auth_user_id, full_name) select id, 'C' from u"
    )
    database.admin(
        "with u as (insert into auth.users (email) select 'o' || g || '@demo.visio'"
        " from generate_series(1, 50) g returning id)"
        " insert into public.operators (auth_user_id, full_name) select id, 'O' from u"
    )
    database.admin(
        "insert into public.meetings (client_id, operator_id, title, scheduled_at)"
        " select (array(select id from public.clients))[1 + g % 1000],"
        "        (array(select id from public.operators))[1 + g % 50], 'M', now() + g * interval '1 minute'"
        " from generate_series(1, 100000) g"
    )
    database.admin("analyze public.meetings, public.clients, public.operators")
    for email in (ALICE, MIKL):
        for name, query in QUERIES.items():
            plan_json = database.as_account(
                database.account_id(email),
                "explain (format json) " + query,
            )[0]["QUERY PLAN"]
            scans = sequential_scans(plan_json[0]["Plan"])
            assert "meetings" not in scans, f"{name}: {json.dumps(plan_json)}"


def sequential_scans(node: dict[str, Any]) -> set[str]:
    """Tables that a plan reads from one end to the other."""
    found = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    for child in node.get("Plans", []):
        found |= sequential_scans(child)
    return found


def add_operator(database: TestDatabase, email: str, *, is_admin: bool = False) -> UUID:
    """Another operator; his account."""
    account: UUID = database.admin(
        "select private.provision_account(%s, 'operator', 'Somebody', 'no hash', p_is_admin => %s) as id",
        (email, is_admin),
    )[0]["id"]
    return account
