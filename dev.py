#!/usr/bin/env python3
"""The one command for people who run or change MiKL Visio: `python3 dev.py COMMAND`.

Standard library only, for Linux, macOS and Windows. The first call makes `.venv`, installs the
locked dependencies and, on Debian as root, the system libraries Qt needs; later calls find them
ready and start at once. The exit code is 0 only when the command did what it says.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "lock.txt"
PACKAGING_VENV = ROOT / ".venv-packaging"
SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
PACKAGING_LOCKS = tuple(ROOT / "requirements" / f"{name}.txt" for name in (f"runtime-{SYSTEM}", "packaging"))
LOCK_PLATFORMS = {"linux": "x86_64-manylinux_2_34", "windows": "windows", "macos": "macos"}
OLDEST, NEWEST = (3, 11), (3, 14)

# What Qt's platform plug-ins, its multimedia back end and our screenshots need on Debian 12.
DEBIAN_PACKAGES = (
    "libegl1",
    "libgl1",
    "libopengl0",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libglib2.0-0",
    "libpulse0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "fonts-inter",
)

# What the tests use on top: a private sound server with virtual devices, a relay, the browser for
# OpenVidu's official client, a screen with a window manager, and somebody who reads what is on it.
DEBIAN_TEST_PACKAGES = (
    "pulseaudio",
    "pulseaudio-utils",
    "chromium",
    "coturn",
    "xvfb",
    "openbox",
    "x11-utils",
    "xdotool",
    "trayer",
    "dunst",
    "dbus",
    "tesseract-ocr",
    *("msitools", "wixl", "osslsigncode", "libplist-utils", "desktop-file-utils", "appstream", "openssl"),
)

# What makes and checks installers. The wayland libraries are there so that their packages are found.
DEBIAN_PACKAGING_PACKAGES = (
    *("apt-utils", "binutils", "dpkg-dev", "faketime", "git", "gnupg", "openssl", "reprepro", "zstd"),
    *("desktop-file-utils", "appstream", "lintian", "mmdebstrap", "xvfb", "xdotool", "libplist-utils"),
    *("msitools", "wixl", "osslsigncode", "gcc-mingw-w64-x86-64-win32", "icnsutils"),
    *("libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "libxcb-util1", "libasound2", "libva2"),
    *("libva-drm2", "libva-x11-2", "libdrm2", "libxrandr2", "libxext6", "libxtst6", "libgssapi-krb5-2"),
)

# Each has a PostgreSQL of its own; beside the tests that live in real time there is no work for more.
MOST_TEST_WORKERS = 8
PYTEST_FAILED = 1
LAST_FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
# More than that is no accident of timing.
MOST_TRIED_AGAIN = 10


class DevError(Exception):
    """A command cannot go on; the message says why and what to do."""


def say(text: str) -> None:
    """Tell the person at the keyboard, on standard error so that output stays parseable."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None) -> int:
    """Run a command from the repository root and return its exit code."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode


def python(venv: Path = VENV) -> Path:
    """Path of a virtual environment's interpreter."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def base_interpreter() -> str:
    """An interpreter that the product supports: this one, or a newer one found on the path.

    Raises:
        DevError: none between 3.11 and 3.14 is installed.
    """
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise DevError("Python 3.11 to 3.14 is needed. Install one, for example `apt install python3`.")


def fingerprint(locks: Sequence[Path] = (LOCK,)) -> str:
    """What an environment was made from; another value means it must be made again."""
    digest = hashlib.sha256()
    for lock in locks:
        digest.update(lock.read_bytes())
    digest.update((ROOT / "pyproject.toml").read_bytes())
    digest.update(str(ROOT).encode())
    return digest.hexdigest()


def ensure_venv(venv: Path = VENV, locks: Sequence[Path] = (LOCK,)) -> None:
    """Make or renew a virtual environment from its lock files, hashes checked.

    Raises:
        DevError: a package could not be installed.
    """
    mark = venv / "ready"
    wanted = fingerprint(locks)
    if mark.is_file() and mark.read_text() == wanted and python(venv).exists():
        return
    if not python(venv).exists():
        say(f"making {venv.name}")
        if run([base_interpreter(), "-m", "venv", venv]):
            raise DevError("`python3 -m venv` failed. On Debian: `apt install python3-venv`.")
    mark.unlink(missing_ok=True)
    say("installing the locked dependencies (a minute or two, once)")
    pip = [python(venv), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    requirements = [word for lock in locks for word in ("--requirement", lock)]
    if run([*pip, "--require-hashes", *requirements]):
        raise DevError("a dependency could not be installed: read pip's message above.")
    # Editable and without isolation: the build back end is in the lock file, nothing is fetched.
    if run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."]):
        raise DevError("the project itself could not be installed: read pip's message above.")
    mark.write_text(wanted)


def missing_debian_packages(packages: Sequence[str]) -> list[str]:
    """Those of `packages` that Debian says are not installed."""
    missing = []
    for name in packages:
        query = subprocess.run(
            ["dpkg-query", "-W", "-f=${db:Status-Status}", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if query.stdout.strip() != "installed":
            missing.append(name)
    return missing


def ensure_system(packages: Sequence[str] = DEBIAN_PACKAGES) -> None:
    """On Debian and its relatives, install what is missing as root, else say the one line to run.

    Raises:
        DevError: `apt-get` failed.
    """
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        return
    missing = missing_debian_packages(packages)
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        say("some system packages are missing; run this once: sudo " + " ".join(install))
        return
    say("installing system packages: " + " ".join(missing))
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ("-o", "DPkg::Lock::Timeout=600")  # for another program that installs
    if run(["apt-get", *wait, "update", "-qq"], env=env) or run(
        [install[0], *wait, "-qq", *install[1:]], env=env
    ):
        raise DevError("apt-get failed: read its message above.")


def ensure_blur_model() -> None:
    """Have the model of the background blur among the resources; without npm the apps do without it."""
    run([sys.executable, "-m", "tools.blur_model"])


def headless_environment() -> dict[str, str]:
    """The environment for programs with windows: offscreen where there is no screen."""
    env = dict(os.environ)
    if sys.platform.startswith("linux") and not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
    return env


def check_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Format, lint, types, import contracts, translations, licences; every step runs, then the sum."""
    if rest:
        raise DevError("`check` takes no arguments.")
    ensure_system()
    ensure_venv()
    bin_dir = python().parent
    py = str(python())
    steps: list[tuple[str, list[str | Path]]] = [
        ("format", [bin_dir / "ruff", "format", "--check", "."]),
        ("lint", [bin_dir / "ruff", "check", "."]),
        ("types", [py, "-m", "mypy"]),
        ("import contracts", [bin_dir / "lint-imports", "--no-cache"]),
        ("translations", [py, "-m", "tools.translations", "--check"]),
        ("guides", [py, "-m", "tools.guides", "--check"]),
        ("licences", [py, "-m", "tools.licences"]),
    ]
    failed = []
    for name, command in steps:
        say(f"check: {name}")
        if run(command, env=headless_environment()):
            failed.append(name)
    if failed:
        say("check FAILED: " + ", ".join(failed))
        return 1
    say("check passed")
    return 0


def test_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Every test; further arguments go to pytest.

    Real programs, sound and pictures in real time share the cores with other workers here. The few tests
    that fail so run once more with nothing beside them; what fails then has failed.
    """
    # Node's own packages contain npm; Debian's `npm` is only for Debian's `nodejs`.
    node = () if shutil.which("npm") else ("nodejs", "npm")
    ensure_system((*DEBIAN_PACKAGES, *DEBIAN_TEST_PACKAGES, *node))
    ensure_venv()
    ensure_blur_model()
    env = headless_environment()
    env["QT_QPA_PLATFORM"] = env.get("VISIO_TEST_PLATFORM", "offscreen")
    # Workers and the programs under test start often: compiling everything anew each time takes longer.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    pytest: list[str | Path] = [python(), "-m", "pytest"]
    workers = test_workers(rest)
    code = run([*pytest, *workers, *rest], env=env)
    failed = failed_tests() if code == PYTEST_FAILED and workers else []
    if not 0 < len(failed) <= MOST_TRIED_AGAIN:
        return code
    say(f"{len(failed)} failed while others ran beside; once more, alone: " + ", ".join(failed))
    code = run([*pytest, "-n", "0", "--last-failed", *rest], env=env)
    if code == 0:
        say("PASSED ALONE, and want repair because they hang on the machine's pace: " + ", ".join(failed))
    return code


def failed_tests() -> list[str]:
    """Names of the tests that pytest has noted as failed."""
    try:
        noted: dict[str, bool] = json.loads(LAST_FAILED.read_text())
    except FileNotFoundError:
        return []
    return sorted(noted)


def test_workers(arguments: Sequence[str]) -> list[str]:
    """Arguments that make pytest use all cores, unless `arguments` say how, or name a single module."""
    decided = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-s", "--capture=no", "--collect-only")
    words = " ".join(arguments).replace("-p no:xdist", "-n0").replace("-pno:xdist", "-n0").split()
    if any(word.startswith(decided) for word in words):
        return []
    if any((ROOT / word.partition("::")[0]).is_file() for word in words):
        return []  # the start of workers would take longer than the tests
    return ["--numprocesses", str(min(max(2, os.cpu_count() or 2), MOST_TEST_WORKERS))]


def demo_command(options: argparse.Namespace, rest: list[str]) -> int:
    """The whole product on this machine; see `tests/end_to_end/demo.py`."""
    if rest:
        raise DevError("unknown arguments: " + " ".join(rest))
    ensure_system()
    ensure_venv()
    ensure_blur_model()
    env = headless_environment()
    if options.headless:
        env["QT_QPA_PLATFORM"] = "offscreen"
    command: list[str | Path] = [python(), "-m", "tests.end_to_end.demo"]
    if options.headless or env.get("QT_QPA_PLATFORM") == "offscreen":
        command.append("--headless")
    for name in ("out", "openvidu_url", "camera"):
        value = getattr(options, name)
        if value:
            command += ["--" + name.replace("_", "-"), value]
    # Neither a database password nor the media server's secret belongs on a child's command line.
    if options.database_url:
        env["VISIO_DATABASE_URL"] = options.database_url
    if options.openvidu_secret:
        env["VISIO_OPENVIDU_SECRET"] = options.openvidu_secret
    return run(command, env=env)


def gallery_command(options: argparse.Namespace, rest: list[str]) -> int:
    """Screenshots of every view in every state, language and theme."""
    ensure_system()
    ensure_venv()
    env = headless_environment()
    env["QT_QPA_PLATFORM"] = "offscreen"
    return run([python(), "-m", "desktop.views.gallery", "--out", options.out, *rest], env=env)


def tour_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Write docs/tour-fr.md and docs/tour-en.md with current pictures, and the README's pictures."""
    if rest:
        raise DevError("`tour` takes no arguments.")
    ensure_system()
    ensure_venv()
    env = headless_environment()
    env["QT_QPA_PLATFORM"] = "offscreen"
    return run([python(), "-m", "tools.tour"], env=env)


def bench_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Measure how fast it is, beside something that can be compared; see docs/performance.md."""
    ensure_system()
    ensure_venv()
    env = headless_environment()
    # A program's start is compared with another's: neither shall compile its modules every time.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return run([python(), "-m", "tests.bench", *rest], env=env)


def translate_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Collect new sentences from the sources, compile the translations, renew the tables of the IT guides."""
    ensure_system()
    ensure_venv()
    code = run([python(), "-m", "tools.translations", *rest], env=headless_environment())
    return code or run([python(), "-m", "tools.guides"])


def lock_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Write the lock files anew from pyproject.toml (needs `uv` on the path)."""
    uv = shutil.which("uv")
    if not uv:
        raise DevError("`uv` is not on the path: `pip install uv`.")
    common: list[str | Path] = [uv, "pip", "compile", "--python-version", "3.11", "--generate-hashes"]
    common += ["--no-annotate", "--no-header", "--quiet", *rest, "--output-file"]
    names = ("desktop", "blur", "service", "embedded", "local-server")
    extras = [word for name in names for word in ("--extra", name)]
    folder = LOCK.parent
    steps: list[list[str | Path]] = [[LOCK, "pyproject.toml", "--universal", "--group", "dev", *extras]]
    # What is shipped, and what ships it: the same versions as those that were tested.
    for system, platform in LOCK_PLATFORMS.items():
        runtime = [folder / f"runtime-{system}.txt", "pyproject.toml", *extras[:4]]
        steps.append([*runtime, "--python-platform", platform, "--constraint", LOCK])
    service = [folder / "runtime-service.txt", "pyproject.toml", "--extra", "service"]
    steps.append([*service, "--python-platform", LOCK_PLATFORMS["linux"], "--constraint", LOCK])
    steps.append(
        [folder / "packaging.txt", "--group", "pyproject.toml:package", "--universal", "--constraint", LOCK]
    )
    return next((code for code in (run([*common, *step]) for step in steps) if code), 0)


def package_command(_: argparse.Namespace, rest: list[str]) -> int:
    """Installers for this platform; `package --help` lists the other targets."""
    ensure_system((*DEBIAN_PACKAGES, *DEBIAN_PACKAGING_PACKAGES))
    ensure_venv(PACKAGING_VENV, PACKAGING_LOCKS)
    if "verify-msi" in rest:
        ensure_system(("wine", "wine64"))
    if {"verify", "start"} & set(rest):
        ensure_venv()  # what the installed apps meet and are compared with
    return run([python(PACKAGING_VENV), ROOT / "packaging" / "build.py", *rest], env=headless_environment())


def parser() -> argparse.ArgumentParser:
    """The command line; `python3 dev.py --help` prints it."""
    top = argparse.ArgumentParser(prog="dev.py", description=__doc__.split("\n", 1)[0])
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, call: object) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=(call.__doc__ or "").split("\n", 1)[0],
            add_help=name not in ("test", "bench", "package"),
        )
        command.set_defaults(call=call)
        return command

    demo = add("demo", demo_command)
    demo.add_argument("--headless", action="store_true", help="walk the five flows offscreen, then end")
    demo.add_argument("--out", metavar="DIR", help="where report.json and the screenshots go")
    demo.add_argument("--database-url", metavar="URL", help="a real PostgreSQL instead of the embedded one")
    demo.add_argument("--openvidu-url", metavar="URL", help="a real OpenVidu instead of the local server")
    demo.add_argument("--openvidu-secret", metavar="SECRET", help="that server's secret")
    demo.add_argument("--camera", choices=["test"], help="force the generated camera")
    add("test", test_command)
    add("check", check_command)
    add("bench", bench_command)
    add("gallery", gallery_command).add_argument("--out", metavar="DIR", default="gallery")
    add("tour", tour_command)
    add("translate", translate_command)
    add("lock", lock_command)
    add("package", package_command)
    return top


def main() -> int:
    """Parse, prepare, act."""
    options, rest = parser().parse_known_args()
    try:
        return int(options.call(options, rest))
    except DevError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
