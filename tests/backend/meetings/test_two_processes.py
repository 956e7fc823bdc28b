"""The same meeting at the same moment through two processes of the service: hundreds of pairs.

`python3 dev.py test tests/backend/meetings/test_two_processes.py --long` plays ten times as many.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import httpx
import pytest

from backend.demo_accounts import PASSWORD
from tests.backend.people import ALICE, MIKL, in_one_hour
from tests.faults.victims import Program
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.http import client_without_tls
from tests.support.service import TestDatabase
from tests.support.waiting import until

ROUNDS = 25
"""Of each pair below."""
LONG = 10
AT_ONCE = 4
"""Pairs on their way at the same time."""
DEVICE = "22222222-2222-4222-8222-222222222222"
OK = "ok"
NOT_LIVE, STARTED, CLOSED = "meeting-not-live", "meeting-started", "meeting-closed"

PAIRS: dict[tuple[str, str, str], set[tuple[str, str, str]]] = {
    ("scheduled", "start", "start"): {(OK, OK, "in_progress")},
    ("scheduled", "start", "cancel"): {(OK, STARTED, "in_progress"), (CLOSED, OK, "cancelled")},
    ("scheduled", "start", "end"): {(OK, OK, "completed"), (OK, NOT_LIVE, "in_progress")},
    ("scheduled", "start", "token"): {(OK, OK, "in_progress"), (OK, NOT_LIVE, "in_progress")},
    ("scheduled", "cancel", "cancel"): {(OK, OK, "cancelled")},
    ("in_progress", "end", "end"): {(OK, OK, "completed")},
    ("in_progress", "end", "token"): {(OK, OK, "completed"), (OK, CLOSED, "completed")},
    ("in_progress", "token", "token"): {(OK, OK, "in_progress")},
}
"""State before, both calls → what may come of them, and the state after."""


Answer = tuple[str, dict[str, Any]]
"""`ok` or the code of the refusal, and the body."""


@dataclass(frozen=True, slots=True)
class Played:
    """A pair on one meeting, and what both sides were answered."""

    pair: tuple[str, str, str]
    meeting_id: UUID
    left: Answer
    right: Answer


@dataclass(frozen=True, slots=True)
class Door:
    """One process, and both people signed in at it."""

    http: httpx.AsyncClient
    headers: dict[str, dict[str, str]]

    async def call(self, action: str, meeting_id: UUID) -> Answer:
        """One call."""
        body = {"device_id": DEVICE} if action == "token" else {}
        headers = self.headers[ALICE if action == "token" else MIKL]
        answer = await self.http.post(f"/v1/meetings/{meeting_id}/{action}", json=body, headers=headers)
        members: dict[str, Any] = answer.json()
        return OK if answer.status_code == 200 else members["code"], members


@pytest.fixture
async def doors(
    database: TestDatabase, openvidu: FakeOpenVidu, tmp_path: Path
) -> AsyncIterator[tuple[Door, Door]]:
    """Two processes of the service on one database."""
    environment = {
        "VISIO_DATABASE_URL": database.api_dsn,
        "VISIO_JOBS_DATABASE_URL": database.jobs_dsn,
        "VISIO_OPENVIDU_URL": openvidu.url,
        "VISIO_OPENVIDU_SECRET": SECRET,
        "VISIO_PUBLIC_URL": "http://service.test",
        "VISIO_JOB_POLL_S": "0.1",
        "VISIO_POOL_SIZE": "3",
    }
    async with AsyncExitStack() as stack:
        programs = [
            Program("service", ["backend"], environment, tmp_path / f"{number}.log") for number in (1, 2)
        ]
        for program in programs:
            stack.callback(program.stop)
        await asyncio.gather(*(program.start() for program in programs))
        made = []
        for program in programs:
            http = await stack.enter_async_context(client_without_tls(program.url, timeout=20))
            made.append(Door(http, {email: await _sign_in(http, email) for email in (MIKL, ALICE)}))
        yield made[0], made[1]


async def _sign_in(http: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


@pytest.mark.timeout(900)
async def test_pairs_through_two_processes_agree(
    database: TestDatabase, doors: tuple[Door, Door], openvidu: FakeOpenVidu, request: pytest.FixtureRequest
) -> None:
    """200 pairs: both answers are allowed together, and the row, events, tokens and rooms agree."""
    rounds = ROUNDS * (LONG if request.config.getoption("--long") else 1)
    client_id = database.client_id(ALICE)
    several = asyncio.Semaphore(AT_ONCE)

    async def play(pair: tuple[str, str, str], turn: int) -> Played:
        async with several:
            meeting_id = await _meeting(doors[0], client_id, pair[0])
            one, other = (
                doors[turn % 2].call(pair[1], meeting_id),
                doors[1 - turn % 2].call(pair[2], meeting_id),
            )
            # Whoever is first to run wins more often: take turns.
            if turn % 4 < 2:
                return Played(pair, meeting_id, *await asyncio.gather(one, other))
            second, first = await asyncio.gather(other, one)
            return Played(pair, meeting_id, first, second)

    games = await asyncio.gather(
        *(play(pair, turn) for turn, pair in itertools.product(range(rounds), PAIRS))
    )
    rows = {row["id"]: row for row in database.admin("select * from public.meetings")}
    told = _told(database)
    for game in games:
        row = rows[game.meeting_id]
        (one, first), (two, second) = game.left, game.right
        assert (one, two, row["status"]) in PAIRS[game.pair], game
        if game.pair[1] == game.pair[2]:
            same = {name: value for name, value in first.items() if name != "token"}
            assert same.items() <= second.items(), "both are told the same"
            assert "token" not in first or first["token"] != second["token"]
        assert told[game.meeting_id] == [list(range(1, row["version"] + 1))] * 2, game
    assert _noticed_twice(database) == []
    await until(lambda: database.admin(_OPEN_JOBS) == [], timeout_s=60)
    live = {f"mtg_{row['id'].hex}" for row in rows.values() if row["status"] == "in_progress"}
    assert set(openvidu.sessions) == live
    assert database.admin(_SPARE_TOKENS) == [], "one token at a time for a person's device"


_OPEN_JOBS: LiteralString = "select from private.jobs where done_at is null and kind like 'media.%'"
_SPARE_TOKENS: LiteralString = (
    "select from private.room_connections where closed_at is null and seen_at is null"
    " group by meeting_id, auth_user_id, device_id having count(*) > 1"
)


async def _meeting(door: Door, client_id: UUID, state: str) -> UUID:
    body = {"client_id": str(client_id), "title": "Point", "scheduled_at": in_one_hour()}
    answer = await door.http.post("/v1/meetings", json=body, headers=door.headers[MIKL])
    meeting_id = UUID(answer.raise_for_status().json()["id"])
    if state == "in_progress":
        assert (await door.call("start", meeting_id))[0] == OK
    return meeting_id


def _told(database: TestDatabase) -> dict[UUID, list[list[int]]]:
    """Meeting → for each of both people, the versions he was told of, in order."""
    rows = database.admin(
        "select (payload ->> 'meeting_id')::uuid as id,"
        " array_agg((payload ->> 'version')::int order by seq) as versions from public.user_events"
        " where kind in ('meeting.scheduled', 'meeting.started', 'meeting.ended', 'meeting.cancelled')"
        " group by recipient, payload ->> 'meeting_id'"
    )
    found: dict[UUID, list[list[int]]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row["versions"])
    return found


def _noticed_twice(database: TestDatabase) -> list[dict[str, Any]]:
    """Notices of one kind that somebody got twice about one meeting."""
    return database.admin(
        "select meeting_id, kind from public.notifications group by meeting_id, recipient, kind"
        " having count(*) > 1"
    )
