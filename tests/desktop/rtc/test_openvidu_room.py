"""Whole rooms against the OpenVidu-compatible server: real signalling, real RTP on loopback."""

from __future__ import annotations

import asyncio
import logging

import pytest

from desktop.rtc import subscription
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.state import EndReason, RoomPhase, StreamPhase
from tests.desktop.rtc.conftest import Guest, House
from tests.support.sources import BLUE, GREEN, RED, BlocksCamera, ToneMicrophone, middle_colour, shows
from tests.support.waiting import until

HEARD, UNHEARD = 0.12, 0.01
"""Amplitudes at the loudspeaker; a tone starts with 0.3 and loses some to gaps on a busy machine."""


async def test_two_see_and_hear_each_other(house: House) -> None:
    """Each sees the other's colour, hears the other's tone and not its own."""
    ada = await house.joined("Ada", colour=RED, frequency_hz=450, role="MODERATOR")
    bo = await house.joined("Bo", colour=GREEN, frequency_hz=1000)
    await until(lambda: shows(bo.picture_of(), RED), "Ada's picture at Bo's")
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture at Ada's")
    await until(lambda: ada.output.strength(1000) > HEARD, "Bo's tone at Ada's")
    await until(lambda: bo.output.strength(450) > HEARD, "Ada's tone at Bo's")
    assert ada.output.strength(450) < UNHEARD
    assert shows(ada.room.picture(""), RED)
    assert ada.room.audio_level("").rms > 0.1
    stream = ada.others[0].streams[0]
    assert ada.room.audio_level(stream.stream_id).rms > 0.1
    assert (stream.phase, stream.width_px, stream.height_px) == (StreamPhase.CONNECTED, 320, 240)
    assert (ada.others[0].name, bo.others[0].name) == ("Bo", "Ada")
    assert ada.state.is_moderator
    assert not bo.state.is_moderator
    assert ada.state.own_stream_id == bo.others[0].streams[0].stream_id


async def test_phases_come_in_order(house: House) -> None:
    """Connecting, connected, left; nothing after that."""
    ada = await house.joined()
    await ada.room.leave()
    phases = list(dict.fromkeys(state.phase for state in ada.states))
    assert phases == [RoomPhase.CONNECTING, RoomPhase.CONNECTED, RoomPhase.LEFT]
    assert ada.state.end_reason is EndReason.LEFT
    assert ada.state.participants == ()


async def test_late_joiner_sees_who_was_there(house: House) -> None:
    ada = await house.joined("Ada", colour=RED)
    bo = await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(bo.picture_of(), RED), "the others' picture")
    cleo = await house.joined("Cleo", colour=BLUE)
    await until(
        lambda: (
            {middle for slot in (cleo.picture_of(0), cleo.picture_of(1)) if (middle := middle_colour(slot))}
            and any(shows(cleo.picture_of(place), RED) for place in (0, 1))
            and any(shows(cleo.picture_of(place), GREEN) for place in (0, 1))
        ),
        "both pictures",
    )
    await until(lambda: len(ada.others) == 2, "Cleo at Ada's")


async def test_mute_is_told_and_silent(house: House) -> None:
    ada, bo = await house.joined("Ada"), await house.joined("Bo", frequency_hz=1000)
    await until(lambda: ada.output.strength(1000) > HEARD, "Bo's tone")
    await bo.room.set_microphone(False)
    assert not bo.state.microphone_on
    await until(lambda: not ada.others[0].streams[0].microphone_on, "the muted mark")
    await until(lambda: ada.output.strength(1000) < UNHEARD, "silence")
    frames = ada.room.audio_level(ada.others[0].streams[0].stream_id).frames
    level = ada.room.audio_level(ada.others[0].streams[0].stream_id)
    await until(lambda: level.frames > frames + 10, "RTP going on")
    await bo.room.set_microphone(True)
    await until(lambda: ada.others[0].streams[0].microphone_on, "the mark gone")
    await until(lambda: ada.output.strength(1000) > HEARD, "Bo's tone again")


async def test_camera_off_is_black_told_and_released(house: House) -> None:
    ada, bo = await house.joined("Ada"), await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    await bo.room.set_camera(False)
    assert not bo.camera.is_open
    assert bo.room.picture("").picture is None
    await until(lambda: not ada.others[0].streams[0].camera_on, "the camera's mark")
    await until(lambda: shows(ada.picture_of(), (0, 0, 0)), "black")
    count = ada.picture_of().count
    await until(lambda: ada.picture_of().count >= count + 2, "black going on")
    await bo.room.set_camera(True)
    assert bo.camera.opened == 2
    await until(lambda: ada.others[0].streams[0].camera_on, "the mark gone")
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture again")


async def test_joining_muted_and_dark(house: House) -> None:
    """The devices stay closed, and the others know from the start."""
    ada = await house.joined("Ada")
    bo = await house.joined("Bo", microphone_on=False, camera_on=False)
    assert not bo.camera.is_open
    assert not bo.microphone.is_open
    assert (bo.state.microphone_on, bo.state.camera_on) == (False, False)
    await until(lambda: ada.others and ada.others[0].streams, "Bo's stream")
    stream = ada.others[0].streams[0]
    assert (stream.microphone_on, stream.camera_on, stream.has_video) == (False, False, True)
    await bo.room.set_camera(True)
    await until(lambda: ada.others[0].streams[0].camera_on, "Bo's camera")


async def test_leaving_is_seen(house: House) -> None:
    ada, bo = await house.joined("Ada"), await house.joined("Bo")
    await until(lambda: ada.picture_of().picture, "Bo's picture")
    slot = ada.picture_of()
    await bo.room.leave()
    await until(lambda: ada.others == (), "Bo's departure")
    await until(lambda: slot.picture is None, "an empty tile")
    assert ada.state.phase is RoomPhase.CONNECTED


async def test_a_token_works_once(house: House) -> None:
    """The second use is refused and the first connection goes on."""
    token = await house.token()
    ada, twin = Guest(token), Guest(token)
    house.guests += [ada, twin]
    await ada.room.join()
    with pytest.raises(RtcError) as caught:
        await twin.room.join()
    assert caught.value.code is RtcErrorCode.TOKEN_REFUSED
    assert (twin.state.phase, twin.state.end_reason) == (RoomPhase.LEFT, EndReason.FAILED)
    assert twin.state.error is RtcErrorCode.TOKEN_REFUSED
    assert not twin.camera.is_open
    assert ada.state.phase is RoomPhase.CONNECTED


async def test_a_room_that_is_gone(house: House) -> None:
    ada = await house.guest()
    await house.delete()
    with pytest.raises(RtcError) as caught:
        await ada.room.join()
    assert caught.value.code is RtcErrorCode.ROOM_GONE


async def test_a_server_that_is_down(house: House) -> None:
    ada = Guest("ws://127.0.0.1:1?sessionId=mtg_1&token=tok_1")
    house.guests.append(ada)
    with pytest.raises(RtcError) as caught:
        await ada.room.join()
    assert caught.value.code is RtcErrorCode.UNREACHABLE
    assert ada.state.error is RtcErrorCode.UNREACHABLE


async def test_a_token_of_no_kind(house: House) -> None:
    with pytest.raises(RtcError) as caught:
        Guest("https://example.org/join")
    assert caught.value.code is RtcErrorCode.BAD_TOKEN


@pytest.mark.parametrize("kind", ["connection", "session"])
async def test_being_put_out(house: House, kind: str) -> None:
    """By REST, one of us or everybody: the room says which, and releases the camera by itself."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo")
    await house.delete(f"/connection/{bo.state.own_connection_id}" if kind == "connection" else "")
    await until(lambda: bo.state.phase is RoomPhase.LEFT, "the end")
    assert bo.state.end_reason is (EndReason.REMOVED if kind == "connection" else EndReason.CLOSED)
    await until(lambda: not bo.camera.is_open, "the camera's release")
    with pytest.raises(RtcError) as caught:
        await bo.room.set_camera(True)
    assert caught.value.code is RtcErrorCode.CLOSED
    if kind == "connection":
        await until(lambda: ada.others == (), "Bo's departure")
        assert ada.state.phase is RoomPhase.CONNECTED


async def test_a_busy_camera_does_not_stop_the_join(house: House) -> None:
    """The room goes on without it; it can be switched on when it is free."""
    ada = await house.joined("Ada")
    busy = BlocksCamera(GREEN, error=RtcErrorCode.CAMERA_BUSY)
    bo = await house.joined("Bo", camera=busy, frequency_hz=1000)
    assert (bo.state.phase, bo.state.error) == (RoomPhase.CONNECTED, RtcErrorCode.CAMERA_BUSY)
    assert (bo.state.camera_on, bo.state.microphone_on) == (False, True)
    await until(lambda: ada.others and ada.others[0].streams, "Bo's stream")
    assert not ada.others[0].streams[0].camera_on
    await until(lambda: ada.output.strength(1000) > HEARD, "Bo's tone")
    with pytest.raises(RtcError) as caught:
        await bo.room.set_camera(True)
    assert caught.value.code is RtcErrorCode.CAMERA_BUSY
    busy.error = None
    await bo.room.set_camera(True)
    assert bo.state.error is None
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")


async def test_a_missing_microphone_does_not_stop_the_join(house: House) -> None:
    mute = ToneMicrophone(error=RtcErrorCode.MICROPHONE_MISSING)
    ada = await house.joined("Ada", microphone=mute)
    assert (ada.state.error, ada.state.microphone_on) == (RtcErrorCode.MICROPHONE_MISSING, False)
    assert ada.state.camera_on


async def test_leaving_while_joining(house: House) -> None:
    """Whoever waits for the join learns it, and nothing stays open."""
    await house.faults("silent=joinRoom")
    ada = await house.guest()
    joining = asyncio.create_task(ada.room.join())
    await until(lambda: ada.camera.is_open, "the join under way")
    await ada.room.leave()
    with pytest.raises(RtcError) as caught:
        await joining
    assert caught.value.code is RtcErrorCode.CLOSED
    assert not ada.camera.is_open


async def test_cancelling_the_join_leaves(house: House) -> None:
    await house.faults("silent=joinRoom")
    ada = await house.guest()
    joining = asyncio.create_task(ada.room.join())
    await until(lambda: ada.camera.is_open, "the join under way")
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    assert ada.state.phase is RoomPhase.LEFT
    assert not ada.camera.is_open


async def test_leaving_before_joining_and_twice(house: House) -> None:
    ada = await house.guest()
    await asyncio.gather(ada.room.leave(), ada.room.leave())
    assert ada.state.phase is RoomPhase.LEFT
    with pytest.raises(RtcError) as caught:
        await ada.room.join()
    assert caught.value.code is RtcErrorCode.CLOSED


@pytest.mark.parametrize("fault", ["reject-video", "error=publishVideo:303"])
async def test_a_failing_media_server_fails_the_join(house: House, fault: str) -> None:
    await house.faults(fault)
    ada = await house.guest()
    with pytest.raises(RtcError) as caught:
        await ada.room.join()
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    assert (ada.state.end_reason, ada.state.error) == (EndReason.FAILED, RtcErrorCode.MEDIA_FAILED)


async def test_a_subscriber_joins_without_publishing(house: House) -> None:
    await house.joined("Ada", colour=RED)
    watcher = await house.joined("Wim", role="SUBSCRIBER")
    assert watcher.state.own_stream_id == ""
    await until(lambda: shows(watcher.picture_of(), RED), "Ada's picture")


async def test_a_dropped_socket_is_resumed(house: House) -> None:
    """Pictures go on meanwhile, nobody is seen to leave, and signalling works again."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo")
    await until(lambda: ada.picture_of().picture, "Bo's picture")
    await house.faults("drop=streamPropertyChanged")
    await bo.room.set_microphone(False)
    await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss")
    await house.faults()
    count = ada.picture_of().count
    await until(lambda: ada.picture_of().count > count + 5, "pictures going on")
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the recovery")
    await until(lambda: not ada.others[0].streams[0].microphone_on, "what could not be told before")
    joined = next(place for place, state in enumerate(ada.states) if state.participants)
    assert all(state.participants for state in ada.states[joined:])


async def test_a_connection_evicted_meanwhile_ends(house: House) -> None:
    """The server refuses to resume (40007): the network was the reason."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo")
    await house.faults("evict-on-drop")
    await house.drop_socket(bo)
    await until(lambda: bo.state.phase is RoomPhase.LEFT, "the end")
    assert bo.state.end_reason is EndReason.NETWORK
    await until(lambda: ada.others == (), "Bo's departure")


async def test_mediasoup_offers_to_its_subscribers(mediasoup_house: House) -> None:
    """The paid editions turn the subscription round."""
    ada = await mediasoup_house.joined("Ada", colour=RED, frequency_hz=450)
    bo = await mediasoup_house.joined("Bo", colour=GREEN, frequency_hz=1000)
    await until(lambda: shows(bo.picture_of(), RED), "Ada's picture at Bo's")
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture at Ada's")
    await until(lambda: ada.output.strength(1000) > HEARD, "Bo's tone at Ada's")


async def test_a_stream_that_dries_up_is_asked_for_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection to the media server stands, only nothing comes any more: our own watch sees it."""
    monkeypatch.setattr(subscription, "WATCH_INTERVAL_S", 0.1)
    ada, bo = await house.joined("Ada"), await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    await house.faults("stall-media")
    await until(lambda: ada.others[0].streams[0].phase is not StreamPhase.CONNECTED, "the loss")
    await house.faults()
    count = ada.picture_of().count
    await until(
        lambda: ada.others[0].streams[0].phase is StreamPhase.CONNECTED, "the stream again", timeout_s=40
    )
    await until(lambda: ada.picture_of().count > count + 5, "pictures again", timeout_s=40)
    assert bo.state.phase is RoomPhase.CONNECTED


async def test_a_subscription_the_server_refuses_is_tried_again(house: House) -> None:
    ada = await house.joined("Ada")
    await house.faults("error=receiveVideoFrom:303")
    await house.joined("Bo", colour=GREEN)
    await until(lambda: ada.others and ada.others[0].streams, "Bo's stream")
    await until(lambda: ada.others[0].streams[0].phase is StreamPhase.FAILED, "the failure")
    await house.faults()
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    assert ada.others[0].streams[0].phase is StreamPhase.CONNECTED


async def test_own_media_lost_comes_back_under_its_id(house: House) -> None:
    """The transport of our stream dies while the socket stands: nobody sees us leave."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    stream_id = bo.state.own_stream_id
    assert isinstance(bo.room, OpenViduRoom)
    peer = bo.room._place.connection.publication._peer
    assert peer is not None
    await peer._connection.close()  # as when consent expires
    await until(lambda: bo.state.phase is RoomPhase.RECONNECTING, "the loss")
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the recovery", timeout_s=40)
    assert bo.camera.is_open
    count = ada.picture_of().count
    await until(lambda: ada.picture_of().count > count + 5, "pictures again", timeout_s=40)
    assert bo.state.own_stream_id == stream_id == ada.others[0].streams[0].stream_id


async def test_own_media_is_published_anew_when_it_cannot_be_renewed(house: House) -> None:
    """A server that refuses `reconnectStream` gets a new publication."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
    stream_id = bo.state.own_stream_id
    await house.faults("error=reconnectStream:303")
    assert isinstance(bo.room, OpenViduRoom)
    peer = bo.room._place.connection.publication._peer
    assert peer is not None
    await peer._connection.close()
    await until(lambda: bo.state.own_stream_id not in {"", stream_id}, "a new stream", timeout_s=40)
    await until(lambda: bo.state.phase is RoomPhase.CONNECTED, "the recovery")
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture again", timeout_s=40)


async def test_a_device_with_a_fault_of_its_own(house: House) -> None:
    """Not one of the expected errors: the join fails with it, and nothing stays open."""

    class BrokenCamera(BlocksCamera):
        def open(self, deliver: object) -> None:
            raise OSError("driver")

    ada = await house.guest("Ada", camera=BrokenCamera())
    with pytest.raises(OSError, match="driver"):
        await ada.room.join()
    assert (ada.state.phase, ada.state.end_reason) == (RoomPhase.LEFT, EndReason.FAILED)


async def test_names_and_accounts_come_from_the_service(house: House) -> None:
    """What the service put into the token counts more than what the client says."""
    ada = await house.joined("Ada")
    await house.joined("Mallory", data='{"account":"0a6f5d4e","name":"Bo Dupont"}')
    await until(lambda: ada.others, "somebody")
    assert (ada.others[0].name, ada.others[0].account_id) == ("Bo Dupont", "0a6f5d4e")


async def test_a_stream_taken_down_by_force(house: House) -> None:
    """Our devices are released, we stay in the room, and others see us without a stream."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo")
    await until(lambda: ada.others and ada.others[0].streams, "Bo's stream")
    await house.delete(f"/stream/{bo.state.own_stream_id}")
    await until(lambda: bo.state.own_stream_id == "", "the loss")
    assert (bo.state.phase, bo.state.camera_on, bo.state.microphone_on) == (RoomPhase.CONNECTED, False, False)
    assert not bo.camera.is_open
    await until(lambda: ada.others[0].streams == (), "the stream's end at Ada's")
    await bo.room.set_camera(True)
    await until(lambda: ada.others[0].streams and bo.state.own_stream_id, "a new stream")
    assert bo.state.own_stream_id == ada.others[0].streams[0].stream_id


async def test_secrets_stay_out_of_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Tokens, ICE passwords and session descriptions, at the level INFO and from every library."""
    ada = await house.joined("Ada", times=SignallingTimes())
    bo = await house.joined("Bo", times=SignallingTimes())
    await until(lambda: ada.picture_of().picture, "Bo's picture")
    await asyncio.gather(ada.room.leave(), bo.room.leave())
    for mark in ("tok_", "ice-pwd", "ice-ufrag", "a=candidate", "fingerprint"):
        assert mark not in caplog.text


async def test_joining_is_quick(house: House) -> None:
    """Seconds from `join()` to connected and to the first remote picture, on a loaded machine."""
    await house.joined("Ada")
    bo = await house.guest("Bo")
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    await bo.room.join()
    joined_s = loop.time() - started_s
    await until(lambda: bo.picture_of().picture, "a picture")
    seen_s = loop.time() - started_s
    logging.getLogger(__name__).info("connected after %.2f s, first picture after %.2f s", joined_s, seen_s)
    assert joined_s < 3.0
    assert seen_s < 4.0
