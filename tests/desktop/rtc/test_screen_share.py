"""Camera and screen at the same time: two connections that everybody sees as one person."""

from __future__ import annotations

import asyncio
import json

import pytest

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot
from desktop.rtc.room import OWN_SCREEN
from desktop.rtc.state import EndReason, ParticipantState, RoomPhase, StreamKind
from tests.desktop.rtc.conftest import Guest, House, open_house
from tests.support.screens import CodedSource, code_in, moves
from tests.support.waiting import until

COMEBACK_S = 20.0
"""How long a comeback may take on a loaded machine."""

CAMERA, SCREEN, OTHER_SCREEN = 1001, 2002, 3003
"""Source ids."""


class Sharer:
    """Bo, with an account, a camera, and tokens for screens."""

    def __init__(self, house: House, guest: Guest) -> None:
        self.house = house
        self.guest = guest
        self.room = guest.room

    @property
    def screen_id(self) -> str:
        """The connection id of what is shared, from the stream's id."""
        return "con_" + self.guest.state.screen_stream_id.rpartition("con_")[2]

    async def share(self, source: CodedSource) -> None:
        """Share something by a new token."""
        await self.room.share_screen(await screen_token(self.house), source)


async def screen_token(house: House) -> str:
    """What the service gives Bo for a screen."""
    return await house.token(data=json.dumps({"account": "b", "name": "Bo", "purpose": "screen"}))


async def camera_token(house: House) -> str:
    """What the service gives Bo for himself."""
    return await house.token(data=json.dumps({"account": "b", "name": "Bo"}))


async def bo_in(house: House, *, comes_back: bool = False, **options: object) -> Sharer:
    """Bo in the room with a coded camera."""

    async def renew() -> str:
        return await camera_token(house)

    async def renew_screen() -> str:
        return await screen_token(house)

    if comes_back:
        options |= {"renew_token": renew, "renew_screen_token": renew_screen}
    guest = Guest(await camera_token(house), "Bo", camera=CodedSource(CAMERA), microphone_on=False, **options)  # type: ignore[arg-type]
    house.guests.append(guest)
    await guest.room.join()
    return Sharer(house, guest)


async def viewer(house: House, name: str = "Ada", **options: object) -> Guest:
    """Somebody who looks, with everything of theirs off."""
    data = json.dumps({"account": name, "name": name})
    return await house.joined(name, data=data, camera_on=False, microphone_on=False, **options)


def slot_of(guest: Guest, kind: StreamKind) -> PictureSlot:
    """The slot of the first participant's stream of a kind; an empty one while there is none."""
    streams = guest.others[0].streams if guest.others else ()
    found = next((stream for stream in streams if stream.kind is kind), None)
    return guest.room.picture(found.stream_id) if found is not None else PictureSlot()


def kinds(person: ParticipantState) -> list[StreamKind]:
    """What somebody publishes."""
    return [stream.kind for stream in person.streams]


@pytest.mark.parametrize("mode", ["kurento", "mediasoup"])
async def test_one_person_with_two_moving_pictures(mode: str, request: pytest.FixtureRequest) -> None:
    """At somebody's who was there and at somebody's who comes later; never at the sharer's own."""
    async with open_house(request.getfixturevalue(mode)) as house:
        ada = await viewer(house)
        bo = await bo_in(house)
        screen = CodedSource(SCREEN, width_px=400, height_px=300, frame_rate=12)
        await bo.share(screen)
        assert bo.guest.state.sharing
        await moves(lambda: slot_of(ada, StreamKind.CAMERA), CAMERA)
        await moves(lambda: slot_of(ada, StreamKind.SCREEN), SCREEN)
        cleo = await viewer(house, "Cleo")
        await until(lambda: any(len(each.streams) == 2 for each in cleo.others), "Bo at Cleo's")
        assert len(ada.others) == len(cleo.others) == 2
        assert kinds(ada.others[0]) == [StreamKind.CAMERA, StreamKind.SCREEN]
        shown = ada.others[0].streams[1]
        assert (shown.stream_id, shown.has_audio) == (bo.guest.state.screen_stream_id, False)
        assert (shown.width_px, shown.height_px) == (400, 300)
        met = {person for state in bo.guest.states for person in state.participants}
        assert {person.name for person in met} == {"Ada", "Cleo"}
        assert bo.screen_id not in {person.connection_id for person in met}
        await moves(lambda: bo.room.picture(OWN_SCREEN), SCREEN)


async def test_what_is_announced_is_true(house: House) -> None:
    """Kind, size and frame rate, of camera and screen, as the server keeps them for whoever asks."""
    bo = await bo_in(house)
    await bo.share(CodedSource(SCREEN, width_px=400, height_px=300, frame_rate=12))
    found = (await house.rest.http.get(f"/sessions/{house.session_id}/connection")).json()["content"]
    published = {
        (media["typeOfVideo"], media["frameRate"], media["videoDimensions"], media["hasAudio"])
        for each in found
        for media in (each["publishers"][0]["mediaOptions"],)
    }
    assert published == {
        ("CAMERA", 15, '{"width":320,"height":240}', True),
        ("SCREEN", 12, '{"width":400,"height":300}', False),
    }
    assert [each["subscribers"] for each in found] == [[], []]


async def test_replaced_stopped_and_shared_again(house: House) -> None:
    """Another source goes over the same stream; its new size is told; stopping leaves the camera."""
    ada, bo = await viewer(house), await bo_in(house)
    first, second = CodedSource(SCREEN), CodedSource(OTHER_SCREEN, width_px=480, height_px=320)
    await bo.share(first)
    await moves(lambda: slot_of(ada, StreamKind.SCREEN), SCREEN)
    stream_id = bo.guest.state.screen_stream_id
    await bo.room.share_screen("", second)
    assert (first.is_open, second.is_open) == (False, True)
    await moves(lambda: slot_of(ada, StreamKind.SCREEN), OTHER_SCREEN)
    assert bo.guest.state.screen_stream_id == stream_id == ada.others[0].streams[1].stream_id
    await until(lambda: ada.others[0].streams[1].width_px == 480, "the new size")
    await bo.room.stop_sharing()
    assert not second.is_open
    assert (bo.guest.state.sharing, bo.guest.state.screen_stream_id) == (False, "")
    assert bo.room.picture(OWN_SCREEN).picture is None
    await until(lambda: kinds(ada.others[0]) == [StreamKind.CAMERA], "the screen's end at Ada's")
    await bo.room.stop_sharing()
    await bo.share(first)
    await moves(lambda: slot_of(ada, StreamKind.SCREEN), SCREEN)
    assert len(ada.others) == 1


async def test_a_source_that_ends_by_itself_ends_the_sharing(house: House) -> None:
    """One that was replaced before may end as it likes."""
    ada, bo = await viewer(house), await bo_in(house)
    former, screen = CodedSource(SCREEN), CodedSource(OTHER_SCREEN)
    await bo.share(former)
    await bo.room.share_screen("", screen)
    former.end()
    await moves(lambda: slot_of(ada, StreamKind.SCREEN), OTHER_SCREEN)
    assert bo.guest.state.sharing
    screen.end()
    await until(lambda: not bo.guest.state.sharing, "the end")
    await until(lambda: not screen.is_open, "the source's release")
    await until(lambda: kinds(ada.others[0]) == [StreamKind.CAMERA], "the screen's end at Ada's")


async def test_what_cannot_be_shared(house: House) -> None:
    """Said with its reason; nothing stays open, and what was shared before still is."""
    bo = await bo_in(house)
    broken = CodedSource(SCREEN, error=RtcErrorCode.CAMERA_DENIED)
    with pytest.raises(RtcError) as caught:
        await bo.share(broken)
    assert caught.value.code is RtcErrorCode.CAMERA_DENIED
    screen = CodedSource(SCREEN)
    for token, code in (("nonsense", RtcErrorCode.BAD_TOKEN), ("used", RtcErrorCode.TOKEN_REFUSED)):
        url = token if token == "nonsense" else await _used_token(house)
        with pytest.raises(RtcError) as caught:
            await bo.room.share_screen(url, screen)
        assert caught.value.code is code
        assert not screen.is_open
    assert not bo.guest.state.sharing
    await bo.share(screen)
    with pytest.raises(RtcError):
        await bo.room.share_screen("", broken)
    assert (bo.guest.state.sharing, screen.is_open) == (True, True)
    await bo.room.leave()
    assert not screen.is_open
    with pytest.raises(RtcError) as caught:
        await bo.share(screen)
    assert caught.value.code is RtcErrorCode.CLOSED


async def _used_token(house: House) -> str:
    token = await house.token()
    guest = Guest(token, "Uma", camera_on=False, microphone_on=False)
    await guest.room.join()
    await guest.room.leave()
    return token


@pytest.mark.parametrize("how", ["stopped", "left", "cancelled"])
async def test_stopped_while_it_begins(house: House, how: str) -> None:
    """Whoever waits for it learns it, and nothing stays open."""
    bo = await bo_in(house)
    screen = CodedSource(SCREEN)
    token = await screen_token(house)
    await house.faults("silent=joinRoom")
    sharing = asyncio.create_task(bo.room.share_screen(token, screen))
    await until(lambda: screen.is_open, "the beginning")
    if how == "cancelled":
        sharing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sharing
    else:
        await (bo.room.stop_sharing() if how == "stopped" else bo.room.leave())
        with pytest.raises(RtcError) as caught:
            await sharing
        assert caught.value.code is RtcErrorCode.CLOSED
    assert not screen.is_open
    assert not bo.guest.state.sharing


async def test_the_host_ends_a_sharing_or_puts_both_out(house: House) -> None:
    """The stream taken down or its connection put out ends the sharing alone; the person goes with it."""
    bo = await bo_in(house)
    host = await viewer(house, "Mikl", role="MODERATOR")
    screen = CodedSource(SCREEN)
    for force in ("unpublish", "disconnect"):
        await bo.share(screen)
        await until(lambda: len(host.others[0].streams) == 2, "the screen")
        if force == "unpublish":
            await host.room.force_unpublish(bo.guest.state.screen_stream_id)
        else:
            await host.room.force_disconnect(bo.screen_id)
        await until(lambda: not bo.guest.state.sharing, "the sharing's end")
        await until(lambda: kinds(host.others[0]) == [StreamKind.CAMERA], "the screen's end")
        assert (bo.guest.state.phase, bo.guest.state.camera_on) == (RoomPhase.CONNECTED, True)
    await bo.share(screen)
    await until(lambda: len(host.others[0].streams) == 2, "the screen")
    await host.room.force_disconnect(bo.guest.state.own_connection_id)
    await until(lambda: bo.guest.state.phase is RoomPhase.LEFT, "the end")
    assert (bo.guest.state.end_reason, bo.guest.state.sharing) == (EndReason.REMOVED, False)
    await until(lambda: not screen.is_open, "the source's release")
    await until(lambda: host.others == (), "nobody there")


async def test_who_only_shares_is_shown(house: House) -> None:
    """The camera's connection is lost for good, or was never there."""
    ada, bo = await viewer(house), await bo_in(house)
    await bo.share(CodedSource(SCREEN))
    await until(lambda: ada.others and len(ada.others[0].streams) == 2, "both")
    await house.faults("silent=leaveRoom")
    await house.delete(f"/connection/{bo.guest.state.own_connection_id}")
    await until(lambda: ada.others == () or kinds(ada.others[0]) == [StreamKind.SCREEN], "the screen alone")
    screens = [state.participants for state in ada.states if state.participants]
    assert any(kinds(people[0]) == [StreamKind.SCREEN] for people in screens)


@pytest.mark.parametrize("lost", ["screen", "camera", "both"])
async def test_evicted_meanwhile_everything_comes_back(house: House, lost: str) -> None:
    """New tokens, the same devices in the same state, still one person with two moving pictures."""
    ada, bo = await viewer(house), await bo_in(house, comes_back=True)
    screen = CodedSource(SCREEN)
    await bo.share(screen)
    await moves(lambda: slot_of(ada, StreamKind.SCREEN), SCREEN)
    former = (bo.guest.state.own_connection_id, bo.screen_id)
    await house.faults("evict-on-drop")
    lines = {"screen": former[1:], "camera": former[:1], "both": former}[lost]
    for connection_id in lines:
        body = {"connection": connection_id}
        await house.rest.http.post(f"{house.url}/openvidu-local/drop-sockets", json=body)

    def new_ids() -> bool:
        now = (bo.guest.state.own_connection_id, bo.screen_id)
        changed = [new != old and new != "con_" for new, old in zip(now, former, strict=True)]
        return changed == [lost != "screen", lost != "camera"]

    await until(new_ids, "the new connections", COMEBACK_S)
    await house.faults()
    await until(lambda: bo.guest.state.phase is RoomPhase.CONNECTED, "the comeback", COMEBACK_S)
    await moves(lambda: slot_of(ada, StreamKind.CAMERA), CAMERA, COMEBACK_S)
    await moves(lambda: slot_of(ada, StreamKind.SCREEN), SCREEN, COMEBACK_S)
    await until(lambda: len(ada.others) == 1, "one person")
    assert kinds(ada.others[0]) == [StreamKind.CAMERA, StreamKind.SCREEN]
    assert (bo.guest.state.microphone_on, bo.guest.state.camera_on, bo.guest.state.sharing) == (
        False,
        True,
        True,
    )
    assert (bo.guest.camera.opened, screen.opened) == (1, 1)
    await until(lambda: [each.name for each in bo.guest.others] == ["Ada"], "nobody but Ada at Bo's")
    assert code_in(bo.room.picture(OWN_SCREEN)) is not None
