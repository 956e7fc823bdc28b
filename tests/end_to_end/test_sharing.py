"""A window shared from one real app to another, by clicking: token, picker, media, marks, end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend_client.client import BackendClient
from backend_client.models import MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from tests.desktop.devices.screen_scenarios import SENTENCES
from tests.desktop.devices.test_screen import read_text, words_in
from tests.end_to_end.stack import ALICE, OPERATOR, PASSWORD, Stack, running_stack
from tests.support.app_process import AppProcess
from tests.support.x_server import XServer, missing_programs, x_server

pytestmark = pytest.mark.timeout(240)

OPTIONS = ("--camera", "test", "--language", "en", "--theme", "light")

DOCUMENT = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel

app = QApplication([])
label = QLabel(sys.argv[1])
label.setWindowTitle("Résumé – Document")
label.setFont(QFont("Inter", 11))
label.setAlignment(Qt.AlignmentFlag.AlignTop)
label.setStyleSheet("background: white; color: black; padding: 16px")
label.setFixedSize(960, 540)
label.show()
app.exec()
"""
"""Another program, with a title that is no Latin-1."""


@pytest.fixture(scope="module")
def screen() -> Iterator[XServer]:
    """A screen with a window manager."""
    missing = missing_programs() + [name for name in ("tesseract",) if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (Debian: xvfb, openbox, x11-utils, tesseract-ocr)")
    with x_server() as server:
        yield server


@pytest.fixture
async def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    """Service, PostgreSQL and media server."""
    monkeypatch.delenv("VISIO_DATABASE_URL", raising=False)
    async with running_stack(tmp_path) as running:
        yield running


@pytest.fixture
def document(screen: XServer) -> Iterator[None]:
    """The other program's window."""
    environment = {**os.environ, **screen.environment}
    with subprocess.Popen(
        [sys.executable, "-c", DOCUMENT, "\n\n".join(SENTENCES)], env=environment, stderr=subprocess.DEVNULL
    ) as program:
        yield
        program.terminate()


async def test_alice_shows_mikl_a_document(
    stack: Stack, screen: XServer, document: None, tmp_path: Path
) -> None:
    hub = AppProcess("hub", "hub", stack.service_url, tmp_path, OPTIONS)
    alice = AppProcess("participant", "alice", stack.service_url, tmp_path, OPTIONS, env=screen.environment)
    operator = BackendClient(stack.service_url, MemoryTokenStore())
    try:
        await operator.sign_in.log_in(OPERATOR, PASSWORD, stay_signed_in=False)
        (client,) = [each for each in await operator.clients() if each.full_name.startswith("Alice")]
        when = datetime.now(UTC) + timedelta(minutes=5)
        request = MeetingRequest(client_id=client.id, title="Bilan", scheduled_at=when)
        meeting = await operator.create_meeting(request, idempotency_key="one")
        await operator.start(meeting.id)
        for app, email in ((hub, OPERATOR), (alice, ALICE)):
            await app.start()
            await app.sign_in(email, PASSWORD)
            await app.do("list", title="Bilan", action="join", timeout_s=30)
            await app.do("click", object=f"meetingAction-{meeting.id}")
        await alice.do("preview")
        await alice.do("click", object="joinButton")
        await hub.do("room", phase="connected", tiles=1, painted=1, timeout_s=40)
        await alice.do("click", object="shareButton")
        found = await alice.do("share_choices", name="Résumé – Document", timeout_s=30)
        assert not found["is_ours"]
        assert (await alice.do("share_choices", name="Bilan", timeout_s=30))["is_ours"]
        await alice.do("click", object=found["object"])
        await alice.do("click", object="shareNowButton")
        saved = await hub.do("save_screen", pictures=4, file=str(tmp_path / "arrived.png"), timeout_s=40)
        assert (saved["width"], saved["height"]) == (960, 540)
        told = await alice.do("find", object="shareSentence")
        assert told["text"] == "You are sharing “Résumé – Document”"
        await alice.do("find", object="shareEdge-0")
        wanted = words_in(" ".join(SENTENCES))
        assert len(wanted & words_in(read_text(tmp_path / "arrived.png"))) >= 0.9 * len(wanted)
        await alice.do("click", object="stopSharingButton")
        await alice.do("gone", object="shareBar")
        await hub.do("screens", count=0)
        await hub.do("room", phase="connected", tiles=1)
    finally:
        await operator.close()
        await alice.stop()
        await hub.stop()
