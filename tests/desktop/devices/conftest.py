"""Real audio devices for the tests of this folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.pulse import PulseServer, missing_programs, pulse_server

ROOT = Path(__file__).resolve().parents[3]

RunScenario = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def run_scenario() -> Iterator[RunScenario]:
    """Runs one of `pulse_scenarios.py` on a private PulseAudio and returns its findings.

    One server for all; each scenario leaves it as it found it, but for a loudspeaker more.
    """
    missing = missing_programs()
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (Debian: pulseaudio, pulseaudio-utils)")
    with pulse_server() as server:

        def run(name: str) -> dict[str, Any]:
            return findings_of("tests.desktop.devices.pulse_scenarios", name, server)

        yield run


@pytest.fixture
def play_in_room() -> Callable[[str], dict[str, Any]]:
    """Plays one of `room_scenarios.py` on a PulseAudio of its own and returns its findings."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (Debian: pulseaudio, pulseaudio-utils)")

    def play(name: str) -> dict[str, Any]:
        with pulse_server() as server:
            return findings_of("tests.desktop.devices.room_scenarios", name, server)

    return play


def findings_of(module: str, name: str, server: PulseServer) -> dict[str, Any]:
    """Run a scenario in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", module, name],
        cwd=ROOT,
        env={**os.environ, **server.environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    findings: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return findings
