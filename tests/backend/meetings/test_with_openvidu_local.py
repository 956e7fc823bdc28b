"""Presence and ends with the OpenVidu-compatible server as a process: REST, webhooks, real joins."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from tests.backend.people import ALICE, MIKL, Person, plan, signed_in
from tests.openvidu_local.wire_client import WireClient
from tests.support.openvidu import RunningOpenVidu, openvidu_process
from tests.support.service import RunningService, TestDatabase, running_service
from tests.support.waiting import until

HOOK_SECRET = "a-secret-of-the-hook"
LIMIT_S = 40.0


@dataclass(frozen=True, slots=True)
class Town:
    """A service and an OpenVidu that know each other."""

    service: RunningService
    openvidu: RunningOpenVidu


@pytest.fixture
def town(database: TestDatabase) -> Iterator[Town]:
    """Both, with webhooks on the way and a reaper that looks all the time."""
    # OpenVidu is told where the service will be, and the service where OpenVidu is.
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    hook = (
        "--webhook-url",
        f"http://127.0.0.1:{port}/v1/webhooks/openvidu",
        "--webhook-header",
        f"Authorization: Bearer {HOOK_SECRET}",
    )
    with (
        openvidu_process(*hook) as openvidu,
        running_service(
            database,
            port=port,
            openvidu_url=openvidu.url,
            openvidu_secret=openvidu.secret,
            openvidu_webhook_secret=SecretStr(HOOK_SECRET),
            job_poll_s=0.1,
            look_s=3600,
            empty_limit_s=0.5,
        ) as service,
    ):
        yield Town(service, openvidu)


async def enter(town: Town, person: Person, path: str, **members: Any) -> WireClient:
    """Take a token and join with it."""
    answer = await person.post(f"{path}/token", members)
    client = await WireClient.open(town.openvidu.url)
    await client.join(answer.json()["token"])
    return client


async def leave(client: WireClient) -> None:
    """As the apps leave."""
    await client.call("leaveRoom")
    await client.close()


def people(database: TestDatabase) -> list[dict[str, Any]]:
    """All presence rows, in the order of joins."""
    return database.admin("select * from public.meeting_participants order by joined_at")


async def test_a_meeting_that_both_leave_ends_by_itself(database: TestDatabase, town: Town) -> None:
    """Joined, talked, left without an end: presence by webhook, the end by the reaper."""
    async with signed_in(town.service.url, MIKL) as mikl, signed_in(town.service.url, ALICE) as alice:
        meeting = await plan(mikl, database.client_id(ALICE))
        path = f"/meetings/{meeting['id']}"
        await mikl.post(f"{path}/start")
        host, guest = await enter(town, mikl, path), await enter(town, alice, path)
        await until(lambda: len(people(database)) == 2, timeout_s=LIMIT_S)
        assert [(row["auth_user_id"], row["role"]) for row in people(database)] == [
            (mikl.account_id, "MODERATOR"),
            (alice.account_id, "PUBLISHER"),
        ]
        await leave(guest)
        await until(lambda: people(database)[1]["left_at"], timeout_s=LIMIT_S)
        assert people(database)[0]["left_at"] is None
        await leave(host)
        left_at = database.admin("select clock_timestamp() as now")[0]["now"]
        await until(lambda: people(database)[0]["left_at"], timeout_s=LIMIT_S)
        assert abs((people(database)[0]["left_at"] - left_at).total_seconds()) <= 1
    # Nobody tells the service any more: it must look by itself.
    with running_service(
        database,
        openvidu_url=town.openvidu.url,
        openvidu_secret=town.openvidu.secret,
        look_s=0.2,
        empty_limit_s=0.5,
    ):
        row = "select * from public.meetings"
        await until(lambda: database.admin(row)[0]["status"] == "completed", timeout_s=LIMIT_S)
    (ended,) = database.admin(row)
    assert ended["end_reason"] == "abandoned"
    assert ended["ended_at"] == people(database)[0]["left_at"]


async def test_the_second_device_takes_over(database: TestDatabase, town: Town) -> None:
    """The first is told to go by OpenVidu as soon as the second is in."""
    async with signed_in(town.service.url, MIKL) as mikl:
        meeting = await plan(mikl, database.client_id(ALICE))
        path = f"/meetings/{meeting['id']}"
        await mikl.post(f"{path}/start")
        laptop = await enter(town, mikl, path, device_id="laptop")
        tablet = await enter(town, mikl, path, device_id="tablet")
        evicted = await laptop.wait(
            lambda frame: frame.get("method") == "participantEvicted", "the eviction of the laptop"
        )
        assert evicted["params"]["connectionId"] == laptop.connection_id
        await until(
            lambda: (
                [row["connection_id"] for row in people(database) if row["left_at"] is None]
                == [tablet.connection_id]
            ),
            timeout_s=LIMIT_S,
        )
        await laptop.close()
        await leave(tablet)


async def test_the_hosts_end_sends_everybody_away(database: TestDatabase, town: Town) -> None:
    """Presence ends with the meeting, and the media server closes the room."""
    async with signed_in(town.service.url, MIKL) as mikl, signed_in(town.service.url, ALICE) as alice:
        meeting = await plan(mikl, database.client_id(ALICE))
        path = f"/meetings/{meeting['id']}"
        await mikl.post(f"{path}/start")
        guest = await enter(town, alice, path)
        await until(lambda: people(database), timeout_s=LIMIT_S)
        ended = (await mikl.post(f"{path}/end")).json()
        await guest.wait(lambda frame: frame.get("method") == "participantEvicted", "the eviction")
        (row,) = people(database)
        assert row["left_at"].isoformat() == ended["ended_at"].replace("Z", "+00:00")
        assert 0 <= (row["left_at"] - row["joined_at"]).total_seconds() <= ended["duration_seconds"] + 1
        await guest.close()
