"""The whole product on one machine: `python3 dev.py demo`.

With a screen: servers, the Hub and one participant, logged in and ready; everything stops when both
windows are closed. With `--headless`: walks the five flows by clicking the real widgets, writes
`report.json` and the screenshots to `--out`, prints a summary; exit code 1 when a flow fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from backend_client.errors import ApiError
from tests.end_to_end.flows import Walk
from tests.end_to_end.stack import ALICE, OPERATOR, PASSWORD, Stack, running_stack
from tests.support.app_process import AppProcess, ProgramError


def say(text: str) -> None:
    """One line for the person who watches."""
    print(text, flush=True)


async def walk_flows(stack: Stack, work_dir: Path, out: Path) -> dict[str, Any]:
    """Walk the five flows; returns the report."""
    walk = Walk(stack, work_dir, out)
    error = ""
    try:
        await walk.run()
    except (ProgramError, ApiError) as failure:
        error = str(failure)
    finally:
        await walk.close()
    expected = ("schedule", "start", "join", "end", "isolation")
    missing = {"ok": False, "error": "not reached", "evidence": {}}
    flows = {name: walk.flows.get(name, missing) for name in expected}
    return {
        "ok": not error and all(flow["ok"] for flow in flows.values()),
        "error": error,
        "flows": flows,
        "timings_ms": walk.timings_ms,
        "screenshots": walk.screenshots,
    }


def print_report(report: dict[str, Any], out: Path) -> None:
    """The report in lines that a person reads."""
    for name, flow in report["flows"].items():
        say(
            f"  {'ok    ' if flow['ok'] else 'FAILED'}  {name}" + ("" if flow["ok"] else f": {flow['error']}")
        )
    for name, value in report["timings_ms"].items():
        say(f"  {value:7.0f} ms  {name.replace('_', ' ')}")
    say(f"  {len(report['screenshots'])} screenshots and report.json in {out}")
    say("All five flows passed." if report["ok"] else "FAILED " + report["error"])


async def show(stack: Stack, work_dir: Path, camera: str | None) -> int:
    """Open both apps, logged in, and wait until both are closed."""
    extra = ("--camera", camera) if camera else ()
    hub = AppProcess("hub", "hub", stack.service_url, work_dir, extra)
    alice = AppProcess("participant", "alice", stack.service_url, work_dir, extra)
    try:
        await hub.start()
        await alice.start()
        await hub.sign_in(OPERATOR, PASSWORD)
        await alice.sign_in(ALICE, PASSWORD)
        say("MiKL Hub and MiKL Visio (Alice) are open. Close both windows to stop.")
        say(f"Service: {stack.service_url}   password of every demo account: {PASSWORD}")
        codes = await asyncio.gather(hub.wait(), alice.wait())
    finally:
        await alice.stop()
        await hub.stop()
    return max(codes)


async def demo(options: argparse.Namespace) -> int:
    """Run the demo; returns the exit code."""
    out = Path(options.out or "demo-out").resolve()
    work_dir = Path(tempfile.mkdtemp(prefix="visio-demo-"))
    secret = os.environ.pop("VISIO_OPENVIDU_SECRET", None)
    began = time.monotonic()
    try:
        say("Starting PostgreSQL, the service and the media server…")
        async with running_stack(
            work_dir, openvidu_url=options.openvidu_url, openvidu_secret=secret
        ) as stack:
            say(f"Servers are ready after {time.monotonic() - began:.1f} s.")
            if not options.headless:
                return await show(stack, work_dir, options.camera)
            out.mkdir(parents=True, exist_ok=True)
            report = await walk_flows(stack, work_dir, out)
        report["timings_ms"]["whole_demo"] = round((time.monotonic() - began) * 1000)
        (out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")
        print_report(report, out)
        if not report["ok"]:
            logs = out / "logs"
            logs.mkdir(exist_ok=True)
            for log in work_dir.glob("*.log"):
                shutil.copy(log, logs)
    except ProgramError as error:
        say(f"FAILED {error}")
        return 1
    else:
        return 0 if report["ok"] else 1
    finally:
        shutil.rmtree(work_dir, ignore_errors=True)


def main() -> int:
    """Parse the command line and run the demo."""
    parser = argparse.ArgumentParser(prog="dev.py demo")
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--out", metavar="DIR")
    parser.add_argument("--openvidu-url", metavar="URL")
    parser.add_argument("--camera", choices=["test"])
    options = parser.parse_args()
    if options.headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        return asyncio.run(demo(options))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
