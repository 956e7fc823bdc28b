"""What MiKL reads when a server is away, in the real Hub on the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest, User
from backend_client.sign_in import MemoryTokenStore
from tests.end_to_end.evidence import meeting_row
from tests.end_to_end.stack import OPERATOR, PASSWORD, Stack, running_stack
from tests.support.app_process import AppProcess

pytestmark = pytest.mark.timeout(180)

NOBODY = "http://127.0.0.1:9"
"""A port that nothing listens on."""


@pytest.fixture
async def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    """The service, whose media server is away."""
    monkeypatch.delenv("VISIO_DATABASE_URL", raising=False)
    async with running_stack(tmp_path, openvidu_url=NOBODY, openvidu_secret="x") as running:
        yield running


@pytest.fixture
async def hub(stack: Stack, tmp_path: Path) -> AsyncIterator[AppProcess]:
    """The Hub in English, signed in."""
    app = AppProcess(
        "hub",
        "hub",
        stack.service_url,
        tmp_path,
        ("--camera", "test", "--language", "en", "--theme", "light"),
    )
    await app.start()
    await app.sign_in(OPERATOR, PASSWORD)
    yield app
    await app.stop()


@pytest.fixture
async def planned(stack: Stack) -> tuple[Meeting, User]:
    """A meeting of MiKL with the first of his clients, and MiKL."""
    client = BackendClient(stack.service_url, MemoryTokenStore())
    user = await client.sign_in.log_in(OPERATOR, PASSWORD, stay_signed_in=False)
    person = (await client.clients())[0]
    request = MeetingRequest(
        client_id=person.id, title="Bilan", scheduled_at=datetime.now(UTC) + timedelta(hours=1)
    )
    meeting = await client.create_meeting(request, idempotency_key="one")
    await client.close()
    return meeting, user


async def test_a_media_server_that_is_down_at_start(
    hub: AppProcess, stack: Stack, planned: tuple[Meeting, User]
) -> None:
    """The Hub says so in words, the meeting stays scheduled, the button is usable again."""
    meeting, user = planned
    await hub.do("click", object=f"meetingAction-{meeting.id}")
    await hub.do("click", object="joinButton", timeout_s=30)
    told = await hub.do("find", object="preJoinLine", accessible="The video server")
    assert told["accessible"] == "The video server does not answer. The meeting has not changed."
    row = await meeting_row(stack.database_url, user, str(meeting.id))
    assert (row["status"], row["session_id"], row["started_at"]) == ("scheduled", None, None)
    await hub.do("click", object="backButton")
    again = await hub.do("list", title="Bilan", action="start")
    assert again["rows"][0]["busy"] is False


async def test_a_service_that_goes_away(hub: AppProcess, stack: Stack, planned: tuple[Meeting, User]) -> None:
    """The last list stays, with its age; nothing is lost."""
    await hub.do("list", title="Bilan")
    await stack.service.stop()
    line = await hub.do("find", object="offlineLine", timeout_s=30)
    assert line["text"].startswith("Offline: list as of ")
    kept = await hub.do("list", title="Bilan")
    assert kept["rows"][0]["title"] == "Bilan"
