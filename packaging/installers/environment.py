"""Running other programs, and what is known of this machine and this commit."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from installers.products import ROOT

WORK = ROOT / "build" / "packaging"
"""Everything between source and installer; may be deleted at any time."""


class BuildError(Exception):
    """An installer could not be made or did not pass a check; the text says what to do."""


def say(text: str) -> None:
    """Tell the person at the keyboard, on standard error: standard output is for results."""
    print(f"package: {text}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout_s: float = 1800,
    allowed: Sequence[int] = (0,),
) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said.

    Raises:
        BuildError: it is missing, took too long, or ended with a code that is not `allowed`.
    """
    words = [str(part) for part in command]
    say(" ".join(shlex.join(words).split())[:160])
    try:
        done = subprocess.run(
            words,
            cwd=cwd or ROOT,
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except FileNotFoundError as error:
        raise BuildError(f"`{words[0]}` is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"`{words[0]}` did not end within {timeout_s:.0f} s") from error
    if done.returncode not in allowed:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        raise BuildError(f"`{shlex.join(words)[:300]}` ended with {done.returncode}:\n{tail}")
    return done


def has_module(name: str) -> bool:
    """Whether the apps of this environment can import a package."""
    return importlib.util.find_spec(name) is not None


def require_tools(*names: str) -> None:
    """Fail early when a program is missing.

    Raises:
        BuildError: with all that are missing.
    """
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise BuildError("not installed: " + ", ".join(missing))


def source_date_epoch() -> str:
    """Seconds of the last commit: the one time that is written into installers."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    if shutil.which("git") and (ROOT / ".git").exists():
        return run(["git", "log", "-1", "--format=%ct"]).stdout.strip()
    return str(int((ROOT / "pyproject.toml").stat().st_mtime))


def commit() -> str:
    """The commit that is built, "" outside of git."""
    if shutil.which("git") and (ROOT / ".git").exists():
        return run(["git", "rev-parse", "HEAD"]).stdout.strip()
    return ""


def fresh(folder: Path) -> Path:
    """An empty folder at this place."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_bytes(folder: Path) -> int:
    """Sum of the sizes of all files, links not followed."""
    return sum(each.lstat().st_size for each in folder.rglob("*") if not each.is_dir() or each.is_symlink())
