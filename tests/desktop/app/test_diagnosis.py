"""The configuration test in the real app against the real service; the report of a run that was killed."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from backend_client.client import BackendClient
from backend_client.models import DeviceReadiness, MeetingRequest, NetworkReadiness
from backend_client.sign_in import MemoryTokenStore
from tests.support.app_process import AppProcess
from tests.support.openvidu import openvidu_process
from tests.support.service import TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]

PASSWORD = "demo-visio"


async def test_the_test_says_what_is_well_and_what_is_not(database: TestDatabase, tmp_path: Path) -> None:
    """Under a minute, with a relay that drops everything; the report names nobody."""
    profile = tmp_path / "profile-alice"
    profile.mkdir()
    relays = ["turn:127.0.0.1:9", "turn:127.0.0.1:9?transport=tcp"]
    (profile / "settings.json").write_text(json.dumps({"test_relays": relays}))
    with (
        openvidu_process("--log-level", "WARNING") as openvidu,
        running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as service,
    ):
        app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en"))
        await app.start()
        try:
            await app.sign_in("alice@demo.visio", PASSWORD)
            began = time.monotonic()
            await app.do("click", object="testButton")
            await app.do("click", object="copyReportButton", timeout_s=60)
            assert time.monotonic() - began < 60
            tcp = await app.do("find", object="sentence-relay-tcp")
            assert tcp["text"].startswith("Your network blocks the way around")
            report = (await app.do("clipboard"))["text"]
            lines = dict(line.split(": ", 1) for line in report.splitlines() if ": " in line)
            for well in ("service", "clock", "sign-in", "media", "version"):
                assert lines[well].startswith("passed"), report
            assert lines["relay-tcp"].startswith("failed relay-tcp 127.0.0.1:9")
            assert "alice" not in report.casefold()
            assert "laurent" not in report.casefold()
            assert "joined in" in lines["media"]
            assert "tok_" not in report
        finally:
            assert await app.quit() == 0


async def test_the_host_is_told_ten_minutes_before_what_the_client_lacks(
    database: TestDatabase, tmp_path: Path
) -> None:
    """Nobody clicks anything: the reminder's moment is enough."""
    with running_service(database) as service:
        host = BackendClient(service.url, MemoryTokenStore())
        app = AppProcess(
            "participant", "alice", service.url, tmp_path, ("--language", "en", "--camera", "test")
        )
        await app.start()
        try:
            await app.sign_in("alice@demo.visio", PASSWORD)
            await host.sign_in.log_in("mikl@demo.visio", PASSWORD, stay_signed_in=False)
            (alice,) = [each for each in await host.clients() if each.full_name.startswith("Alice")]
            when = host.now() + timedelta(minutes=10, seconds=-1)
            request = MeetingRequest(client_id=alice.id, title="Bilan", scheduled_at=when)
            meeting = await host.create_meeting(request, idempotency_key=str(uuid4()))
            readiness = None
            deadline = time.monotonic() + 40
            while readiness is None and time.monotonic() < deadline:
                readiness = (await host.meeting(meeting.id)).client_readiness
                await asyncio.sleep(0.2)
            assert readiness is not None
            assert readiness.microphone is DeviceReadiness.OK  # the generated one
            assert readiness.network is NetworkReadiness.FAILED  # the service has no media server here
        finally:
            await host.close()
            assert await app.quit() == 0


async def test_a_killed_app_offers_its_report_at_the_next_start(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9"
    app = AppProcess("participant", "alice", nobody, tmp_path, ("--language", "en"))
    await app.start()
    await app.do("find", object="signInWindow", timeout_s=60)
    app.process.kill()
    await app.wait()
    await app.stop()
    app = AppProcess("participant", "alice", nobody, tmp_path, ("--language", "en"))
    await app.start()
    told = await app.do("find", object="crashTitle", timeout_s=60)
    assert told["text"] == "MiKL Visio did not end normally"
    await app.do("click", object="copyCrashButton")
    assert "mikl-visio starts" in (await app.do("clipboard"))["text"]
    await app.do("gone", object="crashWindow")
    assert await app.quit() == 0
    app = AppProcess("participant", "alice", nobody, tmp_path, ("--language", "en"))
    await app.start()
    await app.do("find", object="signInWindow", timeout_s=60)
    await app.do("gone", object="crashWindow")
    assert await app.quit() == 0
