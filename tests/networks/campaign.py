"""What users see on bad networks, measured: `python -m tests.networks.campaign --out FILE`.

The server and one participant stand on a good network; our client and openvidu-browser share a room
with him from behind a link that is disturbed. All three tell what they saw; `report.py` says it in a
table.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.networks.link import SERVER_ADDRESS, Link, answer, link
from tests.networks.namespaces import missing, process, within
from tests.networks.observer import end
from tests.networks.people import DESK, OUTSIDE, WEB
from tests.networks.report import Result, document, result, row
from tests.networks.timeline import Account, Span
from tests.official_clients import packages
from tests.support.openvidu import SECRET

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).resolve().parent / "page"
SESSION_ID = "mtg_networks"

WARM_UP_S = 5.0
"""Between everybody seeing everybody and the disturbance: bit rates have climbed by then."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One disturbance.

    Attributes:
        name: as the table says it.
        disturb: brings it about.
        lasts_s: how long it stays; 0.0 where it is an instant.
        after_s: how long to look afterwards.
    """

    name: str
    disturb: Callable[[Link], None]
    lasts_s: float = 20.0
    after_s: float = 10.0


SCENARIOS = {
    "quiet": Scenario("no disturbance", lambda _: None, after_s=5.0),
    "loss-2": Scenario("2 % loss", lambda way: way.disturb(loss=0.02)),
    "loss-10": Scenario("10 % loss", lambda way: way.disturb(loss=0.10)),
    "delay": Scenario("200 ms delay ± 50 ms", lambda way: way.disturb(delay_s=0.2, jitter_s=0.05)),
    "cut-5": Scenario("cut of 5 s", lambda way: way.disturb(cut=True), 5.0, 20.0),
    "cut-60": Scenario("cut of 60 s", lambda way: way.disturb(cut=True), 60.0, 40.0),
    "address": Scenario("another address", Link.change_address, 0.0, 30.0),
}
QUICK = ("quiet", "loss-10", "cut-5", "address")
"""What `--quick` runs, each a third as long."""


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario, once.

    Attributes:
        scenario: which.
        backend: how the link was disturbed, see `Link`.
        disturbed: when it was.
        end_s: when looking ended.
        accounts: what each told, by name.
        load: the machine's load average at the end, over one minute.
    """

    scenario: Scenario
    backend: str
    disturbed: Span
    end_s: float
    accounts: dict[str, Account]
    load: float

    @property
    def disturbed_names(self) -> list[str]:
        """Who was behind the disturbed link, ours first."""
        return [name for name in (DESK, WEB) if name in self.accounts]

    def result(self, name: str) -> Result:
        """What happened to one of the disturbed."""
        return result(self.accounts, name, self.disturbed, self.end_s)


def observe(
    scenario: Scenario, *, page: Path | None = None, seed: str = "visio", warm_up_s: float = WARM_UP_S
) -> Run:
    """Run one scenario.

    Args:
        scenario: what happens to the link.
        page: the folder with the bundled page of openvidu-browser; None: our client alone.
        seed: of losses and jitter.
        warm_up_s: how long everybody sees everybody before it happens.

    Raises:
        EOFError: a participant did not get into the room; it says why on standard error.
    """
    disturbed = [DESK, *([WEB] if page else [])]
    with ExitStack() as stack:
        way = stack.enter_context(link(seed))
        options = ["--host", SERVER_ADDRESS, "--secret", SECRET, "--log-level", "ERROR"]
        server = _start(stack, way.server, "openvidu_local", *options)
        url = str(answer(server)["url"])
        observer = "tests.networks.observer"
        running = {OUTSIDE: _start(stack, way.server, observer, url, SESSION_ID, OUTSIDE, *disturbed)}
        running[DESK] = _start(stack, way.client, observer, url, SESSION_ID, DESK, OUTSIDE)
        if page:
            browser = "tests.networks.browser_observer"
            arguments = (str(page), url, SESSION_ID, WEB, OUTSIDE)
            running[WEB] = _start(stack, way.client, browser, *arguments)
        for program in running.values():
            answer(program)  # sees and hears everybody
        time.sleep(warm_up_s)
        start_s = time.monotonic()
        scenario.disturb(way)
        time.sleep(scenario.lasts_s)  # what is measured takes its time
        end_s = time.monotonic() if scenario.lasts_s else start_s
        way.disturb()
        time.sleep(scenario.after_s)
        looked_s = time.monotonic()
        for program in running.values():
            assert program.stdin is not None
            program.stdin.close()
        accounts = {name: Account.from_json(answer(program)) for name, program in running.items()}
        for program in running.values():
            program.wait(20)  # it leaves in order
        return Run(scenario, way.backend, Span(start_s, end_s), looked_s, accounts, os.getloadavg()[0])


@contextmanager
def bundled_page() -> Iterator[Path]:
    """A folder with the page, bundled with openvidu-browser.

    Raises:
        UnavailableError: this machine lacks what that takes.
    """
    cache = ROOT / ".pytest_cache" / "d" / "official-clients"  # the suite installs them there as well
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="page-") as name:
        folder = Path(name)
        shutil.copy(PAGE / "index.html", folder)
        packages.install(cache).bundle(PAGE / "main.js", folder / "main.js")
        yield folder


def _start(stack: ExitStack, namespace: str, module: str, *arguments: str) -> subprocess.Popen[str]:
    return stack.enter_context(process(within(namespace, sys.executable, "-m", module, *arguments)))


def shortened(scenario: Scenario) -> Scenario:
    """A scenario for a first look."""
    return replace(scenario, lasts_s=min(scenario.lasts_s, 10.0), after_s=min(scenario.after_s, 12.0))


def main() -> int:
    """Run every scenario, or those named, and write the page."""
    arguments = argparse.ArgumentParser(prog="python -m tests.networks.campaign", description=__doc__)
    arguments.add_argument("--out", type=Path, required=True, help="the Markdown file to write")
    arguments.add_argument("--rounds", type=int, default=1, help="how often each scenario is run")
    arguments.add_argument("--quick", action="store_true", help="a few short scenarios, for a first look")
    arguments.add_argument("--ours-alone", action="store_true", help="without openvidu-browser")
    arguments.add_argument("--runs", type=Path, help="a folder for everything that was seen, as JSON")
    arguments.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []], help="all by default")
    parsed = arguments.parse_args()
    if reason := missing():
        sys.stderr.write(f"cannot run here: {reason}\n")
        return 1
    for asked in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us with one ignored
        signal.signal(asked, end)
    scenarios = {key: SCENARIOS[key] for key in parsed.scenario or (QUICK if parsed.quick else SCENARIOS)}
    if parsed.quick:
        scenarios = {key: shortened(scenario) for key, scenario in scenarios.items()}
    with ExitStack() as stack:
        page, official = None, "it was left out"
        if not parsed.ours_alone:
            try:
                page, official = stack.enter_context(bundled_page()), ""
            except packages.UnavailableError as error:
                official = str(error)
        runs: list[Run] = []
        for number in range(1, parsed.rounds + 1):
            # Round after round, so that a busy minute does not spoil one row alone.
            for key, scenario in scenarios.items():
                runs.append(observe(scenario, page=page, seed=f"round {number}"))
                tell(runs[-1])
                if parsed.runs:
                    keep(runs[-1], parsed.runs / f"{key}-{number}.json")
            parsed.out.write_text(page_of(runs, number, official), encoding="utf-8")
    return 0


def tell(run: Run) -> None:
    """Say on standard error what just happened."""
    for name in run.disturbed_names:
        sys.stderr.write(row(run.scenario.name, name, [run.result(name)]) + "\n")


def keep(run: Run, file: Path) -> None:
    """Write down everything that was seen, for a closer look."""
    told = {name: account.to_json() for name, account in run.accounts.items()}
    times_s = [run.disturbed.start_s, run.disturbed.end_s, run.end_s]
    file.write_text(json.dumps({"times_s": times_s, "accounts": told}), encoding="utf-8")


def page_of(runs: list[Run], rounds: int, official: str) -> str:
    """The page that these runs make; `official` says why openvidu-browser is not in them."""
    lines = [
        row(scenario.name, name, [run.result(name) for run in runs if run.scenario is scenario])
        for scenario in dict.fromkeys(run.scenario for run in runs)
        for name in runs[0].disturbed_names
    ]
    loads = [run.load for run in runs]
    return document(
        lines,
        rounds=rounds,
        backends=[run.backend for run in runs],
        load=(min(loads), max(loads)),
        official=official,
    )


if __name__ == "__main__":
    raise SystemExit(main())
