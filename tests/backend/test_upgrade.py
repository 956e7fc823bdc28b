"""An upgrade while clients are connected: new migrations run under the process of the version before."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from backend import migrate
from backend.demo_accounts import PASSWORD
from backend.migrate import Migration
from tests.backend.people import ALICE, MIKL, Person, in_one_hour, signed_in
from tests.faults.victims import Program
from tests.support.http import client_without_tls
from tests.support.service import TestDatabase
from tests.support.waiting import until

NEXT = """
-- What a later version may add: a column with a default, a table of its own with its policy, an index.
set local role visio_owner;
alter table public.meetings add column colour text not null default 'blue';
alter table public.clients add column telephone text;
create index meetings_updated_at on public.meetings (updated_at);
create table public.tags (meeting_id uuid primary key references public.meetings (id), words text not null);
alter table public.tags enable row level security;
alter table public.tags force row level security;
create policy tags_select on public.tags for select to authenticated
  using (exists (select from private.my_operator_ids()));
reset role;
"""
ROUNDS_BEFORE, ROUNDS_AFTER = 5, 5


def with_one_more() -> list[Migration]:
    """The product's migrations, and one of a version that does not exist yet."""
    return [*migrate.load(), Migration("9999_next", NEXT, hashlib.sha256(NEXT.encode()).hexdigest())]


async def test_nobody_notices_the_migrations_of_the_next_version(
    database: TestDatabase, tmp_path: Path
) -> None:
    """Lists, plans and live events go on; the old process stays ready; what was planned is all there."""
    service = Program(
        "service",
        ["backend"],
        {"VISIO_DATABASE_URL": database.api_dsn, "VISIO_JOBS_DATABASE_URL": database.jobs_dsn},
        tmp_path / "service.log",
    )
    await service.start()
    try:
        async with signed_in(service.url, MIKL) as mikl, signed_in(service.url, ALICE) as alice:
            planned = await upgraded_under_work(database, mikl, alice)
        async with client_without_tls(service.url) as http:
            ready = await http.get("/readyz")
            assert (ready.status_code, ready.json()["database"]) == (200, True), "newer is good enough"
            again = await http.post("/v1/auth/login", json={"email": ALICE, "password": PASSWORD})
            assert again.status_code == 200
    finally:
        service.stop()
    assert (
        database.admin("select count(*) as n from public.meetings where colour = 'blue'")[0]["n"] == planned
    )


async def upgraded_under_work(database: TestDatabase, mikl: Person, alice: Person) -> int:
    """Work before, during and after the migration; how many meetings were planned."""
    answers: Counter[int] = Counter()
    done = asyncio.Event()
    client_id = str(database.client_id(ALICE))
    told: list[str] = []

    async def plan() -> None:
        while not done.is_set():
            body: dict[str, Any] = {"client_id": client_id, "title": "x", "scheduled_at": in_one_hour()}
            answers[(await mikl.post("/meetings", body)).status_code] += 1

    async def read() -> None:
        while not done.is_set():
            answers[(await alice.get("/meetings", limit=5)).status_code] += 1
            answers[(await alice.get("/me")).status_code] += 1

    async def listen() -> None:
        async with alice.http.stream("GET", "/v1/events", timeout=httpx.Timeout(30)) as stream:
            async for line in stream.aiter_lines():
                told.append(line)
                if done.is_set():
                    return

    working = [asyncio.create_task(job()) for job in (plan, read, listen)]
    await until(lambda: answers[201] >= ROUNDS_BEFORE and any("meeting.scheduled" in line for line in told))
    assert await asyncio.to_thread(migrate.migrate, database.admin_dsn, with_one_more()) == ["9999_next"]
    at_the_end = answers[201]
    await until(lambda: answers[201] >= at_the_end + ROUNDS_AFTER)
    done.set()
    # Something more to hear, for the listener to find that it is over.
    body = {"client_id": client_id, "title": "last", "scheduled_at": in_one_hour()}
    answers[(await mikl.post("/meetings", body)).status_code] += 1
    await asyncio.wait_for(asyncio.gather(*working), 30)
    assert set(answers) == {200, 201}, answers
    numbers = [int(line.removeprefix("id: ")) for line in told if line.startswith("id: ")]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "nothing was missed on the stream"
    assert len(numbers) > ROUNDS_AFTER
    return answers[201]
