"""Is the same source always the same installer? Builds everything twice and compares."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from installers import debian, payload
from installers.environment import WORK, BuildError, fresh, sha256


def digests(folder: Path) -> dict[str, str]:
    """File → what it holds; a link holds where it leads."""
    return {
        each.relative_to(folder).as_posix(): str(each.readlink()) if each.is_symlink() else sha256(each)
        for each in sorted(folder.rglob("*"))
        if each.is_symlink() or each.is_file()
    }


def differences(first: dict[str, str], second: dict[str, str]) -> list[str]:
    """Names that are in one alone, or hold something else."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def check(version: str) -> dict[str, Any]:
    """Build payload and packages twice.

    Raises:
        BuildError: with the files that differ.
    """
    seen = []
    for number in (1, 2):
        folder = payload.build_payload(version)
        packages = debian.build_debs(folder, version, fresh(WORK / f"repeat-{number}"))
        seen.append((digests(folder), {each.name: sha256(each) for each in packages.packages}))
        if number == 1:
            shutil.rmtree(folder)
    (first, first_packages), (second, second_packages) = seen
    different = differences(first, second) + differences(first_packages, second_packages)
    if different:
        raise BuildError("differ between two builds: " + ", ".join(different[:40]))
    return {"files": len(first), "packages": len(first_packages), "different": 0}
