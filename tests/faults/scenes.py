"""What is going on when a server dies: start, token, join, end, webhook, mail.

A scene is prepared while all is well, acted once with a trap armed, and then gone on with as an app
does: the same request again until it is answered. What is expected of it stands in `checks.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, LiteralString
from uuid import UUID, uuid4

import aiohttp
import psycopg

from tests.backend.people import ALICE, MIKL
from tests.faults.town import Answer, Town
from tests.openvidu_local.wire_client import WireClient, WireError

RETRY_LIMIT_S = 40.0
_DEVICE = "11111111-1111-4111-8111-111111111111"
_numbers = itertools.count(1)
_ENTERING_FAILED = (OSError, aiohttp.ClientError, WireError, AssertionError)


@dataclass(slots=True)
class Facts:
    """What the apps saw of one meeting.

    Attributes:
        title: unlike any other's.
        meeting_id: None until it is known.
        calls: name → every answer to it, in order.
        inside: who is in the room.
        joined: so many joins were answered by OpenVidu.
        left_at: when the last person left.
        media_died: OpenVidu lost its rooms on the way.
    """

    title: str
    meeting_id: UUID | None = None
    calls: dict[str, list[Answer]] = field(default_factory=dict)
    inside: list[WireClient] = field(default_factory=list)
    joined: int = 0
    left_at: float | None = None
    media_died: bool = False

    def first_good(self, call: str) -> Answer | None:
        """The first answer that said yes."""
        return next((answer for answer in self.calls.get(call, ()) if answer.is_good), None)


class Scene:
    """One meeting and what happens to it.

    Attributes:
        name: of the scene.
        points: seam → role whose packets count there (of the database), in the order of the steps.
        town: where it plays.
        facts: what came of it.
    """

    name: ClassVar[str] = "scene"
    points: ClassVar[tuple[tuple[str, str], ...]]

    def __init__(self, town: Town) -> None:
        number = next(_numbers)
        self.town = town
        self.facts = Facts(f"Panne {number} {uuid4().hex[:6]}")
        self._key = uuid4().hex
        self._day = number
        self._intention: dict[str, Any] = {}

    async def prepare(self) -> None:
        """Everything before the act."""

    async def act(self) -> Answer:
        """The act, once; it may fail."""
        raise NotImplementedError

    async def complete(self) -> None:
        """Do it again until it is done, and wait for what follows from it.

        Raises:
            TimeoutError: it never is.
        """
        await self.again(self.act)

    async def finish(self) -> None:
        """Whatever happened: bring the meeting to its end."""
        await self.again(lambda: self.call("end", MIKL, "POST", self.path("/end"), json={}))
        await self._leave_behind()

    def path(self, rest: str = "") -> str:
        """Of the meeting."""
        return f"/meetings/{self.facts.meeting_id}{rest}"

    async def call(self, name: str, email: str, method: str, path: str, **arguments: Any) -> Answer:
        """One request, noted."""
        answer = await self.town.ask(email, method, path, **arguments)
        self.facts.calls.setdefault(name, []).append(answer)
        return answer

    async def again(self, act: Callable[[], Any]) -> Answer:
        """Repeat until the answer is good.

        Raises:
            TimeoutError: it never is.
        """
        deadline = time.monotonic() + RETRY_LIMIT_S
        while True:
            answer: Answer = await act()
            if answer.is_good:
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: never answered well, at last {answer.status} {answer.body}")
            await asyncio.sleep(0.2)

    async def plan(self) -> Answer:
        """Plan the meeting; the same intention however often."""
        if not self._intention:
            at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=self._day)
            self._intention = {
                "client_id": str(self.town.client_id),
                "title": self.facts.title,
                "scheduled_at": at.isoformat(),
            }
        answer = await self.call(
            "plan", MIKL, "POST", "/meetings", json=self._intention, headers={"Idempotency-Key": self._key}
        )
        if answer.is_good:
            self.facts.meeting_id = UUID(answer.body["id"])
        return answer

    async def start(self) -> Answer:
        """Start the meeting."""
        return await self.call("start", MIKL, "POST", self.path("/start"), json={})

    async def token(self) -> Answer:
        """A token for the client's device."""
        return await self.call(
            "token",
            ALICE,
            "POST",
            self.path("/token"),
            json={"device_id": _DEVICE},
        )

    async def enter(self) -> Answer:
        """Take a token and go in."""
        answer = await self.token()
        if not answer.is_good:
            return answer
        try:
            self.facts.inside.append(await self.town.enter(answer.body["token"]))
        except _ENTERING_FAILED:
            return Answer(None, answer.seconds, {}, answer.sent_at, time.time())
        self.facts.joined += 1
        return answer

    async def prepared(self, *, started: bool = False, entered: bool = False) -> None:
        """A meeting so far on its way, with nothing left to do behind it."""
        await self.again(self.plan)
        if started:
            await self.again(self.start)
        if entered:
            await self.again(self.enter)
            await self.town.settle("the join is not noticed", self.people)
        await self.town.settle("jobs from before", self.no_open_jobs)

    def people(self) -> list[dict[str, Any]]:
        """Its presence rows."""
        return self.town.look(
            "select * from public.meeting_participants where meeting_id = %s",
            self.facts.meeting_id,
        )

    def no_open_jobs(self) -> bool:
        """Nothing is left to do, for any meeting."""
        return not self.town.look("select from private.jobs where done_at is null")

    async def _leave_behind(self) -> None:
        for client in self.facts.inside:
            try:
                await client.close()
            except _ENTERING_FAILED:
                continue
        self.facts.inside.clear()


class Start(Scene):
    """MiKL starts: read, OpenVidu's session, the change of state (steps 1 to 5)."""

    name = "start"
    points = (("database", "visio_api"), ("media", ""))

    async def prepare(self) -> None:
        """Planned."""
        await self.prepared()

    async def act(self) -> Answer:
        """Start."""
        return await self.start()

    async def complete(self) -> None:
        """Started, and somebody can go in."""
        await super().complete()
        await self.again(self.enter)
        await self.town.settle("the join is not noticed", self.people)


class Token(Scene):
    """The client asks for a token: read, OpenVidu's connection, its note (step 9)."""

    name = "token"
    points = (("database", "visio_api"), ("media", ""))

    async def prepare(self) -> None:
        """Started."""
        await self.prepared(started=True)

    async def act(self) -> Answer:
        """Ask."""
        return await self.token()

    async def complete(self) -> None:
        """The token that is given in the end lets him in."""
        await self.again(self.enter)
        await self.town.settle("the join is not noticed", self.people)


class Join(Scene):
    """The client goes in: OpenVidu's webhook, its job, OpenVidu asked back, presence."""

    name = "join"
    points = (("hooks", ""), ("database", "visio_jobs"), ("media", ""))

    async def prepare(self) -> None:
        """Started, token in hand."""
        await self.prepared(started=True)
        self._token = (await self.again(self.token)).body["token"]
        self.town.hurry(leases=False)
        await self.town.settle("jobs of the token", self.no_open_jobs)

    async def act(self) -> Answer:
        """Go in."""
        sent_at = time.time()
        try:
            self.facts.inside.append(await self.town.enter(self._token))
        except _ENTERING_FAILED:
            return Answer(None, time.time() - sent_at, {}, sent_at, time.time())
        self.facts.joined += 1
        return Answer(200, time.time() - sent_at, {}, sent_at, time.time())

    async def complete(self) -> None:
        """Inside, and the service knows it."""
        if not self.facts.joined or self.facts.media_died:
            await self._leave_behind()
            await self.again(self.enter)
        await self.town.settle(
            "nobody noticed the join", lambda: any(row["left_at"] is None for row in self.people())
        )


class End(Scene):
    """MiKL ends: the change of state, and the job that closes the room (steps 6 to 8)."""

    name = "end"
    points = (("database", "visio_api"), ("media", ""), ("database", "visio_jobs"))

    async def prepare(self) -> None:
        """Started, the client inside."""
        await self.prepared(started=True, entered=True)

    async def act(self) -> Answer:
        """End."""
        return await self.call("end", MIKL, "POST", self.path("/end"), json={})


class Leave(Scene):
    """The last person leaves and nobody ends: webhook, the app's word, presence, and the reaper's end."""

    name = "webhook"
    points = (("hooks", ""), ("database", "visio_jobs"), ("media", ""))

    async def prepare(self) -> None:
        """Started, the client inside."""
        await self.prepared(started=True, entered=True)

    async def act(self) -> Answer:
        """Leave."""
        sent_at = time.time()
        client = self.facts.inside.pop()
        try:
            await client.call("leaveRoom")
            await client.close()
        except _ENTERING_FAILED:
            pass
        self.facts.left_at = time.time()
        done = Answer(200, time.time() - sent_at, {}, sent_at, time.time())
        await self._report()
        return done

    async def _report(self) -> Answer:
        """The app tells the service, too."""
        assert self.facts.left_at is not None
        body = {"seconds_ago": time.time() - self.facts.left_at, "device_id": _DEVICE}
        return await self.call("left", ALICE, "POST", self.path("/left"), json=body)

    async def complete(self) -> None:
        """Seen to be empty, and ended when it has been so for long."""
        await self.again(self._report)
        await self.town.settle("nobody asked back", self.no_open_jobs)
        await self.town.settle("nobody noticed the leaving", self._empty_since)
        await asyncio.to_thread(pass_time, self.town, self._id, timedelta(minutes=6))
        await self.town.settle(
            "the reaper does not end it",
            lambda: self.town.meeting(self._id)["status"] == "completed",
        )

    @property
    def _id(self) -> UUID:
        assert self.facts.meeting_id is not None
        return self.facts.meeting_id

    def _empty_since(self) -> object:
        return self.town.meeting(self._id)["empty_since"]

    async def finish(self) -> None:
        """It is ended already."""
        await self._leave_behind()


class Mail(Scene):
    """MiKL plans a meeting: the change, and the job that mails the client."""

    name = "mail"
    points = (("database", "visio_api"), ("mail", ""), ("database", "visio_jobs"))

    async def prepare(self) -> None:
        """Nothing under way."""
        await self.town.settle("jobs from before", self.no_open_jobs)

    async def act(self) -> Answer:
        """Plan."""
        return await self.plan()

    async def complete(self) -> None:
        """Planned, and the letter is there."""
        await super().complete()
        await self.town.settle("the letter never comes", lambda: letters_about(self.town, self.facts.title))

    async def finish(self) -> None:
        """Started and ended, so that its whole life can be checked."""
        await self.again(self.start)
        await super().finish()


SCENES: tuple[type[Scene], ...] = (Start, Token, Join, End, Leave, Mail)


def letters_about(town: Town, title: str) -> list[tuple[str, str]]:
    """Subject and Message-ID of the letters that name a meeting, one for each copy that arrived."""
    return [
        (str(letter["Subject"]), str(letter["Message-ID"]))
        for letter in town.letters.taken
        if title in str(letter["Subject"])
    ]


_PAST: tuple[LiteralString, ...] = (
    # No trigger may object to the past being changed.
    "set session_replication_role = replica",
    (
        "update public.meetings set started_at = started_at - %(span)s, empty_since = empty_since - %(span)s"
        " where id = %(id)s"
    ),
    (
        "update public.meeting_participants set joined_at = joined_at - %(span)s,"
        " left_at = left_at - %(span)s"
        " where meeting_id = %(id)s"
    ),
    (
        "update private.room_connections set issued_at = issued_at - %(span)s, seen_at = seen_at - %(span)s,"
        " left_told_at = left_told_at - %(span)s, created_ms = created_ms - %(span_ms)s"
        " where meeting_id = %(id)s"
    ),
    (
        "update private.webhook_events set received_at = received_at - %(span)s, body = jsonb_set("
        "body, '{timestamp}', to_jsonb((body ->> 'timestamp')::bigint - %(span_ms)s))"
        " where session_id = %(room)s"
    ),
)


def pass_time(town: Town, meeting_id: UUID, span: timedelta) -> None:
    """Move what is written about a meeting into the past: its length stays what it is."""
    values = {
        "span": span,
        "span_ms": int(span.total_seconds() * 1000),
        "id": meeting_id,
        "room": f"mtg_{meeting_id.hex}",
    }
    with psycopg.connect(town.postgres.dsn()) as connection:
        for statement in _PAST:
            connection.execute(statement, values)
