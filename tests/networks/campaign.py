"""What a user sees on a bad network, measured: `python -m tests.networks.campaign --out FILE`.

The server and one participant stand on a good network, the other participant behind the disturbed
path. Both tell what they saw; the table says how long.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

from tests.networks.namespaces import CLIENT, SERVER, SERVER_ADDRESS, Path, missing, path, within
from tests.support.openvidu import SECRET


@dataclass(frozen=True, slots=True)
class Scenario:
    """One disturbance.

    Attributes:
        name: as the table says it.
        disturb: brings it about, and returns when it is over.
        after_s: how long to look afterwards.
    """

    name: str
    disturb: Callable[[Path], None]
    after_s: float = 20.0


def cut_for(seconds: float) -> Callable[[Path], None]:
    """A cut of that length."""

    def disturb(way: Path) -> None:
        way.cut()
        time.sleep(seconds)  # the disturbance itself
        way.restore()

    return disturb


SCENARIOS = {
    "quiet": Scenario("no disturbance", lambda _: None, 10.0),
    "loss-2": Scenario("2 % loss", lambda way: way.disturb(["loss", "2%"])),
    "loss-10": Scenario("10 % loss", lambda way: way.disturb(["loss", "10%"])),
    "delay": Scenario("200 ms delay ± 50 ms", lambda way: way.disturb(["delay", "100ms", "25ms"])),
    "cut-5": Scenario("cut of 5 s", cut_for(5.0)),
    "cut-60": Scenario("cut of 60 s", cut_for(60.0), 30.0),
    "address": Scenario("another address", Path.change_address),
}


def observe(scenario: Scenario) -> dict[str, Any]:
    """Run one scenario.

    Returns:
        `{"here": …, "there": …}`: what the disturbed participant and the other one saw.

    Raises:
        subprocess.CalledProcessError: the kernel cannot do it.
    """
    with ExitStack() as stack:
        way = stack.enter_context(path())
        server = _start(
            stack,
            SERVER,
            "openvidu_local",
            "--host",
            SERVER_ADDRESS,
            "--secret",
            SECRET,
            "--log-level",
            "ERROR",
        )
        url = _line(server)["url"]
        there = _start(stack, SERVER, "tests.networks.observer", url, "mtg_networks", "There")
        here = _start(stack, CLIENT, "tests.networks.observer", url, "mtg_networks", "Here")
        for observer in (here, there):
            _line(observer)
        scenario.disturb(way)
        time.sleep(scenario.after_s)  # what is measured takes its time
        told = {}
        for observer in (here, there):
            assert observer.stdin is not None
            observer.stdin.close()
        for name, observer in (("here", here), ("there", there)):
            told[name] = _line(observer)
        return told


def _start(stack: ExitStack, namespace: str, module: str, *arguments: str) -> subprocess.Popen[str]:
    command = within(namespace, sys.executable, "-m", module, *arguments)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stack.enter_context(process)
    stack.callback(process.terminate)
    return process


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def reconnecting_s(told: dict[str, Any]) -> float:
    """How long the user was told that the connection is being repaired."""
    phases: list[tuple[float, str]] = told["phases"]
    return sum(later - at for (at, phase), (later, _) in pairwise(phases) if phase == "reconnecting")


def row(name: str, told: dict[str, Any]) -> str:
    """One line of the table."""
    here, there = told["here"], told["there"]
    cells = [
        name,
        f"{here['longest_still_s']:.1f} s",
        f"{here['longest_silence_s']:.1f} s",
        f"{reconnecting_s(here):.1f} s",
        f"{there['longest_still_s']:.1f} s",
        "anew" if here["connections"] > 1 else "kept",
        "yes" if here["sees"] and there["sees"] else "**no**",
    ]
    return f"| {' | '.join(cells)} |"


HEAD = """# Bad networks

What a participant sees when the network between him and the media server misbehaves, measured by
`python -m tests.networks.campaign --out docs/networks.md` (Linux, root): our client against
`openvidu_local`, 320×240 at 15 frames a second, each row one run. The server and the other participant
stand on a good network behind a router, which is where the path is disturbed.

| disturbance | longest still | silence | "Reconnecting…" | still at the other's | connection | both see |
|---|---|---|---|---|---|---|
"""

TAIL = """
*kept*: the signalling was resumed or never lost, and nobody saw anybody leave. *anew*: the server had
forgotten the participant, or was silent for so long that who came or went meanwhile was unknown; the
client fetched another token and joined again by itself, with microphone and camera as they were.

*Still* counts the time without a picture as well: during a long cut the server evicts the participant
after at most 25 s, and from then on the other one sees nobody until he is back.
"""


def main() -> int:
    """Run every scenario, or those named, and write the table."""
    arguments = argparse.ArgumentParser(prog="python -m tests.networks.campaign", description=__doc__)
    arguments.add_argument("--out", type=FilePath, required=True, help="the Markdown file to write")
    arguments.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []], help="all by default")
    parsed = arguments.parse_args()
    if reason := missing():
        sys.stderr.write(f"cannot run here: {reason}\n")
        return 1
    rows = []
    for key in parsed.scenario or SCENARIOS:
        scenario = SCENARIOS[key]
        try:
            rows.append(row(scenario.name, observe(scenario)))
        except subprocess.CalledProcessError:
            rows.append(f"| {scenario.name} | not measured: this kernel has no `netem` | | | | | |")
        sys.stderr.write(rows[-1] + "\n")
    parsed.out.write_text(HEAD + "\n".join(rows) + "\n" + TAIL, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
