"""Keeps the tables of the IT guides like the settings model: `python -m tools.guides [--check]`.

`dev.py translate` writes them, `dev.py check` compares: a setting that IT can decide needs its French
words in `packaging/policy_words.toml`, and stands in both guides.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "packaging"))

from installers import policies


def main() -> int:
    """Write, or compare; the exit code says whether all is well."""
    arguments = argparse.ArgumentParser(prog="python -m tools.guides", description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--check", action="store_true", help="only compare")
    options = arguments.parse_args()
    try:
        if options.check:
            stale = policies.stale_guides()
            for guide in stale:
                print(f"guides: {guide} is not up to date: run `python3 dev.py translate`")
            return 1 if stale else 0
        policies.renew_guides()
    except policies.PolicyError as error:
        print(f"guides: {error}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
