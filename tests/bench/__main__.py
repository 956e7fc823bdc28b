"""`python -m tests.bench [NAME…] --out FILE`: run benches, print a table, write JSON.

A bench is a module of this package with `run(options) -> list[Row]`; its docstring says what it
measures and its first line stands in `--help`.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from tests.bench.row import BenchError, Options, Row

BENCHES = {
    "audio": "audio",
    "room": "room",
    "latency": "latency",
    "join": "join",
    "start": "start",
    "local-server": "local_server",
    "service": "service",
    "soak": "soak",
}
"""Every bench by its name, with its module; run in this order when none is named."""


def first_line(module: str) -> str:
    """What a bench measures, without importing it."""
    source = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").split("\n", 1)[0]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    listed = "\n".join(f"  {name:<14}{first_line(module)}" for name, module in BENCHES.items())
    arguments = argparse.ArgumentParser(
        prog="dev.py bench",
        description="Measure how fast it is, beside something that can be compared.",
        epilog=f"benches:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("name", nargs="*", help="which; all by default")
    arguments.add_argument("--out", type=Path, metavar="FILE", help="write the rows there, as JSON")
    arguments.add_argument("--rounds", type=int, metavar="N", help="instead of each bench's own number")
    arguments.add_argument("--minutes", type=float, default=30.0, help="of the soak (default: %(default)s)")
    arguments.add_argument("--scene", default="", help="one scene of a bench that has several")
    return arguments


def table(rows: Sequence[Row]) -> str:
    """The rows as people read them."""
    head = ("bench", "ours", "reference", "ratio", "unit", "rounds", "spread")
    lines = [head] + [
        (
            row.name,
            f"{row.ours:.4g}",
            "" if row.reference is None else f"{row.reference:.4g}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.unit,
            str(row.rounds),
            f"{row.spread:.3g}",
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def write(path: Path, rows: Sequence[Row], started_s: float) -> None:
    """Write the rows, and where they were measured, as JSON."""
    result = {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        },
        "seconds": round(time.monotonic() - started_s, 1),
        "rows": [row.to_json() for row in rows],
    }
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches; 0 when all of them could measure."""
    parsed = parser().parse_args(arguments)
    names = parsed.name or list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        parser().error(f"no bench is called {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    started_s = time.monotonic()
    options = Options(rounds=parsed.rounds, minutes=parsed.minutes, scene=parsed.scene)
    rows: list[Row] = []
    failed = False
    for name in names:
        module = importlib.import_module(f"tests.bench.{BENCHES[name]}")
        run = cast("Callable[[Options], list[Row]]", module.run)
        sys.stderr.write(f"bench: {name}\n")
        try:
            rows += run(options)
        except BenchError as error:
            sys.stderr.write(f"bench: {name} could not measure: {error}\n")
            failed = True
        if parsed.out is not None:
            write(parsed.out, rows, started_s)
    sys.stdout.write(table(rows) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
