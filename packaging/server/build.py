"""Makes what IT needs to run the service: a .deb for those without containers, and the files for all others.

    python3 dev.py package server --out DIR
    python packaging/server/build.py --out DIR       the same, with any Python 3.11 that has pip

DIR/mikl-service_VERSION_amd64.deb   the service with its packages, systemd units, backup and restore
DIR/server/                          Containerfile, compose file, Caddyfile, nginx.conf, OpenVidu's settings

The packages come from `requirements/runtime-service.txt`, hashes checked, wheels only: nothing is compiled.
"""

from __future__ import annotations

import argparse
import compileall
import gzip
import hashlib
import json
import os
import py_compile
import re
import shutil
import string
import subprocess
import sys
import tempfile
import tomllib
from email.utils import formatdate
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LOCK = ROOT / "requirements" / "runtime-service.txt"
PACKAGE = "mikl-service"
MAINTAINER = "MiKL <support@mikl.example>"
HOMEPAGE = "https://mikl.example"
PYTHON = (3, 11)
"""Debian 12's; the wheels are for it alone."""
PLATFORMS = (*tuple(f"manylinux_2_{minor}_x86_64" for minor in (34, 28, 17, 12, 5)), "manylinux2014_x86_64")
SOURCES = ("backend", "backend_client", "resources/__init__.py", "resources/brand.py")
EXAMPLES = (
    "Containerfile",
    "compose.yaml",
    "compose.env.example",
    "Caddyfile",
    "nginx.conf",
    "openvidu.env.example",
)
DOCUMENTS = ("docs/operations.md", "docs/service.md")
LIBRARY = Path("usr/lib/mikl-service")


class BuildError(Exception):
    """It could not be made; the message says what to do."""


def version() -> str:
    """Of this source."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def main(out: Path) -> dict[str, object]:
    """Make everything into `out`; what was made, with sizes and SHA-256.

    Raises:
        BuildError: pip or dpkg-deb failed, or is missing.
    """
    out.mkdir(parents=True, exist_ok=True)
    deb = build_deb(out)
    examples = out / "server"
    examples.mkdir(exist_ok=True)
    for name in EXAMPLES:
        shutil.copy2(HERE / name, examples / name)
    made = [deb, *(examples / name for name in EXAMPLES)]
    return {
        "files": [
            {
                "file": each.relative_to(out).as_posix(),
                "bytes": each.stat().st_size,
                "sha256": hashlib.sha256(each.read_bytes()).hexdigest(),
            }
            for each in made
        ]
    }


def build_deb(out: Path) -> Path:
    """The Debian package; the same bytes for the same commit and date (SOURCE_DATE_EPOCH)."""
    with tempfile.TemporaryDirectory(prefix="mikl-service-deb-") as made:
        root = Path(made) / "root"
        root.mkdir(mode=0o755)
        install_library(root / LIBRARY)
        install_system_files(root)
        epoch = _epoch()
        _write_documents(root, epoch)
        size_kib = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) // 1024
        _write_control(root, size_kib)
        _same_for_all(root, epoch)
        deb = out / f"{PACKAGE}_{version()}_amd64.deb"
        _run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, deb],
            {"SOURCE_DATE_EPOCH": str(epoch)},
        )
    return deb


def install_library(library: Path) -> None:
    """The product's own packages and everything they need, into one folder."""
    library.mkdir(parents=True)
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--requirement", LOCK, "--target", library, "--no-deps"),
            *(
                "--only-binary",
                ":all:",
                "--implementation",
                "cp",
                "--abi",
                "cp311",
                "--abi",
                "abi3",
                "--abi",
                "none",
            ),
            *("--python-version", ".".join(map(str, PYTHON)), *platforms),
        ]
    )
    # Programs of the packages: nobody calls them, and their first lines name this machine's Python.
    shutil.rmtree(library / "bin", ignore_errors=True)
    for name in SOURCES:
        source, target = ROOT / name, library / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(source, target)
    if sys.version_info[:2] == PYTHON:
        # By content, not by date: the package may be unpacked at any time.
        compileall.compile_dir(
            library,
            quiet=2,
            stripdir=str(library),
            prependdir=f"/{LIBRARY}",
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def install_system_files(root: Path) -> None:
    """Command, units, scripts, settings, examples."""
    _copy(HERE / "debian" / "mikl-service", root / "usr/bin/mikl-service", 0o755)
    _copy(HERE / "backup.sh", root / "usr/bin/mikl-service-backup", 0o755)
    _copy(HERE / "restore.sh", root / "usr/bin/mikl-service-restore", 0o755)
    for unit in sorted((HERE / "systemd").iterdir()):
        _copy(unit, root / "lib/systemd/system" / unit.name, 0o644)
    _copy(HERE / "service.toml", root / "etc/mikl-visio/service.toml", 0o644)
    share = root / "usr/share/doc" / PACKAGE
    for name in EXAMPLES:
        _copy(HERE / name, share / "examples" / name, 0o644)
    for name in DOCUMENTS:
        _copy(ROOT / name, share / Path(name).name, 0o644)
    _copy(HERE / "debian" / "copyright", share / "copyright", 0o644)


def _write_documents(root: Path, epoch: int) -> None:
    entry = (
        f"{PACKAGE} ({version()}) stable; urgency=medium\n\n  * Version {version()}.\n\n"
        f" -- {MAINTAINER}  {formatdate(epoch)}\n"
    )
    path = root / "usr/share/doc" / PACKAGE / "changelog.gz"
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(entry.encode())


def _write_control(root: Path, size_kib: int) -> None:
    control = root / "DEBIAN"
    control.mkdir()
    template = string.Template((HERE / "debian" / "control.in").read_text(encoding="utf-8"))
    text = template.substitute(version=version(), maintainer=MAINTAINER, homepage=HOMEPAGE, size_kib=size_kib)
    (control / "control").write_text(text, encoding="utf-8")
    (control / "conffiles").write_text("/etc/mikl-visio/service.toml\n", encoding="utf-8")
    for name in ("postinst", "prerm", "postrm"):
        _copy(HERE / "debian" / name, control / name, 0o755)


def _same_for_all(root: Path, epoch: int) -> None:
    """Modes and dates that do not depend on who built it, and when."""
    for path in (root, *root.rglob("*")):
        if path.is_symlink():
            continue
        if path.is_dir():
            path.chmod(0o755)
        elif not path.stat().st_mode & 0o111 or LIBRARY in path.relative_to(root).parents:
            path.chmod(0o644)
        os.utime(path, (epoch, epoch))


def _copy(source: Path, target: Path, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _epoch() -> int:
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False, cwd=ROOT
    ).stdout.strip()
    return int(told) if re.fullmatch(r"\d+", told) else 1_767_225_600


def _run(command: list[str | Path], environment: dict[str, str] | None = None) -> None:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
        )
    except FileNotFoundError as error:
        raise BuildError(f"`{words[0]}` is not installed") from error
    if done.returncode:
        raise BuildError(f"`{' '.join(words[:6])} …` failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--out", type=Path, required=True, metavar="DIR")
    try:
        print(json.dumps(main(arguments.parse_args().out.absolute()), indent=1))
    except BuildError as problem:
        raise SystemExit(f"package server: {problem}") from None
