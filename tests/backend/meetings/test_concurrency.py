"""Two people's devices at the same moment: hundreds of real pairs, each on connections of its own."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from tests.backend.people import ALICE, MIKL
from tests.support.service import TestDatabase, become

ROUNDS = 15
"""Of each pair of actions below."""

ACTIONS: dict[str, LiteralString] = {
    "edit": "select public.change_meeting(%(id)s, 1, 'Edited', null, null, null)",
    "move to A": "select public.change_meeting(%(id)s, 1, null, null, now() + interval '2 days', null)",
    "move to B": "select public.change_meeting(%(id)s, 1, null, null, now() + interval '3 days', null)",
    "start": "select public.begin_meeting(%(id)s)",
    "end": "select public.end_meeting(%(id)s)",
    "cancel": "select public.cancel_meeting(%(id)s, 'x', false)",
    "cancel following": "select public.cancel_meeting(%(id)s, 'x', true)",
    "extend to 90": "select public.extend_meeting(%(id)s, 90)",
    "extend to 120": "select public.extend_meeting(%(id)s, 120)",
    "delay": "select public.announce_delay(%(id)s, 5)",
    "wait": "select * from public.wait_for_meeting(%(id)s)",
}
BY_CLIENT = {"wait"}
OK = "ok"


@dataclass(frozen=True)
class Pair:
    """Two actions at once, on a meeting in `state`.

    Attributes:
        state: of the meeting before.
        left: one action.
        right: the other.
        outcomes: what may come out: answer of the left, of the right, and the state afterwards.
        version: what the meeting's version is afterwards, by those outcomes.
    """

    state: str
    left: str
    right: str
    outcomes: dict[tuple[str, str, str], int]

    def __str__(self) -> str:
        return f"{self.left} × {self.right}"


CONFLICT, STARTED, CLOSED, NOT_LIVE = (
    "version-conflict",
    "meeting-started",
    "meeting-closed",
    "meeting-not-live",
)
PAIRS = [
    Pair("scheduled", "edit", "start", {(OK, OK, "in_progress"): 3, (STARTED, OK, "in_progress"): 2}),
    Pair("scheduled", "edit", "cancel", {(OK, OK, "cancelled"): 3, (CLOSED, OK, "cancelled"): 2}),
    Pair("scheduled", "edit", "edit", {(OK, OK, "scheduled"): 2}),
    Pair(
        "scheduled", "move to A", "move to B",
        {(OK, CONFLICT, "scheduled"): 2, (CONFLICT, OK, "scheduled"): 2},
    ),
    Pair("scheduled", "move to A", "start", {(OK, OK, "in_progress"): 3, (STARTED, OK, "in_progress"): 2}),
    Pair("scheduled", "cancel", "start", {(OK, CLOSED, "cancelled"): 2, (STARTED, OK, "in_progress"): 2}),
    Pair("scheduled", "cancel", "cancel", {(OK, OK, "cancelled"): 2}),
    Pair("scheduled", "cancel following", "cancel", {(OK, OK, "cancelled"): 2}),
    Pair("scheduled", "cancel following", "cancel following", {(OK, OK, "cancelled"): 2}),
    Pair("scheduled", "start", "start", {(OK, OK, "in_progress"): 2}),
    Pair("scheduled", "wait", "start", {(OK, OK, "in_progress"): 2, (STARTED, OK, "in_progress"): 2}),
    Pair("scheduled", "wait", "wait", {(OK, OK, "scheduled"): 1}),
    Pair("scheduled", "wait", "cancel", {(OK, OK, "cancelled"): 2, (CLOSED, OK, "cancelled"): 2}),
    Pair("scheduled", "delay", "delay", {(OK, OK, "scheduled"): 1}),
    Pair("scheduled", "delay", "cancel", {(OK, OK, "cancelled"): 2, (CLOSED, OK, "cancelled"): 2}),
    Pair("scheduled", "start", "end", {(OK, OK, "completed"): 3, (OK, NOT_LIVE, "in_progress"): 2}),
    Pair("in_progress", "end", "end", {(OK, OK, "completed"): 3}),
    Pair("in_progress", "end", "extend to 90", {(OK, OK, "completed"): 4, (OK, CLOSED, "completed"): 3}),
    Pair("in_progress", "end", "cancel", {(OK, STARTED, "completed"): 3, (OK, CLOSED, "completed"): 3}),
    Pair("in_progress", "end", "delay", {(OK, OK, "completed"): 3, (OK, CLOSED, "completed"): 3}),
    Pair("in_progress", "extend to 90", "extend to 90", {(OK, OK, "in_progress"): 3}),
]  # fmt: skip


_HELD = 20_001
_HOLD_WHO_CHANGED_NOTHING: LiteralString = """
create function public.wait_for_the_test() returns trigger language plpgsql as $$
begin
  if not exists (select from changed) then
    perform pg_advisory_xact_lock(20001);
  end if;
  return null;
end $$;
grant execute on function public.wait_for_the_test() to public;
create trigger wait_for_the_test after update on public.meetings
  referencing new table as changed for each statement execute function public.wait_for_the_test();
"""
"""An update that finds no row to change waits before it goes on, as long as the test holds the lock."""


class Device:
    """One signed-in device: a connection of the log-in role that acts under the person's claims."""

    def __init__(self, database: TestDatabase, email: str) -> None:
        self._account = database.account_id(email)
        self._connection = psycopg.connect(database.api_dsn, row_factory=dict_row)

    def act(self, query: LiteralString, parameters: dict[str, Any]) -> str:
        """`ok`, or the code of the refusal; repeated after a deadlock, as the service does."""
        while True:
            try:
                with self._connection.transaction():
                    become(self._connection, self._account)
                    self._connection.execute(query, parameters)
            except psycopg.errors.DeadlockDetected:
                continue
            except psycopg.Error as error:
                if not (error.sqlstate or "").startswith("PT"):
                    raise
                return error.diag.message_primary or ""
            return OK

    def read(self, query: LiteralString, parameters: dict[str, Any]) -> list[DictRow]:
        """The rows of a statement that nothing competes with."""
        with self._connection.transaction():
            become(self._connection, self._account)
            return self._connection.execute(query, parameters).fetchall()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@pytest.fixture
def devices(database: TestDatabase) -> Iterator[dict[str, tuple[Device, Device]]]:
    """Two devices of the operator and two of the client."""
    with ExitStack() as stack:
        made = {}
        for email in (MIKL, ALICE):
            pair = (Device(database, email), Device(database, email))
            for device in pair:
                stack.callback(device.close)
            made[email] = pair
        yield made


@pytest.fixture
def onlooker(database: TestDatabase) -> Iterator[psycopg.Connection[DictRow]]:
    """One connection above row security, kept: a new one for each look would take most of the time."""
    with psycopg.connect(database.admin_dsn, row_factory=dict_row, autocommit=True) as connection:
        yield connection


def series_of_two(operator: Device, client_id: UUID) -> list[UUID]:
    """Two meetings of MiKL with a client in one series."""
    rows = operator.read(
        "select public.create_meeting_series(%(id)s, 'Point', '', now() + interval '1 hour', 60, 2) as id",
        {"id": client_id},
    )
    return [row["id"] for row in rows]


def at_once(*calls: tuple[Device, LiteralString, dict[str, Any]]) -> list[str]:
    """What each call came to, all begun at the same moment."""
    results = [""] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int) -> None:
        device, query, parameters = calls[place]
        barrier.wait(20)
        results[place] = device.act(query, parameters)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_pairs_at_once_end_in_one_of_the_allowed_ways(
    database: TestDatabase,
    devices: dict[str, tuple[Device, Device]],
    onlooker: psycopg.Connection[DictRow],
) -> None:
    """21 pairs of actions, 15 times each: outcome, version, events, notices and mails all agree."""
    client_id = database.client_id(ALICE)
    for pair, turn in itertools.product(PAIRS, range(ROUNDS)):
        first, second = series_of_two(devices[MIKL][0], client_id)
        target = {"id": first}
        if pair.state == "in_progress":
            assert devices[MIKL][0].act(ACTIONS["start"], target) == OK
        sides = [
            (devices[ALICE if name in BY_CLIENT else MIKL][place], ACTIONS[name], target)
            for place, name in enumerate((pair.left, pair.right))
        ]
        # Whoever is first to run wins more often: take turns.
        left, right = at_once(*sides) if turn % 2 else reversed(at_once(*reversed(sides)))
        rows = onlooker.execute(
            "select id, status, version from public.meetings where id = any (%s)", [[first, second]]
        ).fetchall()
        after = {row["id"]: (row["status"], row["version"]) for row in rows}
        status, version = after[first]
        assert (left, right, status) in pair.outcomes, f"{pair}: {left}, {right}, {status}"
        assert version == pair.outcomes[left, right, status], f"{pair}: {left}, {right}, {status}"
        check_what_was_told(onlooker, first, version, str(pair))
        following = "cancel following" in {pair.left, pair.right}
        assert after[second] == (("cancelled", 2) if following else ("scheduled", 1)), str(pair)
    assert (
        onlooker.execute(
            "select recipient from public.user_events group by recipient having max(seq) <> count(*)"
        ).fetchall()
        == []
    )


def check_what_was_told(
    onlooker: psycopg.Connection[DictRow], meeting: UUID, version: int, pair: str
) -> None:
    """Each version told once to either side, in order; no notice of a kind and no waiting twice."""
    told = onlooker.execute(
        "select recipient, array_agg((payload ->> 'version')::int order by seq) as versions"
        " from public.user_events where payload ->> 'meeting_id' = %s"
        " and kind in ('meeting.scheduled', 'meeting.changed', 'meeting.started', 'meeting.ended',"
        " 'meeting.cancelled') group by recipient",
        [str(meeting)],
    ).fetchall()
    assert [row["versions"] for row in told] == [list(range(1, version + 1))] * 2, pair
    twice = onlooker.execute(
        "select kind from public.notifications where meeting_id = %s group by recipient, kind"
        " having count(*) > 1"
        " union all"
        " select kind from public.user_events where payload ->> 'meeting_id' = %s"
        " and kind = 'meeting.waiting' group by kind having count(*) > 1",
        [meeting, str(meeting)],
    ).fetchall()
    assert twice == [], pair


def test_a_start_between_the_two_looks_of_an_end_is_ended(
    database: TestDatabase,
    devices: dict[str, tuple[Device, Device]],
    onlooker: psycopg.Connection[DictRow],
) -> None:
    """The end finds nothing to end, and before it has looked why, the meeting is started: it is ended too."""
    ender, starter = devices[MIKL]
    target = {"id": series_of_two(starter, database.client_id(ALICE))[0]}
    onlooker.execute(_HOLD_WHO_CHANGED_NOTHING)
    # However slow the machine is, the one that is held must not give up first.
    for patience in ("set lock_timeout = '60s'", "set statement_timeout = '60s'"):
        assert ender.act(patience, {}) == OK
    with psycopg.connect(database.admin_dsn) as holder, ThreadPoolExecutor(1) as elsewhere:
        holder.execute("select pg_advisory_xact_lock(%s)", [_HELD])
        ending = elsewhere.submit(ender.act, ACTIONS["end"], target)
        wait_until_somebody_is_held(onlooker, ending)
        assert starter.act(ACTIONS["start"], target) == OK
        holder.rollback()
        assert ending.result(60) == OK
    found = onlooker.execute("select status, version from public.meetings where id = %(id)s", target)
    assert found.fetchall() == [{"status": "completed", "version": 3}]
    check_what_was_told(onlooker, target["id"], 3, "a start between the two looks of an end")


def wait_until_somebody_is_held(onlooker: psycopg.Connection[DictRow], work: Future[str]) -> None:
    """Look until a connection waits for the test's lock; `work` is what should come there."""
    deadline = time.monotonic() + 60
    held: LiteralString = (
        "select from pg_locks where locktype = 'advisory' and objid = %s and not granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    while not onlooker.execute(held, [_HELD]).fetchall():
        assert not work.done(), f"it was not held: {work.result()}"
        assert time.monotonic() < deadline, "it never came to the lock"
        time.sleep(0.02)


def test_the_longer_of_two_extensions_wins(
    database: TestDatabase,
    devices: dict[str, tuple[Device, Device]],
    onlooker: psycopg.Connection[DictRow],
) -> None:
    """Whichever comes first."""
    client_id = database.client_id(ALICE)
    one, two = devices[MIKL]
    for _ in range(ROUNDS):
        target = {"id": series_of_two(one, client_id)[0]}
        one.act(ACTIONS["start"], target)
        results = at_once((one, ACTIONS["extend to 90"], target), (two, ACTIONS["extend to 120"], target))
        assert results == [OK, OK]
        rows = onlooker.execute("select planned_minutes from public.meetings where id = %(id)s", target)
        assert rows.fetchall() == [{"planned_minutes": 120}]
