"""What a client and a server of OpenVidu 2.x must agree on: where each point is tested, and what was left.

`COVERED` maps every point to its tests, on the server's side (`openvidu_local/…`), on the client's
(`desktop/rtc/…`), or on both; the tests below fill the gaps.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from desktop.rtc.messages import Echo, JoinRoom
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.signalling import LineState, Signalling, SignallingTimes
from desktop.rtc.token import parse_token
from openvidu_local.server import OpenViduServer
from tests.desktop.rtc.conftest import House
from tests.openvidu_local.conftest import SHORT, Joiner
from tests.openvidu_local.wire_client import OFFER, Frame, WireClient, until
from tests.support.openvidu import OpenViduRest, openvidu_process, openvidu_server

TESTS = Path(__file__).parents[1]
PUBLISH: Frame = {"sdpOffer": OFFER, "doLoopback": False, "hasAudio": True, "hasVideo": False}
COVERED = {
    "token parser: versions, port, percent-encoding, unknown members, ws": [
        "desktop/rtc/test_token.py::test_current_token",
        "desktop/rtc/test_token.py::test_port_and_plain_socket_are_kept",
        "desktop/rtc/test_token.py::test_path_and_unknown_members_are_ignored",
        "desktop/rtc/test_token.py::test_token_with_turn_of_2_12_to_2_16",
        "desktop/rtc/test_token.py::test_token_up_to_2_11",
    ],
    "join twice with one token: 401, the first is unaffected": [
        "openvidu_local/test_methods.py::test_a_token_is_good_for_one_join",
        "desktop/rtc/test_openvidu_room.py::test_a_token_works_once",
    ],
    "join, publish, second joins: listed with streams, told twice is once": [
        "openvidu_local/test_methods.py::test_the_others_hear_of_a_join_and_the_joiner_sees_them",
        "openvidu_local/test_recorded_wire.py::test_the_whole_conversation",
        "desktop/rtc/test_roster.py::test_a_stream_told_twice_is_one",
    ],
    "candidate routing: three names, early, empty, duplicates": [
        "openvidu_local/test_media_methods.py::test_candidates_of_a_publisher_are_named_after_its_stream",
        "openvidu_local/test_media_methods.py::test_candidates_of_a_subscriber_name_both",
        "openvidu_local/test_media_methods.py::test_candidates_are_taken_early_late_and_empty",
        "openvidu_local/test_conformance.py::test_the_same_candidate_many_times",
        "openvidu_local/test_conformance.py::test_candidates_find_their_peer",
        "desktop/rtc/test_rooms.py::test_found_candidates_reach_their_endpoints",
    ],
    "streamPropertyChanged: every property decoded": [
        "openvidu_local/test_methods.py::test_stream_properties",
        "wire/openvidu/test_client_and_recording.py::test_notifications_mean_what_they_say",
        "desktop/rtc/test_messages.py::test_new_value_is_decoded",
    ],
    "signal to self, to one, to unknown, from REST": [
        "openvidu_local/test_methods.py::test_a_signal_to_everybody_comes_before_the_reply",
        "openvidu_local/test_methods.py::test_a_signal_to_one",
        "openvidu_local/test_methods.py::test_signals_that_nobody_gets",
        "openvidu_local/test_rest.py::test_signals",
        "openvidu_local/test_conformance.py::test_a_signal_to_oneself",
        "desktop/rtc/test_messages.py::test_a_signals_type_has_no_prefix",
    ],
    "a subscriber publishes, a publisher forces: 401": [
        "openvidu_local/test_methods.py::test_subscribers_do_not_publish",
        "openvidu_local/test_methods.py::test_only_moderators_force",
        "desktop/rtc/test_openvidu_room.py::test_a_subscriber_joins_without_publishing",
    ],
    "forced unpublish and disconnect, target and bystander: once, reasons, close codes": [
        "openvidu_local/test_methods.py::test_a_forced_unpublication",
        "openvidu_local/test_methods.py::test_a_forced_disconnection",
        "openvidu_local/test_conformance.py::test_force_is_told_once_to_the_target_and_to_bystanders",
        "desktop/rtc/test_openvidu_room.py::test_being_put_out",
        "desktop/rtc/test_openvidu_room.py::test_a_stream_taken_down_by_force",
    ],
    "unknown method, missing reply: time-out, still usable": [
        "openvidu_local/test_rpc.py::test_unknown_methods_and_nonsense_get_no_reply",
        "desktop/rtc/test_signalling.py::test_a_request_without_reply_times_out",
    ],
    "a socket lost for a moment is resumed, for too long is evicted": [
        "openvidu_local/test_rpc.py::test_a_lost_socket_is_resumed",
        "openvidu_local/test_rpc.py::test_the_grace_ends_in_an_eviction",
        "openvidu_local/test_rpc.py::test_an_unknown_rpc_session_cannot_be_resumed",
        "desktop/rtc/test_signalling.py::test_a_lost_line_is_resumed",
        "desktop/rtc/test_signalling.py::test_a_server_that_has_forgotten_us",
        "desktop/rtc/test_room_recovery.py::test_evicted_meanwhile_joins_again_by_itself",
        "desktop/app/test_comeback.py::test_forgotten_by_the_media_server_the_app_comes_back_by_itself",
        "desktop/rtc/test_sleep.py::test_sleeping_shorter_and_longer_than_the_server_waits",
        "wire/openvidu/test_client_and_recording.py::test_what_is_sent_can_be_said",
    ],
    "peer broken, socket alive: echo, reconnectStream, same stream id": [
        "openvidu_local/test_relay.py::test_media_reconnection_keeps_subscribers",
        "openvidu_local/test_media_methods.py::test_what_cannot_be_reconnected",
        "openvidu_local/test_conformance.py::test_a_subscribers_renewal_goes_by_the_name_of_its_sdp",
        "desktop/rtc/test_recovery.py::test_lost_media_asks_the_line_first",
        "desktop/rtc/test_openvidu_room.py::test_own_media_lost_comes_back_under_its_id",
        "desktop/rtc/test_room_recovery.py::test_media_that_goes_nowhere_is_noticed_and_renewed",
    ],
    "mediasoup: prepare and answer": [
        "openvidu_local/test_relay.py::test_the_server_offers_in_mediasoup_mode",
        "openvidu_local/test_recorded_wire.py::test_a_scene_with_mediasoup",
        "desktop/rtc/test_openvidu_room.py::test_mediasoup_offers_to_its_subscribers",
        "desktop/rtc/test_room_recovery.py::test_a_subscription_whose_media_node_crashed_is_received_anew",
    ],
    "event loop blocked for 3 s: pings still in time": [
        "openvidu_local/test_conformance.py::test_a_blocked_client_keeps_its_line",
    ],
}


@pytest.mark.parametrize("point", COVERED)
def test_every_point_has_its_tests(point: str) -> None:
    """Nobody renamed or removed a test that the table names."""
    for name in COVERED[point]:
        file, _, test = name.partition("::")
        assert f"def {test}(" in (TESTS / file).read_text(encoding="utf-8"), name


async def test_the_same_candidate_many_times(join: Joiner) -> None:
    """Repeated, empty and late ones are all answered; a subscription that ended takes none any more."""
    ada, bo = await join("MODERATOR"), await join()
    stream = (await ada.call("publishVideo", PUBLISH))["id"]
    candidate: Frame = {
        "endpointName": ada.connection_id,
        "candidate": "candidate:4f2a 1 udp 2130706431 192.0.2.15 50214 typ host",
        "sdpMid": "0",
        "sdpMLineIndex": 0,
    }
    for _ in range(3):
        assert set(await bo.call("onIceCandidate", candidate)) == {"sessionId"}
    await bo.call("receiveVideoFrom", {"sender": stream, "sdpOffer": OFFER})
    for changed in ({}, {}, {"candidate": ""}, {"sdpMid": "1", "sdpMLineIndex": 1}):
        assert set(await bo.call("onIceCandidate", candidate | changed)) == {"sessionId"}
    await bo.call("unsubscribeFromVideo", {"sender": ada.connection_id})
    assert set(await bo.call("onIceCandidate", candidate)) == {"sessionId"}


async def test_candidates_find_their_peer() -> None:
    """Our client takes them by whose stream it is: ours by our id, another's by the publisher's.

    Media would flow without them, by what the other side's checks reveal; so the peers are looked into.
    """
    async with (
        openvidu_server() as server,
        OpenViduRest(server.url, server.secret) as rest,
    ):
        server.faults.set("no-candidates")
        house = House(server.url, rest)
        ada, bo = await house.joined("Ada"), await house.joined("Bo")
        await until(lambda: ada.others and ada.picture_of().count, "Bo's picture")
        own, other = ada.state.own_connection_id, bo.state.own_connection_id
        line = server.rooms.sessions[house.session_id].connections[own].line
        assert line is not None
        endpoints = {
            1111: (own, ada.state.own_stream_id),
            2222: (other, f"{own}_{bo.state.own_stream_id}"),
        }
        for port, (sender, endpoint) in endpoints.items():
            for mid, text in (
                ("0", "typ host"),
                ("1", "typ host"),
                ("0", "typ host tcptype active"),
                ("0", ""),
            ):
                candidate = f"candidate:1 1 {'TCP' if 'tcp' in text else 'UDP'} 9 192.0.2.77 {port} {text}"
                line.notify(
                    "iceCandidate",
                    {
                        "senderConnectionId": sender,
                        "endpointName": endpoint,
                        "candidate": candidate if text else "",
                        "sdpMid": mid,
                        "sdpMLineIndex": int(mid),
                    },
                )
        assert isinstance(ada.room, OpenViduRoom)
        (subscription,) = ada.room._subscriptions.running
        publisher, subscriber = ada.room._place.connection.publication._peer, subscription._peer
        for port, peer in ((1111, publisher), (2222, subscriber)):
            assert peer is not None
            agent = peer._connection.getTransceivers()[0].receiver.transport.transport._connection

            def told(agent: Any = agent) -> set[int]:
                return {each.port for each in agent.remote_candidates if each.host == "192.0.2.77"}

            await until(told, f"the candidate {port}")
            assert told() == {port}
        await asyncio.gather(ada.room.leave(), bo.room.leave())


async def test_a_signal_to_oneself(join: Joiner) -> None:
    """The sender gets it only when listed, or when nobody is."""
    ada, bo = await join("MODERATOR"), await join()
    message = {"to": [ada.connection_id], "data": "note", "type": "signal:self"}
    await ada.call("sendMessage", {"message": json.dumps(message)})
    heard = await ada.notification("sendMessage")
    assert heard == {"data": "note", "type": "signal:self", "from": ada.connection_id}
    await bo.call("ping")
    assert "sendMessage" not in bo.notifications()


async def test_force_is_told_once_to_the_target_and_to_bystanders() -> None:
    """Each event once to each, with the right reason; the target's socket is closed normally later."""
    async with (
        openvidu_server(timing=SHORT) as server,
        OpenViduRest(server.url, server.secret) as rest,
        await WireClient.open(server.url) as ada,
        await WireClient.open(server.url) as bo,
        await WireClient.open(server.url) as cy,
    ):
        await rest.create_session("room")
        for client, role in ((ada, "MODERATOR"), (bo, "PUBLISHER"), (cy, "SUBSCRIBER")):
            await client.join(await rest.token("room", role=role))
        stream = (await bo.call("publishVideo", PUBLISH))["id"]
        await ada.call("forceUnpublish", {"streamId": stream})
        await ada.call("forceDisconnect", {"connectionId": bo.connection_id})
        assert await bo.closed() == 1000
        unpublished = {"connectionId": bo.connection_id, "reason": "forceUnpublishByUser"}
        gone = {"connectionId": bo.connection_id, "reason": "forceDisconnectByUser"}
        for client in (ada, bo, cy):
            assert await client.notification("participantUnpublished") == unpublished
            assert await client.notification("participantEvicted") == gone
        for bystander in (ada, cy):
            assert await bystander.notification("participantLeft") == gone
        for client, ends in ((ada, 3), (bo, 2), (cy, 3)):
            names = [name for name in client.notifications() if name.startswith("participant")]
            ended = [name for name in names if name not in ("participantJoined", "participantPublished")]
            assert len(ended) == ends


async def test_a_subscribers_renewal_goes_by_the_name_of_its_sdp(join: Joiner) -> None:
    """`echo` says that the socket lives; then an offer under its own name renews, and nobody is told."""
    ada, bo = await join("MODERATOR"), await join()
    stream = (await ada.call("publishVideo", PUBLISH))["id"]
    await bo.call("receiveVideoFrom", {"sender": stream, "sdpOffer": OFFER})
    assert set(await bo.call("echo")) == {"sessionId"}
    renewed = await bo.call(
        "reconnectStream", {"stream": stream, "sdpOffer": OFFER, "forciblyReconnect": False}
    )
    assert set(renewed) == {"sdpAnswer", "sessionId"}
    await ada.call("ping")
    assert ada.notifications() == ["participantJoined"]


async def test_a_blocked_client_keeps_its_line() -> None:
    """Three seconds without the event loop, with a ping under way, are no loss for either side."""
    told: list[object] = []
    times = SignallingTimes(ping_interval_s=0.1)
    with openvidu_process("--log-level", "ERROR") as running:
        async with OpenViduRest(running.url, running.secret) as rest:
            await rest.create_session("room")
            token = parse_token(await rest.token("room"))
        line = Signalling(token, on_notification=told.append, on_line=told.append, times=times)
        await line.open()
        try:
            join = JoinRoom(token=token.url, session="room", platform="tests", metadata="")
            line.keep((await line.request(join))["sessionId"])
            await asyncio.sleep(0)
            time.sleep(3.0)  # noqa: ASYNC251 - blocking the loop is the point
            for _ in range(3):
                assert await line.request(Echo())
            assert LineState.LOST not in told
        finally:
            await line.close()


async def test_early_candidates_of_many_endpoints_stay_few(server: OpenViduServer, join: Joiner) -> None:
    """Candidates for endpoints that never come do not pile up without bound."""
    ada = await join()
    for number in range(300):
        params = {"endpointName": f"con_{number:010d}", "candidate": "", "sdpMid": "0", "sdpMLineIndex": 0}
        await ada.send("onIceCandidate", params)
    await ada.call("ping")
    connection = server.rooms.sessions["room"].connections[ada.connection_id]
    assert len(connection.early_candidates) == 100
