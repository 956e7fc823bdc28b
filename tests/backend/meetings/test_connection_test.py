"""A test connection: to an empty room of one's own, for whoever is signed in, not too often."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backend.people import ALICE, BOB, MIKL, code_of, signed_in
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.service import RunningService, TestDatabase, running_service


@pytest.fixture(scope="module")
def openvidu() -> Iterator[RunningOpenVidu]:
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


@pytest.fixture
def service(database: TestDatabase, openvidu: RunningOpenVidu) -> Iterator[RunningService]:
    with running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as running:
        yield running


async def test_each_person_gets_a_room_of_his_own_and_the_least_role(
    service: RunningService, openvidu: RunningOpenVidu, database: TestDatabase
) -> None:
    async with OpenViduRest(openvidu.url, openvidu.secret) as rest:
        for email in (ALICE, BOB, MIKL):
            async with signed_in(service.url, email) as person:
                answer = await person.post("/connection-test")
                assert answer.status_code == 200
                assert answer.headers["cache-control"] == "no-store"
                name = f"test_{database.account_id(email).hex}"
                assert f"sessionId={name}&" in answer.json()["token"]
                again = await person.post("/connection-test")
                assert again.json()["token"] != answer.json()["token"]
            room = (await rest.http.get(f"/sessions/{name}?pendingConnections=true")).json()
            roles = [each["role"] for each in room["connections"]["content"]]
            assert set(roles) == {"SUBSCRIBER"}


async def test_ten_a_minute_and_none_for_the_deactivated(
    service: RunningService, database: TestDatabase
) -> None:
    async with signed_in(service.url, ALICE) as alice:
        for _ in range(10):
            assert (await alice.post("/connection-test")).status_code == 200
        refused = await alice.post("/connection-test")
        assert code_of(refused) == (429, "too-many")
        assert int(refused.headers["retry-after"]) > 0
    async with signed_in(service.url, BOB) as bob:
        database.admin("update public.clients set active = false")
        assert (await bob.post("/connection-test")).status_code in (401, 403)


async def test_without_a_media_server_it_says_so(database: TestDatabase) -> None:
    with running_service(database) as plain:
        async with signed_in(plain.url, ALICE) as alice:
            assert code_of(await alice.post("/connection-test")) == (503, "media-unavailable")
