"""A quick part of the campaign with our client, and that nothing of it is left behind, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.networks.campaign import ROOT, SCENARIOS, observe
from tests.networks.namespaces import existing, missing, remove_stale
from tests.networks.people import DESK
from tests.networks.timeline import Span, reconnecting_s

OBSTACLE = missing()

LIMIT_S = 50.0
"""For programs to start or end; a busy machine needs long for a few imports."""

pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)


def test_two_in_a_hundred_packets_lost_are_lived_with_on_the_same_connection() -> None:
    run = observe(replace(SCENARIOS["loss-2"], lasts_s=4.0, after_s=1.0), warm_up_s=0.0)
    result = run.result(DESK)
    assert result.connection == "kept"
    assert result.reconnecting_s == result.absence_s == 0.0
    assert result.here.back_s is not None
    assert result.there.back_s is not None


def test_a_short_cut_is_survived_without_anybodys_doing() -> None:
    run = observe(replace(SCENARIOS["cut-5"], after_s=8.0), warm_up_s=0.0)
    result = run.result(DESK)
    assert result.here.still_s >= 4.0, "the cut was none"
    # Where a ping falls into the cut, the line may count as lost: then it is a new connection at once.
    assert result.connection in {"kept", "anew"}
    assert result.absence_s < 2
    assert result.here.back_s is not None
    assert result.there.back_s is not None


def test_another_address_is_noticed_and_survived() -> None:
    run = observe(replace(SCENARIOS["address"], after_s=12.0), warm_up_s=0.0)
    result = run.result(DESK)
    assert result.here.back_s is not None
    assert result.there.back_s is not None
    whole = Span(run.disturbed.start_s, run.end_s)
    phases = run.accounts[DESK].phases
    assert "reconnecting" in [phase for _, phase in phases]
    assert reconnecting_s(phases, whole) < 10


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_campaign_leaves_nothing_behind(tmp_path: Path, how: signal.Signals) -> None:
    out = tmp_path / "networks.md"
    command = [sys.executable, "-m", "tests.networks.campaign", "--ours-alone", "--out", str(out), "quiet"]
    with ExitStack() as stack:
        campaign = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        stack.callback(campaign.kill)
        pid = campaign.pid
        # Router, server, two participants.
        wait(lambda: len(descendants(pid)) == 4, "its programs")
        programs = descendants(pid)
        assert len(namespaces_of(pid)) == 2
        campaign.send_signal(how)
        campaign.wait(LIMIT_S)
    if how is signal.SIGKILL:
        # Nobody is there to clean up: its programs end by themselves, the next run does the rest.
        remove_stale()
    wait(lambda: not are_running(programs), "the end of its programs")
    assert namespaces_of(pid) == []
    assert not out.exists()


def namespaces_of(pid: int) -> list[str]:
    """The namespaces of a run."""
    return [name for name, owner in existing().items() if owner == pid]


def descendants(pid: int) -> set[tuple[int, str]]:
    """Process id and start time of every process below one, and of theirs."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # After the name in brackets: state, parent, …, and as the 20th word the start time.
            words = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if words[0] != "Z":
            parents.setdefault(int(words[1]), []).append((int(entry.name), words[19]))
    found: set[tuple[int, str]] = set()
    ahead = [pid]
    while ahead:
        children = parents.get(ahead.pop(), [])
        found.update(children)
        ahead += [child for child, _ in children]
    return found


def are_running(processes: set[tuple[int, str]]) -> bool:
    """Whether any of these is still there, under whatever parent."""
    return any(
        (Path(f"/proc/{pid}/stat").exists() and started in Path(f"/proc/{pid}/stat").read_text().split())
        for pid, started in processes
    )


def wait(condition: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end_s, f"{what} did not come within {LIMIT_S} s"
        time.sleep(0.02)
