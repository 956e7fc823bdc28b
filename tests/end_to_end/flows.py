"""The five flows, walked by clicking the real widgets of three real apps, with evidence.

MiKL's Hub and the apps of Alice and Bob are separate processes. What is reported was read from the
widgets' states, from the pictures that were painted, from the samples that were played, and from
the database under each person's own claims.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import MeetingStatus, User
from backend_client.sign_in import MemoryTokenStore
from desktop.devices.frame_code import source_id_of
from desktop.devices.test_tone import tone_frequency_hz
from tests.end_to_end.evidence import meeting_row, rows_as
from tests.end_to_end.stack import ALICE, BOB, OPERATOR, PASSWORD, Stack
from tests.support.app_process import AppProcess

TITLE = "Bilan de mars"
BOB_TITLE = "Point d'étape"
AUDIBLE = 1e-4
"""Least energy at the other's tone for which it counts as heard; see `energy_at` for the scale."""
PAINTED_FRAMES = 30
"""Remote pictures that must have been painted on each side."""


class FlowError(Exception):
    """A flow did not do what it should; the text says what was seen instead."""


def expect(condition: object, what: str) -> None:
    """Fail the flow with `what` unless the condition holds."""
    if not condition:
        raise FlowError(what)


class Walk:
    """One walk through the product.

    Args:
        stack: the running servers.
        work_dir: logs and profiles.
        out: where the screenshots go.
    """

    def __init__(self, stack: Stack, work_dir: Path, out: Path) -> None:
        self._stack = stack
        self._out = out
        extra = ("--camera", "test", "--language", "fr", "--theme", "light")
        self.hub = AppProcess("hub", "hub", stack.service_url, work_dir, extra)
        self.alice = AppProcess("participant", "alice", stack.service_url, work_dir, extra)
        self.bob = AppProcess("participant", "bob", stack.service_url, work_dir, extra)
        self.flows: dict[str, dict[str, Any]] = {}
        self.timings_ms: dict[str, float] = {}
        self.screenshots: list[dict[str, str]] = []
        self._clients: dict[str, BackendClient] = {}
        self._users: dict[str, User] = {}
        self._meeting_id = ""

    async def run(self) -> None:
        """Walk everything; a flow that fails is noted and the rest goes on as far as it can."""
        await self._prepare()
        for name in ("schedule", "start", "join", "isolation", "end"):
            await self._flow(name, getattr(self, "_" + name))

    async def close(self) -> None:
        """Close the apps and the HTTP clients."""
        for app in (self.bob, self.alice, self.hub):
            await app.stop()
        for client in self._clients.values():
            await client.close()

    async def _flow(self, name: str, walk: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        evidence: dict[str, Any] = {}
        try:
            await walk(evidence)
        except Exception as error:  # noqa: BLE001  (whatever went wrong is this flow's result)
            self.flows[name] = {
                "ok": False,
                "error": f"{type(error).__name__}: {error}",
                "evidence": evidence,
            }
        else:
            self.flows[name] = {"ok": True, "evidence": evidence}

    async def _shot(
        self, app: AppProcess, window: str, state: str, *, language: str = "fr", theme: str = "light"
    ) -> None:
        name = f"{len(self.screenshots) + 1:02d}-{window}-{state}-{language}-{theme}.png"
        await app.do("screenshot", file=str(self._out / name))
        self.screenshots.append(
            {"file": name, "window": window, "state": state, "language": language, "theme": theme}
        )

    # ------------------------------------------------------------------ before the flows

    async def _prepare(self) -> None:
        for email in (OPERATOR, ALICE, BOB):
            client = BackendClient(self._stack.service_url, MemoryTokenStore())
            self._clients[email] = client
            self._users[email] = await client.sign_in.log_in(email, PASSWORD, stay_signed_in=False)
        began = time.monotonic()
        for app in (self.hub, self.alice, self.bob):
            await app.start()
        seen = await self.hub.do("find", object="signInButton", timeout_s=60)
        self.timings_ms["hub_launch_to_sign_in"] = round((seen["at"] - began) * 1000)
        await self._shot(self.hub, "hub-sign-in", "empty")
        await self.hub.do("type", object="email", text=OPERATOR)
        await self.hub.do("type", object="password", text="not the password", enter=True)
        await self.hub.do("find", object="signInError")
        await self._shot(self.hub, "hub-sign-in", "wrong-password")
        await self.hub.sign_in(OPERATOR, PASSWORD)
        await self.alice.do("find", object="signInButton", timeout_s=60)
        await self._shot(self.alice, "visio-sign-in", "empty")
        await self.alice.sign_in(ALICE, PASSWORD)
        await self.bob.sign_in(BOB, PASSWORD)
        await self._shot(self.hub, "hub-list", "empty")
        await self._shot(self.alice, "visio-list", "empty")

    # ------------------------------------------------------------------ 1 schedule

    async def _schedule(self, evidence: dict[str, Any]) -> None:
        operator = self._users[OPERATOR]
        evidence["rows_before"] = await rows_as(
            self._stack.database_url, operator, "select id, status from public.meetings"
        )
        await self.hub.do("click", object="scheduleButton")
        await self.hub.do("click", object="saveButton")
        await self._shot(self.hub, "hub-schedule", "errors")
        row, clicked_at = await self._plan("Alice", TITLE, "Objectifs du trimestre, puis questions.", days=0)
        self._meeting_id = row["meeting_id"]
        seen = await self.alice.do("list", title=TITLE)
        self.timings_ms["schedule_to_client_list"] = round((seen["at"] - clicked_at) * 1000)
        await self._shot(self.alice, "visio-list", "notified")
        told = await self.alice.do("notices", count=1)
        bob_row, _ = await self._plan("Bob", BOB_TITLE, "", days=1)
        await self.bob.do("list", title=BOB_TITLE)
        bob_told = await self.bob.do("notices", count=1)
        evidence["row_after"] = await meeting_row(self._stack.database_url, operator, self._meeting_id)
        evidence["notified"] = {"alice": told["notices"], "bob": bob_told["notices"]}
        evidence["lists"] = {
            "hub": [each["title"] for each in (await self.hub.do("list"))["rows"]],
            "alice": [each["title"] for each in (await self.alice.do("list"))["rows"]],
            "bob": [each["title"] for each in (await self.bob.do("list"))["rows"]],
        }
        evidence["notification_rows"] = {
            name: await rows_as(
                self._stack.database_url,
                self._users[email],
                "select kind, meeting_id from public.notifications",
            )
            for name, email in (("alice", ALICE), ("bob", BOB))
        }
        expect(evidence["row_after"]["status"] == "scheduled", "the row is not `scheduled`")
        expect(evidence["row_after"]["session_id"] is None, "a scheduled meeting has a session already")
        expect(
            [each["meeting_id"] for each in told["notices"]] == [self._meeting_id],
            "Alice was not told of her meeting",
        )
        expect(
            [each["meeting_id"] for each in bob_told["notices"]] == [bob_row["meeting_id"]],
            "Bob was told of a meeting that is not his",
        )
        expect(evidence["lists"]["alice"] == [TITLE], "Alice's list is not exactly her meeting")
        await self._shot(self.hub, "hub-list", "filled")
        await self.hub.do("theme", value="dark")
        await self._shot(self.hub, "hub-list", "filled", theme="dark")
        await self.hub.do("language", value="en")
        await self._shot(self.hub, "hub-list", "filled", language="en", theme="dark")
        await self.hub.do("theme", value="light")
        await self._shot(self.hub, "hub-list", "filled", language="en")
        await self.hub.do("language", value="fr")
        await self.alice.do("theme", value="dark")
        await self._shot(self.alice, "visio-list", "filled", theme="dark")
        await self.alice.do("theme", value="light")

    async def _plan(
        self, client: str, title: str, description: str, *, days: int
    ) -> tuple[dict[str, Any], float]:
        """Fill the scheduling dialog and save; returns the Hub's new row and the moment of the click."""
        if days:  # the first one is typed into the dialog that already shows its errors
            await self.hub.do("click", object="scheduleButton")
        # The dialog proposes the next full hour; a day later keeps the second meeting apart from it.
        await self.hub.do("choose_client", object="clientField", text=client)
        await self.hub.do("type", object="titleField", text=title)
        if description:
            await self.hub.do("type", object="descriptionField", text=description)
        if days:
            day = (datetime.now().astimezone() + timedelta(days=days, minutes=90)).date()
            await self.hub.do("set_day", object="dayField", value=day.isoformat())
        await self._shot(self.hub, "hub-schedule", "filled" if not days else "filled-tomorrow")
        clicked = await self.hub.do("click", object="saveButton")
        await self.hub.do("gone", object="saveButton")
        found = await self.hub.do("list", title=title)
        self.timings_ms.setdefault(
            "schedule_to_hub_list", round((found["at"] - clicked["clicked_at"]) * 1000)
        )
        return found["rows"][0], float(clicked["clicked_at"])

    # ------------------------------------------------------------------ 2 start

    async def _start(self, evidence: dict[str, Any]) -> None:
        operator = self._users[OPERATOR]
        evidence["row_before"] = await meeting_row(self._stack.database_url, operator, self._meeting_id)
        await self.hub.do("click", object=f"meetingAction-{self._meeting_id}")
        evidence["before_starting"] = (await self.hub.do("preview", pictures=3))["preview"]
        await self._shot(self.hub, "hub-prejoin", "start")
        clicked = await self.hub.do("click", object="joinButton")
        connected = await self.hub.do("room", phase="connected", timeout_s=30)
        self.timings_ms["start_to_connected"] = round((connected["at"] - clicked["clicked_at"]) * 1000)
        evidence["row_after"] = row = await meeting_row(self._stack.database_url, operator, self._meeting_id)
        evidence["room"] = connected["room"]
        await self._shot(self.hub, "room-host", "alone", theme="dark")
        expect(evidence["row_before"]["status"] == "scheduled", "the meeting was not `scheduled` before")
        expect(row["status"] == "in_progress", "the row is not `in_progress`")
        expect(row["started_at"], "`started_at` is missing")
        expect(
            row["session_id"] == "mtg_" + self._meeting_id.replace("-", ""),
            "`session_id` is not the fixed one",
        )

    # ------------------------------------------------------------------ 3 join

    async def _join(self, evidence: dict[str, Any]) -> None:
        await self.alice.do("list", title=TITLE, action="join")
        await self._shot(self.alice, "visio-list", "running")
        await self.alice.do("click", object=f"meetingAction-{self._meeting_id}")
        evidence["before_joining"] = (await self.alice.do("preview", pictures=3))["preview"]
        await self._shot(self.alice, "visio-prejoin", "ready")
        clicked = await self.alice.do("click", object="joinButton")
        await self.alice.do("room", phase="connected", tiles=1, painted=1, timeout_s=30)
        both = {"hub": (self.hub, ALICE), "alice": (self.alice, OPERATOR)}
        for name, (app, other) in both.items():
            account = str(self._users[other].id)
            seen = await app.do("room", tiles=1, painted=PAINTED_FRAMES, coded=True, timeout_s=30)
            tile = seen["room"]["tiles"][0]
            frequency = tone_frequency_hz(source_id_of(account))
            heard = await app.do("energy", frequency_hz=frequency, above=AUDIBLE)
            evidence[name] = {
                "sees": tile["person"]["name"],
                "frame_code": tile["code"],
                "expected_source_id": source_id_of(account),
                "frames_painted": tile["painted"],
                "tone_hz": frequency,
                "tone_energy": heard["energy"],
            }
            first = (tile["first_painted_at"] - clicked["clicked_at"]) * 1000
            self.timings_ms[f"join_to_first_frame_{name}"] = round(first)
            expect(
                tile["code"]["source_id"] == source_id_of(account),
                f"{name} sees a picture that is not the other's",
            )
        await self._shot(self.hub, "room-host", "live", theme="dark")
        await self._shot(self.alice, "room-client", "live", theme="dark")
        await self._mutes(evidence)
        await self._writes(evidence)

    async def _writes(self, evidence: dict[str, Any]) -> None:
        """A line of chat from Alice's keyboard to MiKL's badge."""
        await self.alice.do("click", object="chatButton")
        await self.alice.do("type", object="chatEditor", text="Bonjour !", enter=True)
        said = await self.hub.do("find", object="chatButton", accessible="1 message non lu")
        await self.hub.do("click", object="chatButton")
        await self._shot(self.hub, "room-host", "chat", theme="dark")
        await self._shot(self.alice, "room-client", "chat", theme="dark")
        await self.hub.do("click", object="chatPanelClose")
        await self.alice.do("click", object="chatPanelClose")
        evidence["chat_badge"] = said["accessible"]

    async def _mutes(self, evidence: dict[str, Any]) -> None:
        """Microphone and camera off and on again, seen by the other side."""
        await self.alice.do("click", object="microphoneButton")
        await self.hub.do("room", muted=True)
        await self.alice.do("click", object="cameraButton")
        await self.hub.do("room", muted=True, remote_camera_on=False)
        await self._shot(self.hub, "room-host", "client-muted", theme="dark")
        await self._shot(self.alice, "room-client", "muted", theme="dark")
        await self.hub.do("language", value="en")
        await self._shot(self.hub, "room-host", "client-muted", language="en", theme="dark")
        await self.hub.do("language", value="fr")
        await self.alice.do("click", object="microphoneButton")
        await self.alice.do("click", object="cameraButton")
        back = await self.hub.do("room", muted=False, remote_camera_on=True, coded=True, timeout_s=40)
        evidence["mute_seen_and_undone"] = True
        evidence["frame_code_after_camera_was_off"] = back["room"]["tiles"][0]["code"]

    # ------------------------------------------------------------------ 5 isolation (while the meeting runs)

    async def _isolation(self, evidence: dict[str, Any]) -> None:
        alice, operator = self._clients[ALICE], self._users[OPERATOR]
        bob_rows = await rows_as(
            self._stack.database_url,
            operator,
            "select id, client_id from public.meetings where title = %s",
            (BOB_TITLE,),
        )
        expect(bob_rows, "Bob has no meeting to ask for")
        meeting_id, client_id = bob_rows[0]["id"], bob_rows[0]["client_id"]
        evidence["asked_for"] = {"meeting_id": meeting_id, "client_id": client_id, "by": "alice"}
        evidence["list"] = [str(each.id) for each in await alice.meetings(client_id=client_id)]
        evidence["by_id"] = await status_of(alice.meeting(meeting_id))
        evidence["token"] = await status_of(alice.room_token(meeting_id))
        evidence["start"] = await status_of(alice.start(meeting_id))
        evidence["sql_under_alices_claims"] = await rows_as(
            self._stack.database_url,
            self._users[ALICE],
            "select id from public.meetings where client_id = %s",
            (client_id,),
        )
        expect(evidence["list"] == [], "the list holds another client's meetings")
        expect(evidence["by_id"] == 404, "by id is not 404")
        expect(evidence["token"] == 404, "the token is not 404")
        expect(evidence["start"] == 404, "the start is not 404")
        expect(evidence["sql_under_alices_claims"] == [], "row-level security lets Alice read Bob's rows")

    # ------------------------------------------------------------------ 4 end

    async def _end(self, evidence: dict[str, Any]) -> None:
        operator = self._users[OPERATOR]
        evidence["row_before"] = await meeting_row(self._stack.database_url, operator, self._meeting_id)
        clicked = await self.hub.do("click", object="leaveButton")
        back = await self.hub.do("list", title=TITLE, action="none", timeout_s=30)
        await self.hub.do("gone", object="leaveButton")
        self.timings_ms["end_to_list"] = round((back["at"] - clicked["clicked_at"]) * 1000)
        await self.alice.do("find", object="closeRoomButton", timeout_s=40)
        await self._shot(self.alice, "room-client", "ended", theme="dark")
        await self.alice.do("click", object="closeRoomButton")
        await self.alice.do("gone", object="closeRoomButton")
        listed = await self.alice.do("list", title=TITLE, action="none")
        evidence["row_after"] = row = await meeting_row(self._stack.database_url, operator, self._meeting_id)
        evidence["pills"] = {"hub": back["rows"][0]["pill"], "alice": listed["rows"][0]["pill"]}
        started, ended = (datetime.fromisoformat(row[name]) for name in ("started_at", "ended_at"))
        evidence["ended_minus_started_s"] = (ended - started).total_seconds()
        await self._shot(self.hub, "hub-list", "after-end")
        await self._shot(self.alice, "visio-list", "after-end")
        expect(row["status"] == MeetingStatus.COMPLETED.value, "the row is not `completed`")
        expect(
            abs(row["duration_seconds"] - evidence["ended_minus_started_s"]) <= 0.5,
            "`duration_seconds` is not ended_at - started_at",
        )
        evidence["exit_codes"] = [await app.quit() for app in (self.hub, self.alice, self.bob)]
        expect(evidence["exit_codes"] == [0, 0, 0], f"an app ended with an error: {evidence['exit_codes']}")


async def status_of(call: Awaitable[object]) -> int:
    """HTTP status that a call was answered with; 200 when it succeeded."""
    try:
        await call
    except ApiError as error:
        return error.status or 0
    return 200
