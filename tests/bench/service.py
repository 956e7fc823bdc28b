"""The service: lists under row security, starts, tokens and ends a second, 500 live listeners, memory.

`service/list …` asks for a page of 50 over HTTP with row security and with it switched off: the same
process, statement, filter and transaction, by turns. `… large by small` puts a million meetings beside
ten thousand. `service/start`, `/token`, `/end` are calls a second of eight at once against the
OpenVidu-compatible server. `service/told` is the time from a change to the last of 500 listeners;
`service/back` the time in which all of them, coming back at one moment, have heard what they missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from backend.embedded.cluster import Cluster
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.bench.service_stage import MEETINGS_OF_A_CLIENT, Stage, stage
from tests.faults.victims import Program

SMALL, LARGE = 10_000, 1_000_000
LISTENERS = 500
TURNS_PER_ROUND, PAGES_PER_TURN, WARM_UP_PAGES = 10, 12, 8
MEETINGS_PER_ROUND = 60
AT_ONCE = 8
PAGE = 50
"""Meetings on every page that is measured, at every size, for whoever asks: else nothing compares."""
TOLD_WITHIN_S = 1.0
BACK_WITHIN_S = 15.0
FLAT, SECURED = 1.5, 1.2
"""The ratios aimed at: a million beside ten thousand, row security beside none."""
_OPENVIDU_SECRET = "bench-secret"
_TOLD_LIMIT_S = 30.0
_hours = itertools.count()


def run(options: Options, *, small: int = SMALL, large: int = LARGE, listeners: int = LISTENERS) -> list[Row]:
    """Measure everything; the sizes are smaller in tests."""
    rounds = options.rounds or LEAST_ROUNDS
    return asyncio.run(_run(rounds, small, large, listeners))


async def _run(rounds: int, small: int, large: int, listeners: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="mikl-visio-bench-") as made:
        folder = Path(made)
        # PostgreSQL refuses to run as root: the account that it runs as must get through to its part.
        folder.chmod(0o711)
        with Cluster(folder / "cluster", durable=True) as cluster:
            one_by_one = {"VISIO_POOL_SIZE": "1"}
            async with (
                stage(cluster, folder, small, one_by_one) as few,
                stage(cluster, folder, large, one_by_one) as many,
            ):
                rows = await lists(few, many, rounds)
            openvidu = Program(
                "openvidu",
                ["openvidu_local"],
                {"VISIO_OPENVIDU_SECRET": _OPENVIDU_SECRET},
                folder / "openvidu.log",
            )
            try:
                await openvidu.start()
                media = {"VISIO_OPENVIDU_URL": openvidu.url, "VISIO_OPENVIDU_SECRET": _OPENVIDU_SECRET}
                enough = max(small, listeners * MEETINGS_OF_A_CLIENT)
                async with stage(cluster, folder, enough, media) as busy:
                    rows += await calls(busy, rounds)
                    rows += await told(busy, rounds, listeners)
                    rows += await back(busy, rounds, listeners)
            finally:
                openvidu.stop()
    return rows


async def lists(few: Stage, many: Stage, rounds: int) -> list[Row]:
    """A client's and the operator's page, both sizes, with and without row security, by turns.

    A round is many short turns: whatever else the machine does meets all of them alike.
    """
    figures: dict[tuple[str, int, bool], list[float]] = {}
    asked = [
        (who, place, place.sign_in(place.operator if who == "operator" else place.clients[7]))
        for who in ("client", "operator")
        for place in (few, many)
    ]
    turns = list(itertools.product((True, False), asked))
    for _ in range(rounds):
        each: dict[tuple[str, int, bool], list[float]] = {}
        for number in range(TURNS_PER_ROUND):
            for secured, (who, place, headers) in turns if number % 2 else reversed(turns):
                place.secure(on=secured)
                each.setdefault((who, place.meetings, secured), []).extend(await pages_s(place, headers))
        for name, seconds in each.items():
            figures.setdefault(name, []).append(statistics.median(seconds) * 1000)
    for place in (few, many):
        place.secure(on=True)
    rows = []
    for who in ("client", "operator"):
        for place in (few, many):
            ours, reference = (figures[who, place.meetings, secured] for secured in (True, False))
            rows.append(
                row_of(f"service/list {who} {place.meetings}", ours, reference, unit="ms", aim=SECURED)
            )
        large, small = (figures[who, place.meetings, True] for place in (many, few))
        rows.append(
            row_of(f"service/list {who} large by small", large, small, unit="ms", aim=FLAT, page=PAGE)
        )
    return rows


async def pages_s(place: Stage, headers: dict[str, str]) -> list[float]:
    """Some pages, one after the other, seconds; the first are made with plans that were not there yet."""
    each = []
    for _ in range(WARM_UP_PAGES + PAGES_PER_TURN):
        began = time.perf_counter()
        answer = await place.http.get(f"/v1/meetings?order=desc&limit={PAGE}", headers=headers)
        each.append(time.perf_counter() - began)
        if answer.status_code != 200 or len(answer.json()["items"]) != PAGE:
            raise BenchError(f"a list answered {answer.status_code}, and no full page: {answer.text[:200]}")
    return each[WARM_UP_PAGES:]


async def calls(place: Stage, rounds: int) -> list[Row]:
    """Starts, tokens and ends a second, eight at once."""
    operator, client = place.sign_in(place.operator), place.sign_in(place.clients[0])
    figures: dict[str, list[float]] = {"start": [], "token": [], "end": []}
    for _ in range(rounds):
        planned = [await _plan(place, operator) for _ in range(MEETINGS_PER_ROUND)]
        for call, headers in (("start", operator), ("token", client), ("end", operator)):
            began = time.perf_counter()
            await _at_once(place, headers, [f"/meetings/{id_}/{call}" for id_ in planned])
            figures[call].append(MEETINGS_PER_ROUND / (time.perf_counter() - began))
    return [
        row_of(f"service/{call}", each, None, unit="calls/s", at_once=AT_ONCE)
        for call, each in figures.items()
    ]


async def _plan(place: Stage, headers: dict[str, str]) -> UUID:
    client_id = place.admin("select id from public.clients where auth_user_id = %s", place.clients[0])[0][
        "id"
    ]
    at = datetime.now(UTC) + timedelta(days=200, hours=next(_hours))
    body = {"client_id": str(client_id), "title": "Point", "scheduled_at": at.isoformat()}
    return UUID((await _post(place, headers, "/meetings", body))["id"])


async def _post(place: Stage, headers: dict[str, str], path: str, body: dict[str, str]) -> dict[str, str]:
    answer = await place.http.post(f"/v1{path}", json=body, headers=headers)
    if answer.status_code >= 300:
        raise BenchError(f"{path} answered {answer.status_code}: {answer.text[:200]}")
    found: dict[str, str] = answer.json()
    return found


async def _at_once(place: Stage, headers: dict[str, str], paths: Sequence[str]) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(path: str) -> None:
        async with turn:
            await _post(place, headers, path, {})

    await asyncio.gather(*map(one, paths))


async def told(place: Stage, rounds: int, listeners: int) -> list[Row]:
    """From a change to the last listener; and what the listeners cost in memory."""
    people = place.clients[:listeners]
    before = place.service.memory_bytes()
    async with _listening(place, people) as streams:
        with_listeners = place.service.memory_bytes()
        last: list[float] = []
        middle: list[float] = []
        processor: list[float] = []
        for _ in range(rounds):
            waiting = [asyncio.create_task(_next_event(reader)) for reader in streams]
            await asyncio.sleep(0.5)
            used_s, began = place.processor_s(), time.monotonic()
            await asyncio.to_thread(_tell_all, place, people)
            arrivals = await asyncio.wait_for(asyncio.gather(*waiting), _TOLD_LIMIT_S)
            each = sorted(at - began for at in arrivals)
            processor.append(place.processor_s() - used_s)
            last.append(each[-1])
            middle.append(statistics.median(each))
    return [
        row_of("service/told the last", last, TOLD_WITHIN_S, unit="s", listeners=len(people), median=middle),
        row_of("service/told, processor", processor, TOLD_WITHIN_S, unit="s", listeners=len(people)),
        row_of("service/memory", [before / 2**20], None, unit="MB"),
        row_of(
            "service/memory of a listener",
            [(with_listeners - before) / len(people) / 1024],
            None,
            unit="KB",
            listeners=len(people),
        ),
    ]


async def back(place: Stage, rounds: int, listeners: int) -> list[Row]:
    """Everybody comes back at one moment and asks for what was told while nobody listened."""
    people = place.clients[:listeners]
    tokens = {person: place.sign_in(person)["Authorization"] for person in people}
    figures: list[float] = []
    for _ in range(rounds):
        heads = place.admin(
            "select recipient, last_seq from private.event_cursors where recipient = any (%s)", people
        )
        _tell_all(place, people)
        began = time.monotonic()
        each = asyncio.gather(
            *(_first_event(place, tokens[head["recipient"]], head["last_seq"]) for head in heads)
        )
        figures.append(max(await asyncio.wait_for(each, _TOLD_LIMIT_S)) - began)
    return [row_of("service/back", figures, BACK_WITHIN_S, unit="s", listeners=len(people))]


async def _first_event(place: Stage, token: str, after: int) -> float:
    """When the first event after a number came."""
    reader, writer = await asyncio.open_connection(*place.service.address())
    try:
        writer.write(
            f"GET /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\n"
            f"Last-Event-ID: {after}\r\n\r\n".encode()
        )
        return await _next_event(reader)
    finally:
        writer.close()


def _tell_all(place: Stage, people: Sequence[UUID]) -> None:
    """One change that concerns everybody."""
    place.admin("select private.emit(%s::uuid[], 'meeting.changed', '{\"version\": 1}'::jsonb)", list(people))


@contextlib.asynccontextmanager
async def _listening(place: Stage, people: Sequence[UUID]) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Everybody's live events, open, as long as the block."""
    host, port = place.service.address()
    lines = []
    try:
        for person in people:
            reader, writer = await asyncio.open_connection(host, port)
            lines.append((reader, writer))
            token = place.sign_in(person)["Authorization"]
            request = f"GET /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\n\r\n"
            writer.write(request.encode())
        # Each begins with the word where it begins.
        async with asyncio.timeout(_TOLD_LIMIT_S):
            for reader, _ in lines:
                await reader.readuntil(b"event: reset")
                await reader.readuntil(b"\n\n")
        yield [reader for reader, _ in lines]
    finally:
        for _, writer in lines:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in lines), return_exceptions=True)


async def _next_event(reader: asyncio.StreamReader) -> float:
    await reader.readuntil(b"event: meeting.changed")
    at = time.monotonic()
    await reader.readuntil(b"\n\n")
    return at
