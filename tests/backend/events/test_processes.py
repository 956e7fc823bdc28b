"""Live events over several real processes on one PostgreSQL; ends and restarts under listeners."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from backend.config import Settings
from backend.demo_accounts import PASSWORD
from backend_client.client import BackendClient
from backend_client.events import EventFeed, FeedTimings
from backend_client.models import EventKind, LiveEvent
from backend_client.sign_in import MemoryTokenStore
from tests.backend.events.test_routes import newest, stream
from tests.backend.people import ALICE, BOB, MIKL, Person, plan, signed_in
from tests.backend.test_metrics import free_port, labelled, numbers
from tests.support.service import TestDatabase, running_service
from tests.support.service_process import service_process
from tests.support.waiting import until

LIMIT_S = 40.0
SHARED: dict[str, Any] = {"public_url": "https://visio.example"}
"""The tokens' issuer is the address under which people reach all processes."""


async def move(mikl: Person, meeting: dict[str, object], title: str) -> None:
    """Change a meeting, whatever its version is by now."""
    current = (await mikl.get(f"/meetings/{meeting['id']}")).json()
    answer = await mikl.http.patch(
        f"/v1/meetings/{meeting['id']}",
        json={"title": title},
        headers={"If-Match": f'"v{current["version"]}"'},
    )
    assert answer.status_code == 200, answer.text


async def test_what_one_process_does_the_other_tells(database: TestDatabase) -> None:
    """To the person it concerns and to nobody else; by the wake-up, not by the next look for lost ones."""
    with service_process(database, **SHARED) as one, service_process(database, **SHARED) as two:
        async with AsyncExitStack() as stack:
            mikl, alice, bob = [
                await stack.enter_async_context(signed_in(url, email))
                for url, email in ((one.url, MIKL), (two.url, ALICE), (two.url, BOB))
            ]
            hers = await stack.enter_async_context(stream(alice, await newest(alice)))
            his = await stack.enter_async_context(stream(bob, await newest(bob)))
            began = time.monotonic()
            meeting = await plan(mikl, database.client_id(ALICE))
            told = [await hers.next(), await hers.next()]
            assert time.monotonic() - began < Settings.model_fields["sweep_s"].default / 2
            assert {event.kind for event in told} == {EventKind.MEETING_SCHEDULED, EventKind.NOTIFICATION_NEW}
            assert {str(event.meeting_id) for event in told} == {meeting["id"]}
            # Bob hears of his own meeting next, not of hers.
            own = await plan(mikl, database.client_id(BOB))
            assert str((await his.next()).meeting_id) == own["id"]


async def test_a_stream_resumes_at_another_process(database: TestDatabase) -> None:
    """The number goes along: what came meanwhile is told once, in order, by whoever is there."""
    with service_process(database, **SHARED) as one, service_process(database, **SHARED) as two:
        async with AsyncExitStack() as stack:
            mikl = await stack.enter_async_context(signed_in(two.url, MIKL))
            alice = await stack.enter_async_context(signed_in(one.url, ALICE))
            meeting = await plan(mikl, database.client_id(ALICE))
            async with stream(alice, 0) as first:
                last = (await first.next()).seq
            one.kill()
            for number in range(5):
                await move(mikl, meeting, f"Title {number}")
            # The access token of the one is good at the other.
            alice.http.base_url = httpx.URL(two.url)
            expected = database.admin(
                "select seq from public.user_events where recipient = %s and seq > %s order by seq",
                (alice.account_id, last),
            )
            async with stream(alice, last) as second:
                told = [(await second.next()).seq for _ in expected]
            assert told == [row["seq"] for row in expected]
            assert len(told) > 5


async def test_listeners_survive_a_killed_and_restarted_service(database: TestDatabase) -> None:
    """Thirty feeds of the apps' own client: all back within 15 s, no number missing, none twice."""
    heard: list[list[LiveEvent]] = [[] for _ in range(30)]
    online: Counter[bool] = Counter()
    timings = FeedTimings(reconnect_s=2.0, reconnect_max_s=4.0)
    with service_process(database) as first:
        port = first.port
        clients: list[BackendClient] = []
        for number in range(6):
            client = BackendClient(first.url, MemoryTokenStore(), device=f"machine {number}")
            await client.sign_in.log_in((ALICE, BOB)[number % 2], PASSWORD, stay_signed_in=False)
            clients.append(client)
        tasks = [
            asyncio.create_task(
                EventFeed(clients[number % 6], timings).run(
                    heard[number].append, lambda is_online: online.update([is_online])
                )
            )
            for number in range(30)
        ]
        await until(lambda: online[True] == 30, "thirty listeners", LIMIT_S)
        async with signed_in(first.url, MIKL) as mikl:
            for email in (ALICE, BOB):
                await plan(mikl, database.client_id(email))
        await until(lambda: all(len(events) == 2 for events in heard), "everybody to hear", LIMIT_S)
        first.kill()
        await until(lambda: online[False] == 30, "everybody to notice", LIMIT_S)
    with service_process(database, port=port) as again:
        began = time.monotonic()
        await until(lambda: online[True] == 60, "everybody to be back", 15.0)
        back_s = time.monotonic() - began
        async with signed_in(again.url, MIKL) as mikl:
            for email in (ALICE, BOB):
                meeting = await plan(mikl, database.client_id(email))
                for number in range(10):
                    await move(mikl, meeting, f"Title {number}")
        heads = {
            email: database.admin(
                "select last_seq from private.event_cursors where recipient = %s",
                (database.account_id(email),),
            )[0]["last_seq"]
            for email in (ALICE, BOB)
        }
        await until(
            lambda: all(
                events[-1].seq == heads[(ALICE, BOB)[number % 2]] for number, events in enumerate(heard)
            ),
            "everybody to have heard everything",
            LIMIT_S,
        )
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in clients:
            await client.close()
    assert back_s < 15
    for events in heard:
        numbers = [event.seq for event in events]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert EventKind.RESET not in {event.kind for event in events}


async def test_a_stopping_process_spreads_its_listeners(database: TestDatabase) -> None:
    """Each is told another time to come back, so that they are no storm; the process ends in time."""
    with service_process(database) as service:
        async with AsyncExitStack() as stack:
            delays = []
            streams: list[httpx.Response] = []
            for _ in range(8):
                alice = await stack.enter_async_context(signed_in(service.url, ALICE))
                for _ in range(5):
                    opened = await stack.enter_async_context(alice.http.stream("GET", "/v1/events"))
                    streams.append(opened)
            bodies = [asyncio.create_task(response.aread()) for response in streams]
            began = time.monotonic()
            assert await asyncio.to_thread(service.stop) == 0
            assert time.monotonic() - began < 10
            for body in await asyncio.gather(*bodies):
                found = re.search(rb"retry: (\d+)\n\n$", body)
                assert found
                delays.append(int(found.group(1)) / 1000)
    assert len(delays) == 40
    assert min(delays) >= 1
    assert max(delays) <= 10
    # Uniform over nine seconds: that all forty fall into the same third happens never.
    assert max(delays) - min(delays) > 3
    assert len({round(delay, 1) for delay in delays}) > 15


async def test_a_reader_who_takes_nothing_is_closed_and_resumes(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """He holds up nobody, and misses nothing."""
    # Heartbeats of 64 KB fill the buffers between the two in no time.
    monkeypatch.setattr("backend.events.routes.COMMENT", f":{'x' * 65_536}\n\n")
    monkeypatch.setattr("backend.events.stream._SEND_LIMIT_S", 0.5)
    metrics_port = free_port()
    with running_service(database, heartbeat_s=0.01, metrics_port=metrics_port) as service:
        async with AsyncExitStack() as stack:
            mikl, alice, bob = [
                await stack.enter_async_context(signed_in(service.url, email)) for email in (MIKL, ALICE, BOB)
            ]
            last = await newest(alice)
            bearer = alice.http.headers["Authorization"]
            slow = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])))
            stack.callback(slow.close)
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\n\r\n".encode())
            quick = await stack.enter_async_context(bob.http.stream("GET", "/v1/events"))
            pieces = quick.aiter_bytes()
            await anext(pieces)
            await plan(mikl, database.client_id(ALICE))
            own = await plan(mikl, database.client_id(BOB))
            began = time.monotonic()
            seen = b""
            while own["id"].encode() not in seen:
                # The end of the piece before: the id may stand across the two.
                seen = seen[-40:] + await anext(pieces)
            assert time.monotonic() - began < 10
            await quick.aclose()
            await until(
                lambda: "reader takes nothing" in caplog.text, "the slow reader to be given up", LIMIT_S
            )
            _, found = await numbers(metrics_port)
            assert found[labelled("visio_sse_listeners")] == 0
            async with stream(alice, last) as resumed:
                assert (await resumed.next()).seq == last + 1
    # Not a defect of ours: nobody need be woken.
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
