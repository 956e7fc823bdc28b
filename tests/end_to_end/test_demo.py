"""`dev.py demo --headless`, as a person would run it: all five flows, with evidence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.app_process import ROOT

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """Exit code of one run, and where it wrote."""
    out = tmp_path_factory.mktemp("demo")
    env = {name: value for name, value in os.environ.items() if name != "VISIO_DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.demo", "--headless", "--out", str(out)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    (out / "summary.txt").write_text(run.stdout + run.stderr)
    return run.returncode, out


@pytest.fixture(scope="module")
def report(outcome: tuple[int, Path]) -> dict[str, Any]:
    """The report of that run."""
    loaded: dict[str, Any] = json.loads((outcome[1] / "report.json").read_text(encoding="utf-8"))
    return loaded


def test_it_succeeds(outcome: tuple[int, Path]) -> None:
    assert outcome[0] == 0, (outcome[1] / "summary.txt").read_text()


@pytest.mark.parametrize("flow", ["schedule", "start", "join", "end", "isolation"])
def test_every_flow_is_ok(report: dict[str, Any], flow: str) -> None:
    assert report["flows"][flow]["ok"], report["flows"][flow]


def test_the_row_goes_from_scheduled_to_completed(report: dict[str, Any]) -> None:
    flows = report["flows"]
    states = [
        flows["schedule"]["evidence"]["row_after"]["status"],
        flows["start"]["evidence"]["row_after"]["status"],
        flows["end"]["evidence"]["row_after"]["status"],
    ]
    assert states == ["scheduled", "in_progress", "completed"]
    versions = [flows[name]["evidence"]["row_after"]["version"] for name in ("schedule", "start", "end")]
    assert versions == [1, 2, 3]


def test_only_the_right_client_was_told(report: dict[str, Any]) -> None:
    evidence = report["flows"]["schedule"]["evidence"]
    alice = {each["meeting_id"] for each in evidence["notified"]["alice"]}
    bob = {each["meeting_id"] for each in evidence["notified"]["bob"]}
    assert alice
    assert bob
    assert not alice & bob


def test_each_side_saw_and_heard_the_other(report: dict[str, Any]) -> None:
    evidence = report["flows"]["join"]["evidence"]
    for side in ("hub", "alice"):
        assert evidence[side]["frame_code"]["source_id"] == evidence[side]["expected_source_id"]
        assert evidence[side]["tone_energy"] > 0
    assert evidence["hub"]["expected_source_id"] != evidence["alice"]["expected_source_id"]


def test_a_line_of_chat_arrives(report: dict[str, Any]) -> None:
    assert report["flows"]["join"]["evidence"]["chat_badge"] == "Chat, 1 message non lu"


def test_every_screenshot_named_in_the_report_exists(
    report: dict[str, Any], outcome: tuple[int, Path]
) -> None:
    assert report["screenshots"]
    for each in report["screenshots"]:
        assert (outcome[1] / each["file"]).stat().st_size > 1000
    assert {each["language"] for each in report["screenshots"]} == {"fr", "en"}
    assert {each["theme"] for each in report["screenshots"]} == {"light", "dark"}


def test_the_timings_are_there(report: dict[str, Any]) -> None:
    wanted = {"start_to_connected", "join_to_first_frame_hub", "join_to_first_frame_alice"}
    assert wanted <= set(report["timings_ms"])
