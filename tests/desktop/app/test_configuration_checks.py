"""The configuration test's checks on the real parts: the service, the OpenVidu-compatible server, coturn."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend_client.client import BackendClient
from backend_client.sign_in import MemoryTokenStore
from desktop.app.configuration_checks import ConfigurationChecks
from desktop.view_models.diagnosis_states import Check, Finding, Outcome
from tests.desktop.rtc.ice_peers import Coturn, coturn, free_port, make_certificate, needs_coturn
from tests.support.device_fakes import FakeDevices
from tests.support.openvidu import SECRET, RunningOpenVidu, openvidu_process
from tests.support.service import TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]

WAY_OF_MEDIA = (Check.SERVICE, Check.MEDIA, Check.RELAY_UDP, Check.RELAY_TCP)


@pytest.fixture(scope="module")
def plain() -> Iterator[RunningOpenVidu]:
    """A media server that names no relay."""
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


@asynccontextmanager
async def checks(
    database: TestDatabase, openvidu: RunningOpenVidu, *relays: str, email: str | None = "alice@demo.visio"
) -> AsyncIterator[tuple[ConfigurationChecks, BackendClient]]:
    """The checks before a service with this media server; `email` signs in, `relays` are IT's."""
    # The service asks it where it listens, whatever it writes into tokens.
    url = f"http://127.0.0.1:{openvidu.url.rpartition(':')[2]}"
    with running_service(database, openvidu_url=url, openvidu_secret=openvidu.secret) as service:
        client = BackendClient(service.url, MemoryTokenStore())
        if email is not None:
            await client.sign_in.log_in(email, "demo-visio", stay_signed_in=False)
        try:
            yield ConfigurationChecks(client, FakeDevices(), relays, ssl.create_default_context()), client
        finally:
            await client.close()


async def found(checks: ConfigurationChecks) -> dict[Check, Finding]:
    """What the way of the media is found to be, asked in the order in which the test asks."""
    return {check: await checks.run(check) for check in WAY_OF_MEDIA}


@needs_coturn
async def test_a_room_s_relay_is_used_with_the_room_s_credentials(
    database: TestDatabase, tmp_path: Path
) -> None:
    async with coturn(make_certificate(tmp_path), tmp_path, SECRET) as turn:
        named = ("--coturn-host", "127.0.0.1", "--coturn-port", str(turn.port))
        with openvidu_process("--log-level", "WARNING", *named) as openvidu:
            await both_ways(database, openvidu, turn)


async def both_ways(database: TestDatabase, openvidu: RunningOpenVidu, turn: Coturn) -> None:
    """The relay works, and then it does not."""
    async with checks(database, openvidu, f"turn:127.0.0.1:{turn.port}?transport=tcp") as (asked, _):
        results = await found(asked)
        assert [each.outcome for each in results.values()] == [Outcome.PASSED] * 4, results
        assert results[Check.RELAY_UDP].detail == f"127.0.0.1:{turn.port}"
        said = str(results)
        assert "tok_" not in said
        assert ":k3" not in said
        turn.process.kill()
        await turn.process.wait()
        results = await found(asked)
        assert (results[Check.RELAY_UDP].outcome, results[Check.RELAY_UDP].reason) == (
            Outcome.WARNED,
            "relay-udp",
        )
        assert (results[Check.RELAY_TCP].outcome, results[Check.RELAY_TCP].reason) == (
            Outcome.FAILED,
            "relay-tcp",
        )


async def test_a_media_server_that_only_the_service_reaches_is_the_network_s_fault(
    database: TestDatabase,
) -> None:
    """Its tokens lead to another address of this machine, where nobody listens."""
    with openvidu_process("--log-level", "WARNING", "--public-host", "127.0.0.9") as openvidu:
        await elsewhere(database, openvidu)


async def elsewhere(database: TestDatabase, openvidu: RunningOpenVidu) -> None:
    """What the checks find there."""
    async with checks(database, openvidu) as (asked, _):
        results = await found(asked)
        media = results[Check.MEDIA]
        assert (media.outcome, media.reason) == (Outcome.FAILED, "media-blocked")
        assert media.detail.startswith("127.0.0.9:")
        assert media.detail.endswith(" unreachable")
        assert results[Check.RELAY_UDP].reason == "no-room-relay-udp"
        assert results[Check.RELAY_TCP].reason == "no-room-relay-tcp"


async def test_without_a_session_the_service_is_believed(
    database: TestDatabase, plain: RunningOpenVidu
) -> None:
    async with checks(database, plain, email=None) as (asked, _):
        results = await found(asked)
        assert results[Check.MEDIA].outcome is Outcome.PASSED
        assert results[Check.MEDIA].detail == ""
        assert results[Check.RELAY_UDP].reason == "no-relay"


async def test_whoever_tests_too_often_is_told_what_the_service_knows(
    database: TestDatabase, plain: RunningOpenVidu
) -> None:
    async with checks(database, plain) as (asked, client):
        for _ in range(10):
            await client.connection_test()
        assert (await found(asked))[Check.MEDIA].outcome is Outcome.PASSED


async def test_a_media_server_that_the_service_cannot_reach_is_not_the_network_s_fault(
    database: TestDatabase,
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with running_service(database, openvidu_url=nobody, openvidu_secret=SECRET) as service:
        client = BackendClient(service.url, MemoryTokenStore())
        try:
            await client.sign_in.log_in("alice@demo.visio", "demo-visio", stay_signed_in=False)
            asked = ConfigurationChecks(client, FakeDevices(), (), ssl.create_default_context())
            media = (await found(asked))[Check.MEDIA]
        finally:
            await client.close()
    assert (media.outcome, media.reason) == (Outcome.FAILED, "media-down")
