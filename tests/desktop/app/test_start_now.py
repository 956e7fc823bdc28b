"""A meeting that nobody planned: MiKL names a client, and is in the room with her."""

from __future__ import annotations

from pathlib import Path

from backend_client.client import BackendClient
from backend_client.models import MeetingStatus
from backend_client.sign_in import MemoryTokenStore
from tests.support.app_process import AppProcess
from tests.support.openvidu import openvidu_process
from tests.support.running_shell import PASSWORD
from tests.support.service import TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]

LIMIT_S = 60.0


async def test_a_client_is_named_and_the_room_opens(database: TestDatabase, tmp_path: Path) -> None:
    """Through the real dialog, service and media server; the client sees a meeting that is in progress."""
    with (
        openvidu_process("--log-level", "WARNING") as openvidu,
        running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as service,
    ):
        alice = BackendClient(service.url, MemoryTokenStore())
        hub = AppProcess("hub", "mikl", service.url, tmp_path, ("--language", "fr", "--camera", "test"))
        try:
            await alice.sign_in.log_in("alice@demo.visio", PASSWORD, stay_signed_in=False)
            assert await alice.meetings() == []
            await hub.start()
            await hub.sign_in("mikl@demo.visio", PASSWORD)
            await hub.do("click", object="startNowButton", timeout_s=LIMIT_S)
            await hub.do("find", object="clientField", hint="Nom d’un client", timeout_s=LIMIT_S)
            await hub.do("type", object="clientField", text="alice", enter=True)
            await hub.do("click", object="actionButton", timeout_s=LIMIT_S)
            await hub.do("find", object="roomWindow", timeout_s=LIMIT_S)
            await hub.do("room", phase="connected", timeout_s=LIMIT_S)
            (meeting,) = await alice.meetings()
            assert meeting.status is MeetingStatus.IN_PROGRESS
            await hub.do("click", object="leaveButton", timeout_s=LIMIT_S)
            assert await hub.quit() == 0
        finally:
            await hub.stop()
            await alice.close()
