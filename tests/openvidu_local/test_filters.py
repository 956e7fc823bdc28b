"""Server-side filters: who may use them, what fails, what others hear."""

from __future__ import annotations

from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.wire_client import OFFER, Frame

PUBLISH: Frame = {"sdpOffer": OFFER, "doLoopback": False, "hasAudio": True, "hasVideo": False}
FLIP: Frame = {"type": "GStreamerFilter", "options": '{"command":"videoflip"}'}


async def test_a_filters_life(join: Joiner) -> None:
    """Applied, used, listened to and removed; the others get the filter as a real object."""
    ada, bo = await join("MODERATOR"), await join()
    stream = {"streamId": (await ada.call("publishVideo", PUBLISH))["id"]}
    assert (await ada.fails("removeFilter", stream)).code == 406
    assert (await ada.fails("applyFilter", stream | FLIP | {"options": "no object"})).code == 406
    await ada.call("applyFilter", stream | FLIP)
    assert (await ada.fails("applyFilter", stream | FLIP)).code == 405
    applied = await bo.notification("streamPropertyChanged")
    assert (applied["property"], applied["reason"]) == ("filter", "applyFilter")
    assert applied["newValue"] == {"type": "GStreamerFilter", "options": {"command": "videoflip"}}
    await ada.call("execFilterMethod", stream | {"method": "setElementProperty", "params": "{}"})
    used = await bo.notification("streamPropertyChanged", number=2)
    assert used["newValue"]["lastExecMethod"] == {"method": "setElementProperty", "params": {}}
    event = stream | {"eventType": "CodeFound"}
    assert (await ada.fails("removeFilterEventListener", event)).code == 407
    await ada.call("addFilterEventListener", event)
    await ada.call("removeFilterEventListener", event)
    await ada.call("removeFilter", stream)
    removed = await bo.notification("streamPropertyChanged", number=3)
    assert (removed["newValue"], removed["reason"]) == ({}, "removeFilter")


async def test_rights(join: Joiner) -> None:
    """A publisher may use what its token names on its own stream; a moderator anything anywhere."""
    ada = await join("MODERATOR")
    bo = await join(kurentoOptions={"allowedFilters": ["GStreamerFilter"]})
    adas = {"streamId": (await ada.call("publishVideo", PUBLISH))["id"]}
    bos = {"streamId": (await bo.call("publishVideo", PUBLISH))["id"]}
    assert (await bo.fails("applyFilter", adas | FLIP)).code == 401
    assert (await bo.fails("applyFilter", bos | FLIP | {"type": "ChromaFilter"})).code == 401
    await bo.call("applyFilter", bos | FLIP)
    await ada.call("removeFilter", bos)
    assert (await ada.fails("removeFilter", {"streamId": "str_CAM_Abcd_con_Nobody1234"})).code == 102
    await bo.call("unpublishVideo")
    assert (await ada.fails("applyFilter", bos | FLIP)).code == 105
