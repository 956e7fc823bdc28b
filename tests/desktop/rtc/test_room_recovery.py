"""Rooms that come back by themselves, against the OpenVidu-compatible server and its faults."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import sys
from contextlib import ExitStack
from typing import Any, cast

import pytest

from desktop.rtc import recovery, recovery_watch
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.state import AbsentPerson, EndReason, RoomPhase
from openvidu_local.model import Reason
from tests.desktop.rtc.conftest import QUICK, Guest, House, open_house
from tests.openvidu_local.media_node import lose_media_node
from tests.support.openvidu import OpenViduRest, openvidu_process, openvidu_server
from tests.support.sources import GREEN, shows
from tests.support.waiting import until

COMEBACK_S = 20.0
"""How long a comeback may take on a loaded machine."""


def phases(guest: Guest) -> list[RoomPhase]:
    """The phases that somebody was shown, repetitions left out."""
    shown = [state.phase for state in guest.states]
    return [phase for place, phase in enumerate(shown) if place == 0 or phase is not shown[place - 1]]


THERE_AND_BACK = [RoomPhase.CONNECTING, RoomPhase.CONNECTED, RoomPhase.RECONNECTING, RoomPhase.CONNECTED]


class BlackHole:
    """A datagram socket whose packets get lost on the way."""

    def __init__(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def sendto(self, data: bytes, addr: object) -> None:
        """Lose it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def test_evicted_meanwhile_joins_again_by_itself(house: House) -> None:
    """40007: a new token, the same devices in the same state, and no second self for anybody."""
    ada = await house.joined("Ada", renew_token=house.token)
    bo = await house.joined("Bo", colour=GREEN, renew_token=house.token)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    await bo.room.set_microphone(False)
    former = bo.state.own_connection_id
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss")
    await until(
        lambda: ada.state.absent == (AbsentPerson("Bo", lost=True),), "Ada told of the loss", COMEBACK_S
    )
    await house.faults()
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    assert bo.state.own_connection_id not in {"", former}
    assert (bo.state.microphone_on, bo.state.camera_on) == (False, True)
    assert (bo.camera.opened, bo.camera.is_open) == (1, True)
    await until(lambda: ada.others and ada.others[0].connection_id == bo.state.own_connection_id, "Bo again")
    assert ada.state.absent == ()
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture again", COMEBACK_S)
    await until(lambda: bo.picture_of().picture, "Ada's picture again", COMEBACK_S)
    assert len(ada.others) == len(bo.others) == 1
    assert not ada.others[0].streams[0].microphone_on
    assert phases(bo) == THERE_AND_BACK
    await bo.room.set_microphone(True)
    await until(lambda: ada.others[0].streams[0].microphone_on, "signalling on the new connection")


async def test_a_comeback_waits_for_the_service(house: House) -> None:
    """A service that is away as well is asked again; a meeting that ended is the end."""
    answers = [RtcErrorCode.UNREACHABLE, RtcErrorCode.ROOM_GONE]

    async def renew() -> str:
        raise RtcError(answers.pop(0))

    bo = await house.joined("Bo", renew_token=renew)
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    await until(lambda: bo.state.phase is RoomPhase.LEFT, "the end", COMEBACK_S)
    assert bo.state.end_reason is EndReason.CLOSED
    assert answers == []
    await until(lambda: not bo.camera.is_open, "the camera's release")


async def test_a_question_for_a_token_that_breaks_is_asked_again(house: House) -> None:
    """Whatever the app raises: the room does not hang between two connections."""
    asked = 0

    async def renew() -> str:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise ZeroDivisionError
        return await house.token()

    bo = await house.joined("Bo", renew_token=renew)
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    await until(lambda: asked > 0, "the question", COMEBACK_S)
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    assert asked == 2


async def test_leaving_while_coming_back(house: House) -> None:
    """Nothing of the comeback is left, the question for a token included."""
    asked, cancelled = asyncio.Event(), asyncio.Event()

    async def renew() -> str:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    bo = await house.joined("Bo", renew_token=renew)
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    async with asyncio.timeout(COMEBACK_S):
        await asked.wait()
    await bo.room.leave()
    assert cancelled.is_set()
    assert bo.state.end_reason is EndReason.LEFT


async def test_muting_while_coming_back_is_kept_and_told(house: House) -> None:
    """The buttons work all the time; what they did is true on the new connection."""
    gate = asyncio.Event()

    async def renew() -> str:
        await gate.wait()
        return await house.token()

    ada = await house.joined("Ada")
    bo = await house.joined("Bo", renew_token=renew)
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    await until(lambda: ada.others == (), "Bo's eviction")
    await house.faults()
    await bo.room.set_camera(False)
    gate.set()
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    assert not bo.camera.is_open
    await until(lambda: ada.others and ada.others[0].streams, "Bo's stream", COMEBACK_S)
    assert not ada.others[0].streams[0].camera_on


def free_port_that_nobody_is_given() -> int:
    """A free port below those that systems hand out by themselves: still free at the restart."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port between 20000 and 30000")


async def test_a_restarted_server_is_joined_again() -> None:
    """Killed and started anew on its port: it knows neither session nor anybody."""
    with ExitStack() as servers:
        port = str(free_port_that_nobody_is_given())
        first = servers.enter_context(openvidu_process("--log-level", "WARNING", "--port", port))
        async with open_house(first) as house:
            ada = await house.joined("Ada", renew_token=house.token)
            bo = await house.joined("Bo", colour=GREEN, renew_token=house.token)
            await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
            first.process.kill()
            await until(lambda: ada.state.phase is bo.state.phase is RoomPhase.RECONNECTING, "the loss")
            servers.enter_context(openvidu_process("--log-level", "WARNING", "--port", port))
            await until(
                lambda: ada.state.phase is bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S
            )
            await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture again", COMEBACK_S)
            assert len(ada.others) == len(bo.others) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be stopped and continued there")
async def test_a_line_that_was_silent_for_long_is_not_trusted() -> None:
    """Resumed, but who came or went meanwhile is not known: joined anew, and then it is."""
    times = SignallingTimes(
        open_s=3.0, ping_interval_s=0.2, ping_reply_s=0.5, resume_open_s=0.5, unheard_limit_s=0.3
    )
    with openvidu_process("--log-level", "WARNING") as running:
        async with open_house(running) as house:
            bo = await house.joined("Bo", renew_token=house.token, times=times)
            former = bo.state.own_connection_id
            running.process.send_signal(signal.SIGSTOP)
            try:
                await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss", COMEBACK_S)
            finally:
                running.process.send_signal(signal.SIGCONT)
            await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
            assert bo.state.own_connection_id != former
            await until(lambda: bo.others == (), "no second self")
            present = (await house.rest.http.get(f"/sessions/{house.session_id}")).json()
            assert present["connections"]["numberOfElements"] == 1


async def test_media_that_goes_nowhere_is_noticed_and_renewed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our packets reach nobody while the line stands: under the old id, long before aiortc speaks up."""
    monkeypatch.setattr(recovery_watch, "WATCH_INTERVAL_S", 0.05)
    ada, bo = await house.joined("Ada"), await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    stream_id = bo.state.own_stream_id
    assert isinstance(bo.room, OpenViduRoom)
    peer = bo.room._place.connection.publication._peer
    assert peer is not None
    ice = peer._connection.getTransceivers()[0].receiver.transport.transport._connection
    for pair in ice._nominated.values():
        pair.protocol.transport = cast("asyncio.DatagramTransport", BlackHole(pair.protocol.transport))
    await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss", COMEBACK_S)
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the recovery", COMEBACK_S)
    count = ada.picture_of().count
    await until(lambda: ada.picture_of().count > count + 5, "pictures again", COMEBACK_S)
    assert bo.state.own_stream_id == stream_id


async def test_a_restarted_media_server_gets_the_stream_anew() -> None:
    """It takes every stream down and says `mediaServerReconnect`; ours is published again."""
    async with openvidu_server() as server, OpenViduRest(server.url) as rest:
        house = House(server.url, rest)
        ada, bo = await house.joined("Ada"), await house.joined("Bo", colour=GREEN)
        await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
        former = bo.state.own_stream_id
        session = server.rooms.sessions[house.session_id]
        connection = session.connections[bo.state.own_connection_id]
        told = connection.line
        assert told is not None
        server.rooms.unpublish(connection, Reason.UNPUBLISH)
        told.notify(
            "participantUnpublished", {"connectionId": connection.id, "reason": "mediaServerReconnect"}
        )
        await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss")
        await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
        assert bo.state.own_stream_id not in {"", former}
        assert (bo.state.camera_on, bo.camera.opened) == (True, 1)
        await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture again", COMEBACK_S)
        await asyncio.gather(ada.room.leave(), bo.room.leave())


async def test_a_server_that_puts_us_out_for_its_own_sake_is_joined_again(house: House) -> None:
    """`nodeCrashed` and its like are nobody's will; `test_being_put_out` has those that are."""
    bo = await house.joined("Bo", renew_token=house.token)
    former = bo.state.own_connection_id
    assert isinstance(bo.room, OpenViduRoom)
    bo.room._place.evicted(EndReason.NETWORK)
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    assert bo.state.own_connection_id != former
    assert bo.others == ()


async def test_a_gone_address_renews_everything_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Own stream and everybody's, on new sockets, without waiting for any of them to time out."""
    monkeypatch.setattr(recovery_watch, "WATCH_INTERVAL_S", 0.05)
    gone = True
    monkeypatch.setattr(recovery_watch, "is_ours", lambda _: not gone)
    ada = await house.joined("Ada", times=QUICK)
    await until(lambda: ada.state.phase is RoomPhase.RECONNECTING, "the loss")
    gone = False
    await until(lambda: ada.state.phase is RoomPhase.CONNECTED, "the recovery", COMEBACK_S)
    bo = await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture", COMEBACK_S)
    gone = True
    await until(lambda: ada.state.phase is bo.state.phase is RoomPhase.RECONNECTING, "the second loss")
    gone = False
    await until(lambda: ada.state.phase is bo.state.phase is RoomPhase.CONNECTED, "the recovery", COMEBACK_S)
    count = ada.picture_of().count
    await until(lambda: ada.picture_of().count > count + 5, "pictures again", COMEBACK_S)


async def test_a_stream_that_cannot_be_renewed_is_carried_by_a_new_connection(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither renewed nor published anew on this connection: left in good order and joined again."""
    monkeypatch.setattr(recovery, "STREAM_DELAYS_S", (0.0,))
    bo = await house.joined("Bo", renew_token=house.token)
    former = bo.state.own_connection_id
    await house.faults("error=reconnectStream:303", "error=publishVideo:303")
    assert isinstance(bo.room, OpenViduRoom)
    peer = bo.room._place.connection.publication._peer
    assert peer is not None
    await peer._connection.close()
    await until(lambda: bo.state.own_connection_id != former, "the new connection", COMEBACK_S)
    await house.faults()
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    assert bo.others == ()
    present = (await house.rest.http.get(f"/sessions/{house.session_id}")).json()
    assert present["connections"]["numberOfElements"] == 1


PATIENT = SignallingTimes()
"""OpenVidu's own times: the line is thought alive for longer than these tests last."""


def doubts(guest: Guest) -> bool:
    """Somebody is shown that something is wrong."""
    return guest.state.phase is RoomPhase.RECONNECTING


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be stopped and continued there")
async def test_a_cut_is_told_while_the_line_is_thought_alive() -> None:
    """Nothing comes and nothing answers: said before anything is repaired, and taken back as it returns."""
    with openvidu_process("--log-level", "WARNING") as running:
        async with open_house(running) as house:
            ada = await house.joined("Ada", times=PATIENT)
            bo = await house.joined("Bo", colour=GREEN, times=PATIENT)
            await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture", COMEBACK_S)
            await until(lambda: bo.picture_of().picture, "Ada's picture", COMEBACK_S)
            stream_ids = ada.state.own_stream_id, bo.state.own_stream_id
            running.process.send_signal(signal.SIGSTOP)
            try:
                await until(lambda: doubts(ada) and doubts(bo), "the word to both", COMEBACK_S)
            finally:
                running.process.send_signal(signal.SIGCONT)
            await until(lambda: not doubts(ada) and not doubts(bo), "the end of the cut", COMEBACK_S)
            count = ada.picture_of().count
            await until(lambda: ada.picture_of().count > count + 5, "pictures again", COMEBACK_S)
            assert (ada.state.own_stream_id, bo.state.own_stream_id) == stream_ids
            assert phases(ada) == phases(bo) == THERE_AND_BACK


async def test_a_subscription_whose_media_node_crashed_is_received_anew() -> None:
    """The server offers by itself: a new path under the old stream id, and nobody is told to leave."""
    async with openvidu_server(mode="mediasoup") as server, OpenViduRest(server.url) as rest:
        house = House(server.url, rest)
        ada = await house.joined("Ada", times=PATIENT)
        bo = await house.joined("Bo", colour=GREEN, times=PATIENT)
        await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture", COMEBACK_S)
        stream_id = ada.others[0].streams[0].stream_id
        count = ada.picture_of().count
        receiver_id, sender_id = ada.state.own_connection_id, bo.state.own_connection_id
        await lose_media_node(server, house.session_id, receiver_id=receiver_id, sender_id=sender_id)
        receiver = server.rooms.sessions[house.session_id].connections[receiver_id]
        renewed = receiver.subscriptions[sender_id]
        await until(lambda: ada.picture_of().count > count + 10, "pictures over the new path", COMEBACK_S)
        assert ada.others[0].streams[0].stream_id == stream_id
        assert receiver.subscriptions[sender_id] is renewed
        assert RoomPhase.RECONNECTING not in phases(ada)
        await asyncio.gather(ada.room.leave(), bo.room.leave())


async def test_a_crashed_master_node_is_nobodys_will() -> None:
    """`masterNodeCrashedNotification`: the session is gone with its node, and joined anew."""
    async with openvidu_server() as server, OpenViduRest(server.url) as rest:
        house = House(server.url, rest)
        bo = await house.joined("Bo", renew_token=house.token, times=PATIENT)
        former = bo.state.own_connection_id
        line = server.rooms.sessions[house.session_id].connections[former].line
        assert line is not None
        line.notify("masterNodeCrashedNotification", {})
        await until(lambda: bo.state.own_connection_id not in {"", former}, "the new connection", COMEBACK_S)
        await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
        assert phases(bo) == THERE_AND_BACK
        await bo.room.leave()
