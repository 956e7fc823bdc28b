"""Checks that everything we ship or run may be shipped and run: `python -m tools.licences`.

Looks at every locked package that the product needs at run time (all extras and what they need in
turn; development tools are left out), reads its licence by pip-licenses, and compares it with the list
below. Prints what offends and exits with 1; exits with 0 when nothing does.

What a wheel *contains* is not what its metadata says: `NOTES` holds what we know beyond the metadata.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "mikl-visio"
EXTRAS = ("desktop", "blur", "service", "embedded", "local-server")
LOCK = Path(__file__).resolve().parent.parent / "requirements" / "lock.txt"

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "PostgreSQL",
        "Unlicense",
        "Zlib",
    }
)
"""SPDX identifiers that put no condition on our own source."""

LGPL = frozenset({"LGPL-3.0-only", "LGPL-3.0-or-later"})
LGPL_PACKAGES = frozenset(
    canonicalize_name(name)
    for name in (
        *("PySide6-Essentials", "PySide6-Addons", "shiboken6"),
        *("psycopg", "psycopg-binary", "psycopg-pool"),
    )
)
"""Used as libraries whose files stay replaceable, which is what the LGPL asks."""

ELSEWHERE = {"colorama": "BSD-3-Clause", "pywin32-ctypes": "BSD-3-Clause"}
"""Licences of packages that are locked for other systems; checked by metadata where they are installed."""

NOTES = {"av": "its wheels contain x264 and x265 (GPL), so installers go out under GPL-3.0-or-later"}
"""What the metadata does not say."""

_ALIASES = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
_UNKNOWN = "UNKNOWN"
_SOURCES = ("License-Expression", "License-Metadata", "License-Classifier")  # the more exact one first


class LicenceError(Exception):
    """The check cannot be made."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package and its licence, as an SPDX expression where one can be told."""

    name: str
    version: str
    licence: str


def allows(expression: str, accepted: frozenset[str]) -> bool:
    """Whether a licence can be met with the accepted ones.

    Args:
        expression: SPDX identifiers joined by AND, OR, WITH and parentheses; anything else is refused.
        accepted: SPDX identifiers; `A WITH B` must be in it as a whole.
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    result, rest = _any_of(tokens, accepted)
    return result and not rest


def _any_of(tokens: Sequence[str], accepted: frozenset[str]) -> tuple[bool, Sequence[str]]:
    """Terms joined by OR, which binds less than AND; returns the tokens that follow."""
    result, tokens = _all_of(tokens, accepted)
    while tokens and tokens[0] == "OR":
        term, tokens = _all_of(tokens[1:], accepted)
        result = result or term
    return result, tokens


def _all_of(tokens: Sequence[str], accepted: frozenset[str]) -> tuple[bool, Sequence[str]]:
    result, tokens = _term(tokens, accepted)
    while tokens and tokens[0] == "AND":
        term, tokens = _term(tokens[1:], accepted)
        result = result and term
    return result, tokens


def _term(tokens: Sequence[str], accepted: frozenset[str]) -> tuple[bool, Sequence[str]]:
    if not tokens:
        return False, tokens
    if tokens[0] == "(":
        result, rest = _any_of(tokens[1:], accepted)
        return result and rest[:1] == [")"], rest[1:]
    if tokens[1:2] == ["WITH"]:
        return " ".join(tokens[:3]) in accepted, tokens[3:]
    return tokens[0] in accepted, tokens[1:]


def licence_of(row: Mapping[str, str]) -> str:
    """The licence in one row of pip-licenses, brought to SPDX where it is one of the known other names."""
    for source in _SOURCES:
        stated = row.get(source, _UNKNOWN).strip()
        # Several classifiers state several licences without saying how they are joined: all must do.
        names = [_ALIASES.get(name.strip().lower(), name.strip()) for name in stated.split(";")]
        if stated and stated != _UNKNOWN:
            return " AND ".join(names)
    return _UNKNOWN


def needed(project: str = PROJECT, extras: Iterable[str] = EXTRAS) -> set[str]:
    """Canonical names of everything that a project needs on this system, itself left out.

    Raises:
        LicenceError: the project or something it needs is not installed.
    """
    found: set[tuple[str, str]] = set()
    waiting = [(project, extra) for extra in ("", *extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        try:
            lines = requires(name) or []
        except PackageNotFoundError as error:
            raise LicenceError(f"{name} is not installed: run `python3 dev.py check`") from error
        for requirement in map(Requirement, lines):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                wanted = canonicalize_name(requirement.name)
                waiting += [(wanted, each) for each in ("", *requirement.extras)]
    return {name for name, _ in found} - {project}


def locked_elsewhere(lock: str) -> set[str]:
    """Canonical names that a lock file pins for other systems than this one."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==\S+ ; (.+?)\s*\\?$", lock, re.MULTILINE)
    return {canonicalize_name(name) for name, marker in pins if not Marker(marker).evaluate()}


def locked(lock: str) -> set[str]:
    """Canonical names of everything that a lock file pins."""
    return {canonicalize_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}


def installed() -> list[Package]:
    """Every package of this environment with its licence.

    Raises:
        LicenceError: pip-licenses failed.
    """
    command = [sys.executable, "-m", "piplicenses", "--from=all", "--format=json", "--with-system"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LicenceError(f"pip-licenses failed: {done.stderr.strip()}")
    return [
        Package(str(canonicalize_name(row["Name"])), row["Version"], licence_of(row))
        for row in json.loads(done.stdout)
    ]


def offending(packages: Iterable[Package]) -> list[Package]:
    """Those whose licence is not on our list."""
    return [
        package
        for package in packages
        if not allows(package.licence, ALLOWED | LGPL if package.name in LGPL_PACKAGES else ALLOWED)
    ]


def main() -> int:
    """Check this environment against the lock file; the exit code says whether all is well."""
    lock = LOCK.read_text(encoding="utf-8")
    try:
        names = needed()
        present = installed()
    except LicenceError as error:
        print(f"licences: {error}")
        return 1
    packages = [package for package in present if package.name in names]
    # A package may also be pinned in another version for another Python: what is installed speaks for it.
    absent = locked_elsewhere(lock) - {package.name for package in present}
    packages += [
        Package(name, "", ELSEWHERE.get(name, "not known: add it to ELSEWHERE")) for name in sorted(absent)
    ]
    problems = [f"{each.name} {each.version}: {each.licence}" for each in offending(packages)]
    problems += [f"{name}: needed, but not locked" for name in sorted(names - locked(lock))]
    for problem in problems:
        print(f"licences: {problem}")
    if problems:
        return 1
    print(f"licences: {len(packages)} packages needed at run time, every licence is on the list")
    for package in packages:
        if package.name in NOTES:
            print(f"licences: note on {package.name}: {NOTES[package.name]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
