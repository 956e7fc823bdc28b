"""The service ended without a word in the middle of a meeting: whoever comes after it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.backend.people import ALICE, MIKL, plan, signed_in
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.service import TestDatabase
from tests.support.service_process import service_process
from tests.support.waiting import until


async def test_a_meeting_goes_on_over_a_killed_service(
    database: TestDatabase, openvidu: FakeOpenVidu
) -> None:
    """The same sign-ins, the same room; its end is right, and the room is closed though OpenVidu was away."""
    settings: dict[str, Any] = {"openvidu_url": openvidu.url, "openvidu_secret": SECRET, "job_poll_s": "0.1"}
    with service_process(database, **settings) as first:
        async with signed_in(first.url, MIKL) as mikl, signed_in(first.url, ALICE) as alice:
            meeting = await plan(mikl, database.client_id(ALICE))
            path = f"/meetings/{meeting['id']}"
            started = (await mikl.post(f"{path}/start")).json()
            before = (await alice.post(f"{path}/token")).json()
            first.kill()
            with service_process(database, port=first.port, **settings) as second:
                after = (await alice.post(f"{path}/token")).json()
                assert after["session_id"] == before["session_id"]
                assert after["token"] != before["token"]
                again = (await mikl.post(f"{path}/start")).json()
                assert again["started_at"] == started["started_at"]
                openvidu.status = 500
                ended = (await mikl.post(f"{path}/end")).json()
                second.kill()
            openvidu.status = None
            assert openvidu.sessions
            with service_process(database, port=first.port, **settings):
                await until(lambda: not openvidu.sessions, "the room to be closed", 30)
                seen = (await alice.get(path)).json()
    assert (seen["status"], seen["end_reason"]) == ("completed", "host")
    assert seen["ended_at"] == ended["ended_at"]
    lasted = datetime.fromisoformat(seen["ended_at"]) - datetime.fromisoformat(started["started_at"])
    assert abs(seen["duration_seconds"] - lasted.total_seconds()) <= 1
