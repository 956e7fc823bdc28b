"""`python -m tests.faults [--kills N] [--freezes N] [--out FILE]`: kill and freeze servers at every step.

PostgreSQL (durable, on disk), the service and the OpenVidu-compatible server run as processes of their
own; each is killed with SIGKILL or stopped with SIGSTOP at the n-th exchange of a start, a token, a join,
an end, a webhook, a mail. Then everything runs again, the apps repeat what was not answered, and each
meeting is looked at. Prints a table and writes it; ends with 1 when anything was stuck, doubled or lost.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.faults.campaign import Outcome, run
from tests.faults.report import failures, report
from tests.faults.scenes import SCENES
from tests.faults.town import town
from tests.faults.victims import folder_of_a_campaign


def parser() -> argparse.ArgumentParser:
    """The command line."""
    arguments = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--kills", type=int, default=240, help="default: %(default)s")
    arguments.add_argument("--freezes", type=int, default=48, help="default: %(default)s")
    arguments.add_argument(
        "--scene",
        action="append",
        choices=[scene.name for scene in SCENES],
        help="only this one; repeatable (default: all)",
    )
    arguments.add_argument("--out", type=Path, metavar="FILE", help="write the table there (Markdown)")
    return arguments


async def campaign(options: argparse.Namespace) -> list[Outcome]:
    """All outcomes, as they come."""
    with folder_of_a_campaign() as folder:
        async with town(folder) as made:
            scenes = [scene for scene in SCENES if not options.scene or scene.name in options.scene]
            outcomes = run(made, kills=options.kills, freezes=options.freezes, scenes=scenes)
            return [outcome async for outcome in outcomes]


def main() -> int:
    """Run it; 1 when something is wrong."""
    options = parser().parse_args()
    began = time.monotonic()
    outcomes = asyncio.run(campaign(options))
    text = report(outcomes, seconds=time.monotonic() - began)
    sys.stdout.write(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    return 1 if failures(outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
