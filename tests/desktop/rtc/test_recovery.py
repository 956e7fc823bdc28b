"""The recovery machine alone: its table, and the work of each state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop.rtc import recovery
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.recovery import CUTS_THE_LINE, TRANSITIONS, Recovery, RecoveryEvent, RecoveryState
from desktop.rtc.tasks import OwnedTasks
from tests.support.waiting import until

STEADY, OVER = RecoveryState.STEADY, RecoveryState.OVER


class ScriptedWork:
    """A room that does as it is told; `failures` is how often each method fails before it works."""

    def __init__(self) -> None:
        self.line_stands = True
        self.media_stands = True
        self.path_alive = True
        self.calls: list[str] = []
        self.failures: dict[str, int] = {}
        self.token_error = RtcErrorCode.UNREACHABLE
        self.held = asyncio.Event()
        self.held.set()

    async def _do(self, name: str, code: RtcErrorCode = RtcErrorCode.NO_REPLY) -> None:
        self.calls.append(name)
        await asyncio.sleep(0)
        await self.held.wait()
        if self.failures.get(name, 0) > 0:
            self.failures[name] -= 1
            raise RtcError(code)

    async def media_answers(self) -> bool:
        """As told."""
        await self._do("media_answers")
        return self.path_alive

    async def check_line(self) -> None:
        """One echo."""
        await self._do("check_line")

    def cut_line(self) -> None:
        """The socket is given up."""
        self.calls.append("cut_line")
        self.line_stands = False

    async def renew_stream(self) -> None:
        """A new path."""
        await self._do("renew_stream")
        self.media_stands = True

    async def tell(self) -> None:
        """What is on and off."""
        await self._do("tell")

    async def new_token(self) -> str:
        """From the service."""
        await self._do("new_token", self.token_error)
        return "token"

    async def join_again(self, token: str) -> None:
        """A new connection."""
        assert token == "token"
        await self._do("join_again")
        self.line_stands = self.media_stands = True


class Case:
    """A started machine and what it told."""

    def __init__(self) -> None:
        self.work = ScriptedWork()
        self.tasks = OwnedTasks()
        self.path: list[RecoveryState] = []
        self.last: RecoveryEvent | None = None
        self.machine = Recovery(self.work, self.tasks, self._told)
        self.machine.start()

    def _told(self, state: RecoveryState, event: RecoveryEvent) -> None:
        self.path.append(state)
        self.last = event

    async def settled(self) -> None:
        """Until nothing is under way any more."""
        await until(lambda: self.machine.state in {STEADY, OVER}, "the end of the recovery")


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr(recovery, "STREAM_DELAYS_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(recovery, "REJOIN_DELAYS_S", (0.0,))


@pytest.fixture
async def case() -> AsyncIterator[Case]:
    """A steady room."""
    case = Case()
    yield case
    await case.tasks.close()


def test_the_table_in_the_docstring_is_the_table() -> None:
    """Every row of the documentation is a transition, and the other way round."""
    documented = {}
    for line in (recovery.__doc__ or "").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[0].isupper():
            for event in cells[1].split(", "):
                documented[RecoveryState[cells[0]], RecoveryEvent[event]] = RecoveryState[cells[2]]
    for state in ("DOUBTING", "SUSPECTING", "CHECKING", "PUBLISHING", "RENEWING"):
        for event in ("LINE_LOST", "ADDRESS_GONE"):
            documented[RecoveryState[state], RecoveryEvent[event]] = RecoveryState.RESUMING
        for event in ("LINE_ENDED", "EVICTED"):
            documented[RecoveryState[state], RecoveryEvent[event]] = RecoveryState.REJOINING
    assert documented == TRANSITIONS


def test_every_state_is_reached_and_left() -> None:
    """No dead row: from steady everything is reachable, and only `OVER` is final."""
    reached, waiting = {STEADY}, [STEADY]
    while waiting:
        state = waiting.pop()
        following = {to for (at, _), to in TRANSITIONS.items() if at is state}
        assert following or state is OVER
        waiting += following - reached
        reached |= following
    assert reached == set(RecoveryState)


WAY_TO = {
    STEADY: None,
    RecoveryState.DOUBTING: RecoveryEvent.MEDIA_SILENT,
    RecoveryState.SUSPECTING: RecoveryEvent.WOKE,
    RecoveryState.CHECKING: RecoveryEvent.MEDIA_LOST,
    RecoveryState.PUBLISHING: RecoveryEvent.STREAM_WANTED,
    RecoveryState.RENEWING: RecoveryEvent.STREAM_TAKEN,
    RecoveryState.RESUMING: RecoveryEvent.LINE_LOST,
    RecoveryState.REJOINING: RecoveryEvent.LINE_ENDED,
}
"""From `STEADY` into every state by one event."""

FIRST_CALL = {
    RecoveryState.SUSPECTING: "check_line",
    RecoveryState.CHECKING: "check_line",
    RecoveryState.PUBLISHING: "media_answers",
    RecoveryState.RENEWING: "media_answers",
    RecoveryState.REJOINING: "new_token",
}
"""What the work of a state begins with; the others are quiet."""


async def brought_to(case: Case, state: RecoveryState) -> None:
    """Bring the machine into a state and hold it there: its work is under way and does not end."""
    case.work.held.clear()
    if (event := WAY_TO[state]) is not None:
        case.machine.happened(event)
    assert case.machine.state is state
    if state in FIRST_CALL:
        await until(lambda: FIRST_CALL[state] in case.work.calls, f"the work of {state.value}")


@pytest.mark.parametrize(
    ("state", "event", "following"),
    [(state, event, following) for (state, event), following in TRANSITIONS.items()],
    ids=[f"{state.name}-{event.name}-{following.name}" for (state, event), following in TRANSITIONS.items()],
)
async def test_transition(
    case: Case, state: RecoveryState, event: RecoveryEvent, following: RecoveryState
) -> None:
    """The event leads there, is told once, stops the old work, starts the new, and cuts what it must."""
    await brought_to(case, state)
    case.path.clear()
    case.work.calls.clear()
    case.machine.happened(event)
    assert (case.path, case.last) == ([following], event)
    assert case.work.calls == (["cut_line"] if event in CUTS_THE_LINE else [])
    case.work.calls.clear()
    if following in FIRST_CALL:
        await until(lambda: case.work.calls, f"the work of {following.value}")
    else:
        case.work.held.set()  # the old work, if it still went on, would go on now
        for _ in range(10):
            await asyncio.sleep(0)
        assert case.machine.state is following
    assert case.work.calls == ([FIRST_CALL[following]] if following in FIRST_CALL else [])


@pytest.mark.parametrize("state", list(WAY_TO), ids=[state.name for state in WAY_TO])
async def test_events_without_a_row_change_nothing(case: Case, state: RecoveryState) -> None:
    """What a state does not list is ignored, and its work goes on."""
    await brought_to(case, state)
    path = list(case.path)
    under_way = case.machine._under_way
    for event in RecoveryEvent:
        if (state, event) not in TRANSITIONS:
            case.machine.happened(event)
    assert case.path == path
    assert case.machine._under_way is under_way
    assert under_way is None or not under_way.done()


async def test_a_short_silence_is_told_and_taken_back(case: Case) -> None:
    """Seen by the user, but nothing is renewed for it."""
    case.machine.happened(RecoveryEvent.MEDIA_SILENT)
    assert case.machine.state.visible
    case.machine.happened(RecoveryEvent.MEDIA_BACK)
    assert case.path == [RecoveryState.DOUBTING, STEADY]
    assert case.work.calls == []


async def test_a_long_silence_is_repaired(case: Case) -> None:
    case.machine.happened(RecoveryEvent.MEDIA_SILENT)
    case.work.media_stands = False
    case.machine.happened(RecoveryEvent.MEDIA_LOST)
    await case.settled()
    assert case.path == [RecoveryState.DOUBTING, RecoveryState.CHECKING, RecoveryState.RENEWING, STEADY]
    assert all(state.visible for state in case.path[:-1])


async def test_a_resumed_line_costs_nothing_where_the_media_answers(case: Case) -> None:
    case.machine.happened(RecoveryEvent.LINE_LOST)
    case.machine.happened(RecoveryEvent.LINE_RESUMED)
    await case.settled()
    assert case.path == [RecoveryState.RESUMING, RecoveryState.RENEWING, STEADY]
    assert case.work.calls == ["media_answers", "tell"]


async def test_a_path_that_died_with_the_line_is_renewed(case: Case) -> None:
    case.work.path_alive = False
    case.work.failures["renew_stream"] = 1
    case.machine.happened(RecoveryEvent.LINE_LOST)
    case.machine.happened(RecoveryEvent.LINE_RESUMED)
    await case.settled()
    assert case.work.calls.count("renew_stream") == 2
    assert case.work.calls[-1] == "tell"


async def test_lost_media_asks_the_line_first(case: Case) -> None:
    case.work.media_stands = False
    case.machine.happened(RecoveryEvent.MEDIA_LOST)
    await case.settled()
    assert case.work.calls == ["check_line", "renew_stream", "tell"]


async def test_a_line_that_does_not_answer_is_cut(case: Case) -> None:
    case.work.failures["check_line"] = 1
    case.machine.happened(RecoveryEvent.MEDIA_LOST)
    await until(lambda: case.machine.state is RecoveryState.RESUMING, "the resuming")
    assert case.work.calls == ["check_line", "cut_line"]


async def test_waking_is_unseen_where_nothing_was_lost(case: Case) -> None:
    case.machine.happened(RecoveryEvent.WOKE)
    await case.settled()
    assert case.path == [RecoveryState.SUSPECTING, STEADY]
    assert not any(state.visible for state in case.path)


async def test_waking_with_a_dead_path(case: Case) -> None:
    case.work.path_alive = False
    case.machine.happened(RecoveryEvent.WOKE)
    await case.settled()
    assert case.path == [RecoveryState.SUSPECTING, RecoveryState.RENEWING, STEADY]


async def test_a_gone_address_cuts_the_line_at_once(case: Case) -> None:
    case.machine.happened(RecoveryEvent.ADDRESS_GONE)
    assert case.machine.state is RecoveryState.RESUMING
    assert case.work.calls == ["cut_line"]


@pytest.mark.parametrize(
    "event", [RecoveryEvent.LINE_ENDED, RecoveryEvent.EVICTED, RecoveryEvent.LINE_RESUMED_LATE]
)
async def test_forgotten_means_joining_anew(case: Case, event: RecoveryEvent) -> None:
    """Every failure on the way is tried again, with another token: one is burnt by its first use."""
    case.work.failures = {"new_token": 2, "join_again": 2}
    case.machine.happened(RecoveryEvent.LINE_LOST)
    case.machine.happened(event)
    await case.settled()
    assert case.path == [RecoveryState.RESUMING, RecoveryState.REJOINING, STEADY]
    assert case.work.calls.count("new_token") == 5
    assert case.work.calls.count("join_again") == 3


@pytest.mark.parametrize(
    ("code", "event"),
    [
        (RtcErrorCode.ROOM_GONE, RecoveryEvent.MEETING_OVER),
        (RtcErrorCode.NOT_ALLOWED, RecoveryEvent.REFUSED),
        (RtcErrorCode.CLOSED, RecoveryEvent.EXPIRED),
    ],
)
async def test_a_final_refusal_ends_it(case: Case, code: RtcErrorCode, event: RecoveryEvent) -> None:
    case.work.token_error = code
    case.work.failures["new_token"] = 1
    case.machine.happened(RecoveryEvent.LINE_ENDED)
    await case.settled()
    assert (case.machine.state, case.last) == (OVER, event)
    assert case.work.calls == ["new_token"]


async def test_joining_anew_has_a_limit(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "REJOIN_LIMIT_S", 0.05)
    case.work.held.clear()
    case.machine.happened(RecoveryEvent.LINE_ENDED)
    await case.settled()
    assert (case.machine.state, case.last) == (OVER, RecoveryEvent.EXPIRED)


async def test_a_stream_that_cannot_be_renewed_leads_to_a_new_connection(case: Case) -> None:
    case.work.media_stands = False
    case.work.failures["renew_stream"] = 100
    case.machine.happened(RecoveryEvent.MEDIA_LOST)
    await case.settled()
    assert RecoveryState.REJOINING in case.path
    assert case.work.calls[-1] == "join_again"


async def test_work_under_way_ends_before_the_next_begins(case: Case) -> None:
    """A line lost in the middle of a renewal stops it; what is next starts alone."""
    case.work.held.clear()
    case.work.media_stands = False
    case.machine.happened(RecoveryEvent.STREAM_TAKEN)
    await until(lambda: "renew_stream" in case.work.calls, "the renewal")
    case.machine.happened(RecoveryEvent.LINE_LOST)
    case.machine.happened(RecoveryEvent.LINE_ENDED)
    case.work.held.set()
    await case.settled()
    assert case.work.calls == ["renew_stream", "new_token", "join_again"]


async def test_a_stream_lost_again_while_renewed_is_renewed_again(case: Case) -> None:
    """The event itself changes nothing, the look at the end does."""
    case.work.held.clear()
    case.machine.happened(RecoveryEvent.STREAM_TAKEN)
    await until(lambda: "media_answers" in case.work.calls, "the work")
    case.work.media_stands = False
    case.machine.happened(RecoveryEvent.MEDIA_LOST)
    case.work.held.set()
    await case.settled()
    assert "renew_stream" in case.work.calls
    assert case.machine.state is STEADY


async def test_before_the_start_nothing_counts_and_then_what_was_lost_does() -> None:
    work, tasks = ScriptedWork(), OwnedTasks()
    path: list[RecoveryState] = []
    machine = Recovery(work, tasks, lambda state, _: path.append(state))
    machine.happened(RecoveryEvent.LINE_ENDED)
    assert machine.state is STEADY
    work.line_stands = False
    machine.start()
    assert path == [RecoveryState.RESUMING]
    await tasks.close()
