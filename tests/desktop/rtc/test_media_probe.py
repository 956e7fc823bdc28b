"""The way to the media server, tried by joining an empty room of the OpenVidu-compatible server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media_probe import address_of, probe_media
from tests.desktop.rtc.ice_peers import free_port
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process


@pytest.fixture(scope="module")
def openvidu() -> Iterator[RunningOpenVidu]:
    """A server that names a relay."""
    relay = ("--coturn-host", "turn.example.org", "--coturn-port", "443")
    with openvidu_process("--log-level", "WARNING", *relay) as running:
        yield running


async def test_it_joins_learns_the_relays_and_leaves(openvidu: RunningOpenVidu) -> None:
    async with OpenViduRest(openvidu.url, openvidu.secret) as rest:
        token = await rest.token(await rest.create_session("test_a"), role="SUBSCRIBER")
        (relay,) = await probe_media(token)
        assert (relay.host, relay.port, relay.transport) == ("turn.example.org", 443, "udp")
        assert relay.username
        assert relay.credential

        async def sessions() -> list[str]:
            answer = await rest.http.get("/sessions")
            return [each["id"] for each in answer.json()["content"]]

        names = await sessions()
        while "test_a" in names:
            names = await sessions()


async def test_a_used_token_is_refused(openvidu: RunningOpenVidu) -> None:
    async with OpenViduRest(openvidu.url, openvidu.secret) as rest:
        session = await rest.create_session("test_b")
        token = await rest.token(session, role="SUBSCRIBER")
        await probe_media(token)
        with pytest.raises(RtcError) as caught:
            await probe_media(token)
        assert caught.value.code in (RtcErrorCode.TOKEN_REFUSED, RtcErrorCode.ROOM_GONE)


async def test_nobody_there() -> None:
    token = f"wss://127.0.0.1:{free_port()}?sessionId=test_c&token=tok_secret"
    assert "secret" not in address_of(token)
    with pytest.raises(RtcError) as caught:
        await probe_media(token)
    assert caught.value.code is RtcErrorCode.UNREACHABLE
