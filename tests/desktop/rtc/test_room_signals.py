"""Chat, hands and moderation between whole rooms, over the OpenVidu-compatible server."""

from __future__ import annotations

import json

import pytest

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import ForceDisconnect, ForceUnpublish
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.signals import CHAT, Signal, application_signal
from desktop.rtc.state import EndReason, RoomPhase
from tests.desktop.rtc.conftest import Guest, House
from tests.support.waiting import until

COMEBACK_S = 20.0
"""How long a comeback may take on a loaded machine."""


def account(name: str, **members: str) -> str:
    """What the service says of somebody."""
    return json.dumps({"account": f"account-{name}", "name": name, **members})


async def quiet(house: House, name: str, **options: object) -> Guest:
    """Somebody in the room with camera and microphone off: nothing here is about media."""
    return await house.joined(name, data=account(name), camera_on=False, microphone_on=False, **options)


async def test_chat_to_everybody_and_to_one(house: House) -> None:
    """Everybody has it in the same order, the sender too; one that is addressed has only the addressed."""
    ada, bo, cleo = await quiet(house, "Ada"), await quiet(house, "Bo"), await quiet(house, "Cleo")
    await until(lambda: len(ada.others) == len(bo.others) == 2, "everybody")
    await ada.room.send(Signal(CHAT, "Bonjour à tous 👋"))
    await bo.room.send(application_signal("poll", {"votes": [1, 2]}))
    await ada.room.send(Signal(CHAT, "for Cleo"), [cleo.state.own_connection_id])
    await until(lambda: len(cleo.signals) == 3, "all of them at Cleo's")
    hello = Signal(CHAT, "Bonjour à tous 👋", ada.state.own_connection_id, "account-Ada", "Ada")
    poll = cleo.signals[1]
    assert cleo.signals == [
        hello,
        poll,
        Signal(CHAT, "for Cleo", hello.from_connection_id, "account-Ada", "Ada"),
    ]
    assert (poll.kind, poll.value, poll.name) == ("mikl.poll", {"votes": [1, 2]}, "Bo")
    assert ada.signals == bo.signals == [hello, poll]


async def test_the_service_speaks_without_a_sender(house: House) -> None:
    """By REST, where OpenVidu does not prefix the type."""
    ada = await quiet(house, "Ada")
    body = {"session": house.session_id, "type": "mikl.notice", "data": '{"minutes":5}'}
    (await house.rest.http.post("/signal", json=body)).raise_for_status()
    await until(lambda: ada.signals, "the signal")
    assert ada.signals == [Signal("mikl.notice", '{"minutes":5}')]


async def test_what_cannot_be_sent(house: House) -> None:
    """Refused with a code of its own, and the line goes on."""
    ada, bo = await quiet(house, "Ada"), await quiet(house, "Bo")
    await until(lambda: ada.others, "Bo")
    gone = bo.state.own_connection_id
    with pytest.raises(RtcError) as caught:
        await ada.room.send(Signal(CHAT, "é" * 9_000))
    assert caught.value.code is RtcErrorCode.TOO_LONG
    with pytest.raises(RtcError) as caught:
        await ada.room.send(Signal(CHAT, "hello"), ["con_nobody"])
    assert caught.value.code is RtcErrorCode.PARTICIPANT_GONE
    with pytest.raises(ValueError, match="hand"):
        await ada.room.send(Signal("hand", "{}"))
    await house.delete(f"/connection/{gone}")
    await until(lambda: bo.state.phase is RoomPhase.LEFT, "Bo's end")
    for room in (ada.room, bo.room):  # to somebody who has left; from somebody who has
        with pytest.raises(RtcError) as caught:
            await room.send(Signal(CHAT, "hello"), [gone])
        assert caught.value.code in {RtcErrorCode.PARTICIPANT_GONE, RtcErrorCode.CLOSED}
    await ada.room.send(Signal(CHAT, "x" * 40_000))
    await until(lambda: ada.signals, "what fits")


async def test_the_servers_601_is_somebody_who_is_gone(house: House) -> None:
    """Who left a moment ago is still in our list."""
    ada = await quiet(house, "Ada")
    await quiet(house, "Bo")
    await until(lambda: ada.others, "Bo")
    await house.faults("error=sendMessage:601")
    with pytest.raises(RtcError) as caught:
        await ada.room.send(Signal(CHAT, "hello"), [ada.others[0].connection_id])
    assert caught.value.code is RtcErrorCode.PARTICIPANT_GONE


async def test_a_hand_is_seen_by_all_and_by_who_comes_later(house: House) -> None:
    ada, bo = await quiet(house, "Ada"), await quiet(house, "Bo")
    await bo.room.set_hand(True)
    assert bo.state.hand_raised
    await until(lambda: ada.others and ada.others[0].hand_raised, "Bo's hand")
    cleo = await quiet(house, "Cleo")
    await until(lambda: any(each.hand_raised for each in cleo.others), "Bo's hand, later")
    assert [each.name for each in cleo.others if each.hand_raised] == ["Bo"]
    await bo.room.set_hand(False)
    await until(lambda: not any(each.hand_raised for each in (*ada.others, *cleo.others)), "the hand down")
    assert not bo.state.hand_raised
    assert ada.signals == bo.signals == cleo.signals == []


async def test_signals_and_hands_outlive_a_comeback(house: House) -> None:
    """A new connection: the hand is up there too, others' hands are known, and chat goes on."""
    ada = await quiet(house, "Ada")

    async def renew() -> str:
        return await house.token(data=account("Bo"))

    bo = await quiet(house, "Bo", renew_token=renew)
    await ada.room.set_hand(True)
    await bo.room.set_hand(True)
    await until(lambda: ada.others and ada.others[0].hand_raised, "Bo's hand")
    former = bo.state.own_connection_id
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss")
    await house.faults()
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    assert bo.state.own_connection_id != former
    await until(lambda: ada.others and ada.others[0].hand_raised, "Bo's hand again", COMEBACK_S)
    await until(lambda: bo.others and bo.others[0].hand_raised, "Ada's hand again")
    await bo.room.send(Signal(CHAT, "back"))
    await until(lambda: ada.signals and bo.signals, "chat")
    assert ada.signals[-1].from_connection_id == bo.state.own_connection_id


async def test_the_host_puts_somebody_out(house: House) -> None:
    """Removed, and everybody sees it; the others stay."""
    host, bo, cleo = (
        await quiet(house, "Mikl", role="MODERATOR"),
        await quiet(house, "Bo"),
        await quiet(house, "Cleo"),
    )
    await until(lambda: len(host.others) == 2, "both")
    await host.room.force_disconnect(bo.state.own_connection_id)
    await until(lambda: bo.state.phase is RoomPhase.LEFT, "Bo's end")
    assert bo.state.end_reason is EndReason.REMOVED
    await until(lambda: len(host.others) == len(cleo.others) == 1, "Bo's departure")
    assert cleo.state.phase is RoomPhase.CONNECTED
    with pytest.raises(RtcError) as caught:
        await host.room.force_disconnect(bo.state.own_connection_id)
    assert caught.value.code is RtcErrorCode.PARTICIPANT_GONE


async def test_the_host_takes_a_stream_down(house: House) -> None:
    """Its owner's state says so, the devices are released, and it may be published again."""
    host, bo = await quiet(house, "Mikl", role="MODERATOR"), await house.joined("Bo")
    await until(lambda: host.others and host.others[0].streams, "Bo's stream")
    taken = bo.state.own_stream_id
    await host.room.force_unpublish(taken)
    await until(lambda: bo.state.stream_taken, "the loss")
    assert (bo.state.own_stream_id, bo.state.camera_on, bo.state.microphone_on) == ("", False, False)
    assert bo.state.phase is RoomPhase.CONNECTED
    assert not bo.camera.is_open
    await until(lambda: host.others[0].streams == (), "the stream's end at the host's")
    with pytest.raises(RtcError) as caught:
        await host.room.force_unpublish(taken)
    assert caught.value.code is RtcErrorCode.PARTICIPANT_GONE
    await bo.room.set_camera(True)
    await until(lambda: not bo.state.stream_taken and bo.state.own_stream_id, "a new stream")
    await until(lambda: host.others[0].streams, "the new stream at the host's")


async def test_a_client_may_force_nothing(house: House) -> None:
    """Refused here, and by the server where somebody asks it all the same."""
    ada, bo = await quiet(house, "Ada"), await quiet(house, "Bo")
    await until(lambda: bo.others and bo.others[0].streams, "Ada")
    target, stream_id = ada.state.own_connection_id, ada.state.own_stream_id
    assert isinstance(bo.room, OpenViduRoom)
    ask = bo.room._requests._ask
    for attempt in (
        bo.room.force_disconnect(target),
        bo.room.force_unpublish(stream_id),
        ask(ForceDisconnect(connection_id=target)),
        ask(ForceUnpublish(stream_id=stream_id)),
    ):
        with pytest.raises(RtcError) as caught:
            await attempt
        assert caught.value.code is RtcErrorCode.NOT_ALLOWED
    assert ada.state.phase is RoomPhase.CONNECTED


async def test_chat_text_stays_out_of_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "desktop.rtc")
    ada = await quiet(house, "Ada")
    await ada.room.send(Signal(CHAT, "very private words"))
    await until(lambda: ada.signals, "the echo")
    assert "private" not in caplog.text
