"""Whole rooms: tracks replaced, streams measured, the picture given up for the voice."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.rtc.adaptation import ECONOMY_WIDTH_PX
from desktop.rtc.aiortc_taps import ReceiverTap
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.state import QualityWord, RoomNotice, StreamPhase
from tests.desktop.rtc.conftest import Guest, House, open_house
from tests.support.openvidu import openvidu_process
from tests.support.sources import BLUE, GREEN, RED, BlocksCamera, ToneMicrophone, shows
from tests.support.waiting import until


def sent_methods(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """What somebody asks of the server from now on: method, property, new value."""
    assert isinstance(guest.room, OpenViduRoom)
    signalling = guest.room._place.connection.signalling
    sent: list[tuple[str, str, Any]] = []
    request = signalling.request

    async def remember(message: Any, **options: Any) -> Any:
        sent.append((message.method, getattr(message, "property", ""), getattr(message, "new_value", None)))
        return await request(message, **options)

    monkeypatch.setattr(signalling, "request", remember)
    return sent


async def test_another_camera_is_seen_without_negotiating(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its picture, its size and the three messages of `replaceTrack`; the first device is free."""
    ada, bo = await house.joined("Ada", colour=RED), await house.joined("Bo")
    await until(lambda: shows(bo.picture_of(), RED), "the first camera")
    sent = sent_methods(ada, monkeypatch)
    stream_id = ada.state.own_stream_id
    first, second = ada.camera, BlocksCamera(BLUE, width_px=160, height_px=120)
    ada.camera = second  # the one that must be released at the end
    await ada.room.replace_camera(second)
    assert (first.is_open, second.is_open) == (False, True)
    await until(lambda: shows(bo.picture_of(), BLUE), "the second camera")
    await until(lambda: bo.others[0].streams[0].width_px == 160, "its size")
    assert ada.state.own_stream_id == stream_id
    assert sent == [
        ("streamPropertyChanged", "videoTrack", {"label": "video"}),
        ("streamPropertyChanged", "videoDimensions", '{"width":160,"height":120}'),
    ]


async def test_another_camera_while_it_is_off(house: House) -> None:
    """Off stays off; switched on it is the new one."""
    ada, bo = await house.joined("Ada", camera_on=False), await house.joined("Bo")
    first, ada.camera = ada.camera, BlocksCamera(GREEN)
    await ada.room.replace_camera(ada.camera)
    assert (ada.camera.is_open, ada.state.camera_on) == (False, False)
    await ada.room.set_camera(True)
    await until(lambda: shows(bo.picture_of(), GREEN), "the new camera")
    assert not first.is_open


async def test_a_camera_that_does_not_open_changes_nothing(house: House) -> None:
    ada, bo = await house.joined("Ada", colour=RED), await house.joined("Bo")
    await until(lambda: shows(bo.picture_of(), RED), "the camera")
    with pytest.raises(RtcError) as caught:
        await ada.room.replace_camera(BlocksCamera(error=RtcErrorCode.CAMERA_BUSY))
    assert caught.value.code is RtcErrorCode.CAMERA_BUSY
    assert (ada.camera.is_open, ada.state.camera_on) == (True, True)
    count = bo.picture_of().count
    await until(lambda: bo.picture_of().count > count + 3, "pictures going on")


async def test_another_microphone_is_heard(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bo = await house.joined("Ada", frequency_hz=450), await house.joined("Bo")
    await until(lambda: bo.output.strength(450) > 0.12, "the first microphone")
    sent = sent_methods(ada, monkeypatch)
    first, ada.microphone = ada.microphone, ToneMicrophone(1000)
    await ada.room.replace_microphone(ada.microphone)
    assert not first.is_open
    await until(lambda: bo.output.strength(1000) > 0.12, "the second microphone")
    await until(lambda: sent == [("streamPropertyChanged", "audioTrack", {"label": "audio"})], "the message")


async def test_every_stream_is_measured(house: House) -> None:
    """Ours as it goes out, theirs as it comes in; a good line has excellent quality."""
    ada, bo = await house.joined("Ada"), await house.joined("Bo")
    await until(lambda: bo.picture_of().picture, "Ada's picture")
    stream_id = bo.others[0].streams[0].stream_id
    await until(lambda: stream_id in bo.room.statistics().streams, "a look at Ada's stream")
    await until(lambda: "" in ada.room.statistics().streams, "a look at the own stream")
    own, seen = ada.room.statistics().streams[""], bo.room.statistics().streams[stream_id]
    assert own.video is not None
    assert seen.video is not None
    assert own.sending
    assert not seen.sending
    assert own.video.frame_rate > 1
    assert seen.video.frame_rate > 1
    assert seen.bitrate_bps > 10_000
    assert seen.candidates is not None
    assert bo.others[0].quality.word <= QualityWord.LOST


async def test_the_picture_goes_for_the_voice_and_comes_back(house: House) -> None:
    """The device is released, the others see it off, a notice says why; then all is as before."""
    ada, bo = await house.joined("Ada", colour=RED), await house.joined("Bo")
    await until(lambda: shows(bo.picture_of(), RED), "the camera")
    assert isinstance(ada.room, OpenViduRoom)
    ada.room._picture_wanted(False)
    await until(lambda: ada.state.notice is RoomNotice.CAMERA_OFF_FOR_VOICE, "the notice")
    assert (ada.camera.is_open, ada.state.camera_on) == (False, False)
    await until(lambda: not bo.others[0].streams[0].camera_on, "the mark")
    ada.room._picture_wanted(True)
    await until(lambda: ada.state.camera_on, "the camera")
    assert ada.state.notice is None
    await until(lambda: shows(bo.picture_of(), RED), "its picture")


async def test_a_camera_that_the_user_switched_off_stays_off(house: House) -> None:
    """While it was off for the voice he pressed the button twice: on, and off."""
    ada = await house.joined("Ada")
    assert isinstance(ada.room, OpenViduRoom)
    ada.room._picture_wanted(False)
    await until(lambda: ada.state.notice is not None, "the notice")
    await ada.room.set_camera(True)
    assert (ada.state.notice, ada.state.camera_on) == (None, True)
    await ada.room.set_camera(False)
    await ada.room._devices.give_or_take_picture(True)
    assert (ada.camera.is_open, ada.state.camera_on) == (False, False)


async def test_a_narrow_line_lowers_the_picture_and_keeps_the_voice() -> None:
    """The media server allows a third of what the picture needs: fewer pictures, the same tone."""
    with openvidu_process("--log-level", "WARNING", "--max-bitrate", "160000") as narrow:
        async with open_house(narrow) as house:
            ada = await house.joined("Ada", frequency_hz=450)
            bo = await house.joined("Bo")
            await ada.room.replace_camera(
                camera := BlocksCamera(BLUE, width_px=640, height_px=480, frame_rate=30)
            )
            ada.camera = camera
            await until(lambda: bo.output.strength(450) > 0.12, "the tone")

            def is_lowered() -> bool:
                own = ada.room.statistics().streams.get("")
                if own is None or own.video is None or own.estimate_bps is None:
                    return False
                return own.estimate_bps <= 160_000 and 0 < own.video.frame_rate < 20

            await until(is_lowered, "fewer pictures", 30.0)
            own = ada.room.statistics().streams[""]
            assert own.bitrate_bps < 200_000
            await until(lambda: bo.output.strength(450) > 0.12, "the tone, still")
            assert ada.state.camera_on


async def test_a_picture_nobody_looks_at_is_not_decoded_and_comes_back_whole(house: House) -> None:
    """Its stream stays alive, its sound is heard, and a key frame is asked for on the way back."""
    ada, bo = await house.joined("Ada", colour=RED), await house.joined("Bo")
    await until(lambda: shows(bo.picture_of(), RED), "Ada's picture")
    stream_id = bo.others[0].streams[0].stream_id
    bo.room.watch_video(stream_id, False)
    (tap,) = [each for each in received(bo) if each.kind == "video"]
    await until(lambda: bo.picture_of().picture is None, "the tile to be empty")
    before_s, frames, heard = tap.decode_s, tap.frames, bo.output.written
    await until(lambda: tap.frames > frames + 20, "pictures that come all the same")
    await until(lambda: bo.output.written > heard, "her voice")
    assert tap.decode_s == before_s
    assert bo.picture_of().picture is None
    assert bo.others[0].streams[0].phase is StreamPhase.CONNECTED
    ada.camera = BlocksCamera(BLUE)
    await ada.room.replace_camera(ada.camera)
    asked = tap.picture_requests
    bo.room.watch_video(stream_id, True)
    await until(lambda: shows(bo.picture_of(), BLUE), "what she shows now")
    assert tap.picture_requests > asked
    bo.room.watch_video("gone", False)


async def test_to_spare_the_computer_less_is_sent(house: House) -> None:
    ada = await house.joined("Ada", camera=BlocksCamera(RED, width_px=960, height_px=540))
    bo = await house.joined("Bo")
    await until(lambda: sent_width(ada) == 960, "the whole picture", 15)
    ada.room.set_economy(True)
    await until(lambda: sent_width(ada) <= ECONOMY_WIDTH_PX, "a smaller one", 15)
    await until(lambda: 0 < width_of(bo.picture_of()) <= ECONOMY_WIDTH_PX, "at Bo's", 15)
    ada.room.set_economy(False)
    await until(lambda: sent_width(ada) == 960, "the whole picture again", 15)


def received(guest: Guest) -> list[ReceiverTap]:
    """Everything that somebody receives."""
    assert isinstance(guest.room, OpenViduRoom)
    peers = [subscription.peer for subscription in guest.room._subscriptions.running]
    return [tap for peer in peers if peer for tap in peer.taps if isinstance(tap, ReceiverTap)]


def sent_width(guest: Guest) -> int:
    """Width of the picture that somebody sends, as the statistics say."""
    own = guest.room.statistics().streams.get("")
    return (own.video.width_px or 0) if own is not None and own.video is not None else 0


def width_of(slot: PictureSlot) -> int:
    """Width of what a tile paints; 0 for nothing."""
    return slot.picture.width_px if slot.picture is not None else 0
