"""Webhook events: what is told, in which order, and what happens when nobody takes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from openvidu_local import webhook
from openvidu_local.options import Options, Timing
from openvidu_local.server import OpenViduServer
from openvidu_local.webhook import Webhook
from tests.openvidu_local.media_client import MediaClient
from tests.openvidu_local.wire_client import Frame, WireClient, until
from tests.support.openvidu import OpenViduRest

HEADER = ("Authorization", "Basic aG9vazpzZWNyZXQ=")


class Receiver:
    """An application's server.

    Attributes:
        events: what it took, oldest first.
        requests: the headers that came along.
        failures: so many posts are cut off before anything is answered.
        status: of every answer.
        headers: of every answer.
    """

    def __init__(self) -> None:
        self.url = ""
        self.events: list[Frame] = []
        self.requests: list[dict[str, str]] = []
        self.failures = 0
        self.status = 200
        self.headers: dict[str, str] = {}

    async def take(self, request: web.Request) -> web.Response:
        """Answer one post."""
        if self.failures:
            self.failures -= 1
            assert request.transport is not None
            request.transport.abort()
        else:
            self.requests.append(dict(request.headers))
            self.events.append(await request.json())
        return web.Response(status=self.status, headers=self.headers)

    def names(self) -> list[str]:
        """Names of the events, in order."""
        return [event["event"] for event in self.events]

    async def wait_for(self, name: str, *, number: int = 1) -> Frame:
        """The `number`-th event of that name."""
        await until(lambda: self.names().count(name) >= number, f"event {name} number {number}")
        return [event for event in self.events if event["event"] == name][number - 1]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """An application's server on a free port."""
    made = Receiver()
    application = web.Application()
    application.add_routes([web.post("/hook", made.take)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


@pytest_asyncio.fixture
async def hooked(receiver: Receiver) -> AsyncIterator[OpenViduRest]:
    """The REST API of a server that tells `receiver`."""
    options = Options(
        webhook_url=receiver.url, webhook_headers=(HEADER,), timing=Timing(grace_s=0.2, farewell_s=0.2)
    )
    async with OpenViduServer(options) as server, OpenViduRest(server.url, server.secret) as rest:
        yield rest


async def joined(clients: AsyncExitStack, rest: OpenViduRest, **members: Any) -> WireClient:
    """Somebody in session `room`."""
    await rest.create_session("room")
    token = await rest.token("room", **members)
    url = str(rest.http.base_url).partition("/openvidu")[0]
    client = await clients.enter_async_context(await WireClient.open(url))
    await client.join(token, metadata="client side")
    return client


async def test_the_life_of_a_session(receiver: Receiver, hooked: OpenViduRest) -> None:
    """Every event once, in the order things happened, with OpenVidu's members."""
    async with AsyncExitStack() as clients:
        ada = await joined(clients, hooked, role="MODERATOR", data="server side")
        bo = await joined(clients, hooked)
        media_of_ada, media_of_bo = MediaClient(ada), MediaClient(bo)
        clients.push_async_callback(media_of_ada.close)
        clients.push_async_callback(media_of_bo.close)
        stream = (await media_of_ada.publish())["id"]
        await (await media_of_bo.subscribe(stream)).picture()
        await ada.call("leaveRoom")
        await bo.call("leaveRoom")
        await receiver.wait_for("sessionDestroyed")
    assert receiver.names() == [
        "sessionCreated",
        "participantJoined",
        "participantJoined",
        "webrtcConnectionCreated",
        "webrtcConnectionCreated",
        "webrtcConnectionDestroyed",
        "webrtcConnectionDestroyed",
        "participantLeft",
        "participantLeft",
        "sessionDestroyed",
    ]
    created, came, _, sent, got, got_no_more, sent_no_more, left, _, destroyed = receiver.events
    room = {"sessionId": "room", "uniqueSessionId": f"room_{created['timestamp']}"}
    assert created == {"event": "sessionCreated", **room, "timestamp": created["timestamp"]}
    person = {
        "connectionId": ada.connection_id,
        "participantId": ada.connection_id,
        "location": "unknown",
        "ip": "127.0.0.1",
        "platform": "tests",
        "clientData": "client side",
        "serverData": "server side",
    }
    assert came == {"event": "participantJoined", **room, "timestamp": came["timestamp"], **person}
    end = {"startTime": came["timestamp"], "duration": 0, "reason": "disconnect"}
    assert {**left, "duration": 0} == {
        "event": "participantLeft",
        **room,
        "timestamp": left["timestamp"],
        **person,
        **end,
    }
    media = {
        **room,
        "streamId": stream,
        "audioEnabled": True,
        "videoEnabled": True,
        "videoSource": "CAMERA",
        "videoFramerate": 15,
        "videoDimensions": '{"width":160,"height":120}',
    }
    outbound = {"connectionId": ada.connection_id, "connection": "OUTBOUND"}
    inbound = {
        "connectionId": bo.connection_id,
        "connection": "INBOUND",
        "receivingFrom": ada.connection_id,
    }
    for event, expected in (
        (sent, outbound),
        (sent_no_more, outbound),
        (got, inbound),
        (got_no_more, inbound),
    ):
        assert event.items() >= {**media, **expected}.items()
    assert "receivingFrom" not in sent
    assert "reason" not in sent
    for event in (sent_no_more, got_no_more):
        assert event["reason"] == "disconnect"
        assert event["startTime"] <= event["timestamp"]
    assert destroyed["reason"] == "lastParticipantLeft"
    assert destroyed["startTime"] == created["timestamp"]
    for headers in receiver.requests:
        assert headers["Authorization"] == HEADER[1]
        assert headers["Content-Type"] == "application/json"


async def test_reasons(receiver: Receiver, hooked: OpenViduRest) -> None:
    """By force, by REST, by a lost network; a session closed by REST says so."""
    async with AsyncExitStack() as clients:
        await joined(clients, hooked, role="MODERATOR")
        bo = await joined(clients, hooked)
        await hooked.http.delete(f"/sessions/room/connection/{bo.connection_id}")
        left = await receiver.wait_for("participantLeft")
        assert (left["connectionId"], left["reason"]) == (bo.connection_id, "forceDisconnectByServer")
        cy = await joined(clients, hooked)
        await cy.cut()
        left = await receiver.wait_for("participantLeft", number=2)
        assert (left["connectionId"], left["reason"]) == (cy.connection_id, "networkDisconnect")
        await hooked.http.delete("/sessions/room")
        left = await receiver.wait_for("participantLeft", number=3)
        assert left["reason"] == "sessionClosedByServer"
        assert (await receiver.wait_for("sessionDestroyed"))["reason"] == "sessionClosedByServer"


async def test_streams_taken_back(receiver: Receiver, hooked: OpenViduRest) -> None:
    """A subscriber's own end and the publisher's end have reasons of their own, each told once."""
    async with AsyncExitStack() as clients:
        ada, bo = await joined(clients, hooked), await joined(clients, hooked)
        media_of_ada, media_of_bo = MediaClient(ada), MediaClient(bo)
        clients.push_async_callback(media_of_ada.close)
        clients.push_async_callback(media_of_bo.close)
        stream = (await media_of_ada.publish())["id"]
        await (await media_of_bo.subscribe(stream)).picture()
        await bo.call("unsubscribeFromVideo", {"sender": ada.connection_id})
        gone = await receiver.wait_for("webrtcConnectionDestroyed")
        assert (gone["connection"], gone["reason"]) == ("INBOUND", "unsubscribe")
        await ada.call("unpublishVideo")
        gone = await receiver.wait_for("webrtcConnectionDestroyed", number=2)
        assert (gone["connection"], gone["reason"]) == ("OUTBOUND", "unpublish")


async def test_signals_are_told(receiver: Receiver, hooked: OpenViduRest) -> None:
    """The type without its prefix, every receiver by name, nobody as the sender of a REST signal."""
    async with AsyncExitStack() as clients:
        ada, bo = await joined(clients, hooked), await joined(clients, hooked)
        await ada.call("sendMessage", {"message": '{"to":[],"data":"Hello","type":"signal:chat"}'})
        sent = await receiver.wait_for("signalSent")
        del sent["timestamp"], sent["uniqueSessionId"]
        assert sent == {
            "event": "signalSent",
            "sessionId": "room",
            "from": ada.connection_id,
            "to": [ada.connection_id, bo.connection_id],
            "type": "chat",
            "data": "Hello",
        }
        body = {"session": "room", "to": [bo.connection_id], "type": "end", "data": ""}
        await hooked.http.post("/signal", json=body)
        sent = await receiver.wait_for("signalSent", number=2)
        assert (sent["from"], sent["to"], sent["type"]) == (None, [bo.connection_id], "end")


async def test_a_lost_connection_is_tried_again_in_order(receiver: Receiver, hooked: OpenViduRest) -> None:
    """Nothing overtakes an event that did not arrive at once."""
    receiver.failures = 2
    for name in ("first", "second", "third"):
        await hooked.create_session(name)
    await receiver.wait_for("sessionCreated", number=3)
    assert [event["sessionId"] for event in receiver.events] == ["first", "second", "third"]


async def test_an_answer_is_final(
    receiver: Receiver, hooked: OpenViduRest, caplog: pytest.LogCaptureFixture
) -> None:
    """A receiver that answers with an error is not asked again, and what it said is logged."""
    receiver.status = 500
    await hooked.create_session("first")
    await hooked.create_session("second")
    await receiver.wait_for("sessionCreated", number=2)
    await until(lambda: caplog.text.count("answered sessionCreated with 500") == 2, "both are logged")
    assert [event["sessionId"] for event in receiver.events] == ["first", "second"]


async def test_a_receiver_that_is_away_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Retries end, the queue is bounded, and the server stops in time."""
    monkeypatch.setattr(webhook, "RETRY_DELAYS_S", (0.0,))
    options = Options(webhook_url="http://127.0.0.1:9/hook")
    async with OpenViduServer(options) as server, OpenViduRest(server.url, server.secret) as rest:
        await rest.create_session("room")
        await until(lambda: "given up" in caplog.text, "the event is given up")
        assert (await rest.http.get("/sessions/room")).status_code == httpx.codes.OK


async def test_the_queue_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """A receiver that is away for long loses events, not our memory."""
    away = Webhook("http://127.0.0.1:9/hook", {})
    for _ in range(1001):
        away.send({"event": "sessionCreated"})
    assert caplog.text.count("is lost") == 1


async def test_only_the_wanted_events_are_posted(receiver: Receiver) -> None:
    """What is not wanted is not even queued; the order of the rest stays."""
    wanted = ("sessionDestroyed", "participantJoined")
    options = Options(webhook_url=receiver.url, webhook_events=wanted)
    async with (
        OpenViduServer(options) as server,
        OpenViduRest(server.url, server.secret) as rest,
        AsyncExitStack() as clients,
    ):
        ada = await joined(clients, rest)
        await ada.call("leaveRoom")
        await receiver.wait_for("sessionDestroyed")
    assert receiver.names() == ["participantJoined", "sessionDestroyed"]


async def test_a_redirection_is_an_answer(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """The event, with its headers, goes nowhere else."""
    receiver.status = 307
    receiver.headers = {"Location": f"{receiver.url}?elsewhere"}
    options = Options(webhook_url=receiver.url, webhook_headers=(HEADER,))
    async with OpenViduServer(options) as server, OpenViduRest(server.url, server.secret) as rest:
        await rest.create_session("room")
        await until(lambda: "answered sessionCreated with 307" in caplog.text, "the answer is logged")
    assert receiver.names() == ["sessionCreated"]


async def test_half_a_surrogate_pair_stops_no_event(receiver: Receiver, hooked: OpenViduRest) -> None:
    """Text that no UTF-8 can carry arrives as a question mark, and the next event arrives, too."""
    async with AsyncExitStack() as clients:
        ada = await joined(clients, hooked)
        for data in (r'"\ud83d"', '"whole"'):
            await ada.call("sendMessage", {"message": f'{{"data":{data},"type":"signal:x"}}'})
        await receiver.wait_for("signalSent", number=2)
    assert [event["data"] for event in receiver.events if event["event"] == "signalSent"] == ["?", "whole"]
