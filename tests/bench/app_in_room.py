"""The participant's real app in a room with prepared participants, for whoever measures it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from tests.bench.clip_camera import ENVIRONMENT as CLIP
from tests.bench.row import BenchError
from tests.end_to_end.stack import ALICE, OPERATOR, PASSWORD, Stack, running_stack
from tests.support.app_process import AppProcess
from tests.support.openvidu import SECRET, RunningOpenVidu, openvidu_process

_STOP_LIMIT_S = 20.0
_READY_LIMIT_S = 120.0


@asynccontextmanager
async def servers() -> AsyncIterator[tuple[Stack, RunningOpenVidu, Path]]:
    """Service, PostgreSQL and local OpenVidu server, and a folder for what the apps write."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        openvidu_process("--log-level", "ERROR") as openvidu,
    ):
        async with running_stack(Path(folder), openvidu_url=openvidu.url, openvidu_secret=SECRET) as stack:
            yield stack, openvidu, Path(folder)


async def a_meeting(stack: Stack, *, started: bool) -> Meeting:
    """A meeting of MiKL with Alice; a new one at each call.

    Args:
        stack: the servers.
        started: it is in progress already, and nobody is there.
    """
    client = BackendClient(stack.service_url, MemoryTokenStore())
    try:
        await client.sign_in.log_in(OPERATOR, PASSWORD, stay_signed_in=False)
        alice = next(each for each in await client.clients() if each.full_name.startswith("Alice"))
        key = f"bench-{datetime.now(UTC).timestamp()}"
        meeting = await client.create_meeting(
            MeetingRequest(
                client_id=alice.id,
                title="Bench",
                description="",
                scheduled_at=datetime.now(UTC) + timedelta(minutes=1),
                planned_minutes=60,
            ),
            idempotency_key=key,
        )
        return await client.start(meeting.id) if started else meeting
    finally:
        await client.close()


async def end_meeting(stack: Stack, meeting: Meeting) -> None:
    """End it, so that the next one is the only running one."""
    client = BackendClient(stack.service_url, MemoryTokenStore())
    try:
        await client.sign_in.log_in(OPERATOR, PASSWORD, stay_signed_in=False)
        await client.end(meeting.id)
    finally:
        await client.close()


@asynccontextmanager
async def feeding(
    openvidu: RunningOpenVidu, session: str, count: int, size_px: tuple[int, int]
) -> AsyncIterator[None]:
    """Prepared participants in a session, in a process of their own.

    Raises:
        BenchError: they did not come.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.feeders", openvidu.url, session, str(count)),
        *map(str, size_px),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _READY_LIMIT_S)
        if not line or not json.loads(line).get("ready"):
            raise BenchError("the prepared participants did not start")
        yield
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _STOP_LIMIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def alice_signed_in(
    stack: Stack, folder: Path, clip: Path | None, name: str = "alice"
) -> AsyncIterator[AppProcess]:
    """Alice's app with her list on screen; `clip` is what her camera sees, None the generated picture."""
    app = AppProcess(
        "participant",
        name,
        stack.service_url,
        folder,
        ("--camera", "test", "--language", "fr"),
        module="tests.bench.clip_camera" if clip else "tests.support.driven_app",
        env={CLIP: str(clip)} if clip else None,
    )
    try:
        await app.start()
        await app.sign_in(ALICE, PASSWORD)
        yield app
    finally:
        await app.stop()


@asynccontextmanager
async def hub_signed_in(stack: Stack, folder: Path, name: str) -> AsyncIterator[tuple[AppProcess, Meeting]]:
    """MiKL's Hub in the room of a new meeting with Alice; it ends with the block."""
    app = AppProcess("hub", name, stack.service_url, folder, ("--camera", "test", "--language", "fr"))
    meeting = await a_meeting(stack, started=False)
    try:
        await app.start()
        await app.sign_in(OPERATOR, PASSWORD)
        await app.do("list", title=meeting.title, action="start", timeout_s=30)
        await app.do("click", object=f"meetingAction-{meeting.id}")
        await app.do("preview", pictures=3)
        await app.do("click", object="joinButton")
        await app.do("room", phase="connected", timeout_s=30)
        yield app, meeting
    finally:
        await app.stop()
        await end_meeting(stack, meeting)


async def join(app: AppProcess, meeting: Meeting) -> float:
    """Press *Join* in the list, look at the preview, press *Join*; the moment of that (monotonic clock)."""
    await app.do("list", title=meeting.title, action="join", timeout_s=30)
    await app.do("click", object=f"meetingAction-{meeting.id}")
    await app.do("preview", pictures=3)
    clicked = await app.do("click", object="joinButton")
    return float(clicked["clicked_at"])


def cpu_s(pids: list[int]) -> float:
    """Processor seconds of some processes so far; one that has ended counts no more."""
    total = 0.0
    for pid in pids:
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def memory_mb(pids: list[int]) -> float:
    """Memory of some processes; what they share counts once (proportional set size), where known."""
    total = 0.0
    for pid in pids:
        try:
            full = psutil.Process(pid).memory_full_info()
        except psutil.NoSuchProcess:
            continue
        total += getattr(full, "pss", full.rss)
    return total / 1e6


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


def load() -> float:
    """Processes that wanted a processor, mean of a minute."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0
