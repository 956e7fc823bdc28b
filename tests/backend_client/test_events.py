"""Live events: in order, once each, over whatever way lets them through."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from backend_client.client import BackendClient
from backend_client.events import EventFeed, FeedTimings
from backend_client.models import LiveEvent
from tests.backend_client.listening import Heard, following
from tests.backend_client.toy_service import Exchange, Handler, ToyService, hang
from tests.support.waiting import until

MEETING = UUID("5a0e7b3e-6a55-4c3a-8b43-4a1f5c4d8e02")
STREAM = "GET /events"
POLL = "GET /events/poll"

QUICK = FeedTimings(
    first_bytes_s=2.0,
    silence_s=4.0,
    reconnect_s=0.02,
    reconnect_max_s=0.04,
    stable_s=60.0,
    poll_answer_s=5.0,
    poll_pause_s=0.01,
    stream_again_s=60.0,
    stream_again_max_s=60.0,
)


@dataclass
class Events:
    """The toy service's events of one person: numbered, kept, sent by stream and by poll."""

    toy: ToyService
    kinds: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    heartbeat: bool = True

    async def emit(self, kind: str) -> None:
        async with self.changed:
            self.kinds.append(kind)
            self.changed.notify_all()

    async def beyond(self, seq: int) -> None:
        """Wait for an event after number `seq`."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.kinds) > seq)

    async def stream(self, exchange: Exchange) -> None:
        """What came after `Last-Event-ID`, then what comes."""
        await exchange.begin_stream()
        if self.heartbeat:
            await exchange.send(b": ping\n\n")
        at = int(exchange.headers.get("last-event-id", len(self.kinds)))
        while True:
            for seq in range(at + 1, len(self.kinds) + 1):
                await exchange.event(seq, self.kinds[seq - 1], meeting_id=str(MEETING), version=seq)
            at = len(self.kinds)
            await self.beyond(at)

    async def poll(self, exchange: Exchange) -> None:
        """The newest number at once, or what comes after the given one; nothing after 0.1 s."""
        if "after" not in exchange.query:
            await exchange.answer(200, {"events": [], "last": len(self.kinds)})
            return
        after = int(exchange.query["after"])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                await self.beyond(after)
        events = [{"seq": seq, "kind": self.kinds[seq - 1]} for seq in range(after + 1, len(self.kinds) + 1)]
        await exchange.answer(200, {"events": events, "last": len(self.kinds)})


@pytest.fixture
async def service(toy: ToyService) -> Events:
    """Events on the toy service, three of which happened before anybody listened."""
    events = Events(toy, ["meeting.scheduled"] * 3)
    toy.routes[STREAM] = events.stream
    toy.routes[POLL] = events.poll
    return events


def once(handler: Handler, then: Handler) -> Handler:
    """A handler for the first request, another for those after it."""
    used = False

    async def choose(exchange: Exchange) -> None:
        nonlocal used
        chosen, used = (then if used else handler), True
        await chosen(exchange)

    return choose


class TestStream:
    """The normal way."""

    async def test_brings_what_happens_from_now_on(self, service: Events, alice: BackendClient) -> None:
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.log == ["online"], "the connection")
            await service.emit("meeting.started")
            await until(lambda: heard.events, "the event")
        event = heard.events[0]
        assert (event.seq, event.kind, event.meeting_id, event.version) == (4, "meeting.started", MEETING, 4)
        assert heard.log == ["online", "4 meeting.started"]

    async def test_misses_nothing_between_the_start_and_the_connection(
        self, service: Events, alice: BackendClient
    ) -> None:
        """What happens before the stream has begun is caught up with."""

        async def late(exchange: Exchange) -> None:
            await service.emit("meeting.started")
            await service.stream(exchange)

        service.toy.routes[STREAM] = late
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.events, "the event")
        assert heard.seqs == [4]

    async def test_resumes_after_a_dropped_connection(self, service: Events, alice: BackendClient) -> None:
        """Nothing is lost, nothing told twice, and the caller fetches anew."""

        async def break_after_one(exchange: Exchange) -> None:
            await exchange.begin_stream()
            await exchange.event(4, "meeting.changed")
            await exchange.send(b'id: 5\nevent: meeting.changed\ndata: {"half')
            service.kinds += ["meeting.changed", "meeting.started", "meeting.ended"]
            exchange.drop()

        service.toy.routes[STREAM] = once(break_after_one, service.stream)
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: len(heard.events) == 3, "all events")
        assert heard.log == [
            "online",
            "4 meeting.changed",
            "offline",
            "online",
            "5 meeting.started",
            "6 meeting.ended",
        ]
        assert [each.headers["last-event-id"] for each in service.toy.calls(STREAM)] == ["3", "4"]

    async def test_an_orderly_end_is_no_alarm(self, service: Events, alice: BackendClient) -> None:
        """The service ends the stream with its token: a new one is fetched and nobody is told "offline"."""

        async def ends_with_token(exchange: Exchange) -> None:
            await exchange.begin_stream()
            await exchange.event(4, "meeting.changed")
            service.toy.counter += 1
            service.kinds.append("meeting.changed")

        async def checked(exchange: Exchange) -> None:
            if exchange.bearer == service.toy.access_token:
                await service.stream(exchange)
            else:
                await exchange.problem(401, "unauthenticated")

        service.toy.routes[STREAM] = once(ends_with_token, checked)
        heard = Heard()
        async with following(alice, heard, replace(QUICK, stable_s=0.0)):
            await until(lambda: heard.log.count("online") == 2, "the second connection")
        assert heard.log == ["online", "4 meeting.changed", "online"]
        assert len(service.toy.calls("POST /auth/refresh")) == 1

    async def test_waits_as_long_as_the_service_asks(self, service: Events, alice: BackendClient) -> None:
        """A service that restarts spreads its listeners out."""

        async def going_down(exchange: Exchange) -> None:
            await exchange.begin_stream()
            await exchange.send(b"retry: 300\n\n")

        service.toy.routes[STREAM] = once(going_down, service.stream)
        heard = Heard()
        time = asyncio.get_running_loop().time
        began_at = time()
        async with following(alice, heard, QUICK):
            await until(lambda: len(service.toy.calls(STREAM)) == 2, "the second connection")
            assert time() - began_at >= 0.3

    async def test_silence_after_life_means_broken(self, service: Events, alice: BackendClient) -> None:
        """A connection whose other end vanished without a word is given up and made anew."""

        async def vanish(exchange: Exchange) -> None:
            await exchange.begin_stream()
            await exchange.send(b": ping\n\n")
            await hang(exchange)

        service.toy.routes[STREAM] = once(vanish, service.stream)
        heard = Heard()
        async with following(alice, heard, replace(QUICK, silence_s=0.3)):
            await until(lambda: len(service.toy.calls(STREAM)) == 2, "the second connection")
            await until(lambda: heard.log == ["online", "offline", "online"], "the way back")

    async def test_heartbeats_are_no_events_and_keep_it_alive(
        self, service: Events, alice: BackendClient
    ) -> None:
        async def beat(exchange: Exchange) -> None:
            await exchange.begin_stream()
            await exchange.event(4, "meeting.changed")
            for _ in range(40):
                await exchange.send(b": ping\n\n")
                await asyncio.sleep(0.05)
            await exchange.event(5, "meeting.changed")
            await hang(exchange)

        service.toy.routes[STREAM] = beat
        heard = Heard()
        async with following(alice, heard, replace(QUICK, silence_s=1.0)):
            await until(lambda: 5 in heard.seqs, "the last event")
        assert heard.log == ["online", "4 meeting.changed", "5 meeting.changed"]


class TestNumbers:
    """Gaps, repetitions and resets."""

    async def listen(
        self, service: Events, alice: BackendClient, *items: bytes | tuple[int, str]
    ) -> list[str]:
        """What a caller hears when the stream brings `items` and a last event, number 99."""

        async def play(exchange: Exchange) -> None:
            await exchange.begin_stream()
            for item in items:
                if isinstance(item, bytes):
                    await exchange.send(item)
                else:
                    await exchange.event(*item)
            await exchange.event(99, "last")
            await hang(exchange)

        service.toy.routes[STREAM] = play
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.events and heard.events[-1].kind == "last", "the last event")
        return heard.log[1:]

    async def test_a_gap_is_told_as_reset(self, service: Events, alice: BackendClient) -> None:
        log = await self.listen(service, alice, (4, "meeting.changed"))
        assert log == ["4 meeting.changed", "98 reset", "99 last"]

    async def test_a_repetition_is_not_told(self, service: Events, alice: BackendClient) -> None:
        log = await self.listen(service, alice, (2, "meeting.changed"), (4, "a"), (4, "a"), (98, "reset"))
        assert log == ["4 a", "98 reset", "99 last"]

    async def test_a_reset_of_the_service_sets_the_number_also_back(
        self, service: Events, alice: BackendClient
    ) -> None:
        """A service whose database was restored counts from an earlier number."""
        log = await self.listen(service, alice, (1, "reset"), (2, "meeting.changed"), (98, "reset"))
        assert log == ["1 reset", "2 meeting.changed", "98 reset", "99 last"]

    @pytest.mark.parametrize(
        "nonsense",
        [
            b"id: 4\nevent: meeting.changed\ndata: {not json\n\n",
            b"id: 4\nevent: meeting.changed\ndata: []\n\n",
            b'id: 4\nevent: meeting.changed\ndata: {"meeting_id": "x"}\n\n',
            b"id: four\nevent: meeting.changed\ndata: {}\n\n",
            b"event: meeting.changed\ndata: {}\n\n",
        ],
    )
    async def test_an_event_that_is_not_understood_is_told_as_reset(
        self, service: Events, alice: BackendClient, nonsense: bytes
    ) -> None:
        log = await self.listen(service, alice, nonsense, (98, "reset"))
        assert log == ["3 reset", "98 reset", "99 last"]


class TestPolling:
    """The fall-back."""

    @pytest.mark.parametrize("heartbeat", [True, False])
    async def test_behind_a_proxy_that_holds_the_stream_back(
        self, service: Events, alice: BackendClient, heartbeat: bool
    ) -> None:
        """Headers pass and the body does not, or nothing passes at all."""

        async def held_back(exchange: Exchange) -> None:
            if heartbeat:
                await exchange.begin_stream()
            await hang(exchange)

        service.toy.routes[STREAM] = held_back
        heard = Heard()
        async with following(alice, heard, replace(QUICK, first_bytes_s=0.2)):
            await until(lambda: len(service.toy.calls(POLL)) == 3, "the polling")
            await service.emit("meeting.started")
            await until(lambda: heard.events, "the event")
            await service.emit("meeting.ended")
            await until(lambda: len(heard.events) == 2, "the next event")
        assert heard.seqs == [4, 5]
        assert "offline" not in heard.log
        assert heard.log[-3:] == ["online", "4 meeting.started", "5 meeting.ended"]
        assert len(service.toy.calls(STREAM)) == 1

    @pytest.mark.parametrize("status", [403, 404, 405, 406, 429, 502])
    async def test_where_the_stream_is_refused(
        self, service: Events, alice: BackendClient, status: int
    ) -> None:
        async def refuse(exchange: Exchange) -> None:
            await exchange.answer(status, b"<html>", content_type="text/html")

        service.toy.routes[STREAM] = refuse
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.log == ["online"], "the polling")
            await service.emit("meeting.started")
            await until(lambda: heard.events, "the event")
        assert heard.seqs == [4]

    async def test_where_something_else_answers_for_the_stream(
        self, service: Events, alice: BackendClient
    ) -> None:
        async def page(exchange: Exchange) -> None:
            await exchange.answer(200, b"<html>", content_type="text/html")

        service.toy.routes[STREAM] = page
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.log == ["online"], "the polling")

    async def test_returns_to_the_stream(self, service: Events, alice: BackendClient) -> None:
        """What happened meanwhile is there once."""
        service.toy.routes[STREAM] = once(hang, service.stream)
        heard = Heard()
        async with following(
            alice, heard, replace(QUICK, first_bytes_s=0.2, stream_again_s=0.05, stable_s=0.0)
        ):
            await until(lambda: heard.log == ["online"], "the polling")
            await service.emit("meeting.started")
            await until(lambda: len(service.toy.calls(STREAM)) == 2, "the stream")
            await service.emit("meeting.ended")
            await until(lambda: len(heard.events) == 2, "both events")
        assert heard.seqs == [4, 5]
        assert "offline" not in heard.log

    async def test_a_poll_that_fails_is_offline_and_comes_back(
        self, service: Events, alice: BackendClient
    ) -> None:
        async def drop(exchange: Exchange) -> None:
            exchange.drop()

        async def refuse(exchange: Exchange) -> None:
            await exchange.problem(404, "not-found")

        service.toy.routes[STREAM] = refuse
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: len(service.toy.calls(POLL)) == 3, "the polling")
            service.toy.routes[POLL] = drop
            await until(lambda: heard.log == ["online", "offline"], "the failure")
            await service.emit("meeting.started")
            service.toy.routes[POLL] = service.poll
            await until(lambda: heard.events, "the event")
        assert heard.log == ["online", "offline", "online", "4 meeting.started"]

    async def test_numbers_that_went_back_are_told_as_reset(
        self, service: Events, alice: BackendClient
    ) -> None:
        async def refuse(exchange: Exchange) -> None:
            service.kinds[:] = ["meeting.scheduled"]
            await exchange.problem(404, "not-found")

        service.toy.routes[STREAM] = refuse
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.events, "the reset")
            await service.emit("meeting.started")
            await until(lambda: len(heard.events) == 2, "the event")
        assert heard.log == ["1 reset", "online", "2 meeting.started"]

    async def test_events_the_answer_leaves_out_are_told_as_reset(
        self, service: Events, alice: BackendClient
    ) -> None:
        async def refuse(exchange: Exchange) -> None:
            await exchange.problem(404, "not-found")

        async def skip(exchange: Exchange) -> None:
            if exchange.query.get("after") == "3":
                await exchange.answer(200, {"events": [], "last": 7})
            else:
                await service.poll(exchange)

        service.toy.routes.update({STREAM: refuse, POLL: skip})
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.events, "the reset")
        assert heard.log == ["online", "7 reset"]


class TestService:
    """Away, back, and the end."""

    async def test_away_at_the_start_and_back(self, service: Events, alice: BackendClient) -> None:
        """Offline is not told: it never was online."""
        port = int(service.toy.url.rsplit(":", 1)[1])
        await service.toy.stop()
        heard = Heard()
        async with following(alice, heard, QUICK):
            service.toy._server = await asyncio.start_server(service.toy._connected, "127.0.0.1", port)
            await until(lambda: heard.log == ["online"], "the connection")

    async def test_restarts_in_between(self, service: Events, alice: BackendClient) -> None:
        port = int(service.toy.url.rsplit(":", 1)[1])
        heard = Heard()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.log == ["online"], "the connection")
            await service.toy.stop()
            await until(lambda: heard.log[-1] == "offline", "the loss")
            service.kinds.append("meeting.started")
            service.toy._server = await asyncio.start_server(service.toy._connected, "127.0.0.1", port)
            await until(lambda: heard.events, "the event")
        assert heard.log == ["online", "offline", "online", "4 meeting.started"]

    async def test_in_trouble_names_its_own_pause(self, service: Events, alice: BackendClient) -> None:
        async def trouble(exchange: Exchange) -> None:
            await exchange.problem(503, "database-unavailable", retry_after=0.3)

        service.toy.routes[POLL] = once(trouble, service.poll)
        heard = Heard()
        time = asyncio.get_running_loop().time
        began_at = time()
        async with following(alice, heard, QUICK):
            await until(lambda: heard.log == ["online"], "the connection")
            assert time() - began_at >= 0.3

    async def test_ends_the_session(self, service: Events, alice: BackendClient) -> None:
        """The feed tells the event, finds out that it means this session, and returns."""

        async def revoke(exchange: Exchange) -> None:
            await exchange.begin_stream()
            service.toy.session_alive = False
            await exchange.event(4, "session.revoked", session_id=str(MEETING))
            await hang(exchange)

        service.toy.routes[STREAM] = revoke
        ended: list[bool] = []
        alice.sign_in.on_ended.append(lambda: ended.append(True))
        heard = Heard()
        async with following(alice, heard, QUICK) as feed:
            await asyncio.wait_for(feed, timeout=5)
        assert heard.log == ["online", "4 session.revoked", "offline"]
        assert ended == [True]

    async def test_ends_another_session_of_the_same_person(
        self, service: Events, alice: BackendClient
    ) -> None:
        heard = Heard()
        async with following(alice, heard, QUICK) as feed:
            await until(lambda: heard.log == ["online"], "the connection")
            await service.emit("session.revoked")
            await service.emit("meeting.started")
            await until(lambda: heard.seqs == [4, 5], "both events")
            assert not feed.done()
        assert len(service.toy.calls("POST /auth/refresh")) == 1

    async def test_nobody_signed_in(self, service: Events, client: BackendClient) -> None:
        heard = Heard()
        await EventFeed(client, QUICK).run(heard.on_event, heard.on_online)
        assert heard.log == []
        assert not service.toy.seen


@pytest.mark.parametrize("way", ["stream", "poll", "opening"])
async def test_cancelling_leaves_nothing_open(service: Events, alice: BackendClient, way: str) -> None:
    """The fixture checks tasks and the server's side of every connection."""

    async def refuse(exchange: Exchange) -> None:
        await exchange.problem(404, "not-found")

    service.toy.routes[STREAM] = {"stream": service.stream, "poll": refuse, "opening": hang}[way]
    heard = Heard()
    async with following(alice, heard, QUICK) as feed:
        await until(lambda: service.toy.calls(STREAM), "the stream's request")
        if way != "opening":
            await until(lambda: heard.log == ["online"], "the connection")
    assert feed.cancelled()


async def test_a_caller_s_own_error_is_not_swallowed(service: Events, alice: BackendClient) -> None:
    def broken(_: LiveEvent) -> None:
        raise ZeroDivisionError

    feed = asyncio.create_task(EventFeed(alice, QUICK).run(broken, lambda _: None))
    await until(lambda: service.toy.calls(STREAM), "the stream")
    await service.emit("meeting.started")
    with pytest.raises(ZeroDivisionError):
        await feed
