"""The folder that runs without Python: both programs over one set of libraries, by PyInstaller."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from installers import notices
from installers.environment import WORK, BuildError, commit, fresh, run, source_date_epoch
from installers.icons import make_icons
from installers.macos import entitlements
from installers.products import PACKAGING, PRODUCTS, ROOT, Installable
from installers.windows_version import version_information
from tools import blur_model

PAYLOAD = WORK / "dist" / "payload"
SUFFIX = ".exe" if sys.platform == "win32" else ""


def build_payload(version: str) -> Path:
    """Make the folder anew and return it. On macOS there is one bundle a product beside it.

    Raises:
        BuildError: the model of the background blur cannot be fetched, PyInstaller failed, or a program
            of the result does not work.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        blur_model.fetch()
    except blur_model.ModelError as error:
        raise BuildError(str(error)) from error
    for product in PRODUCTS:
        make_icons(product, WORK / "icons")
        information = version_information(product, version)
        (WORK / f"{product.program}-version.txt").write_text(information, encoding="utf-8")
    (WORK / "entitlements.plist").write_bytes(entitlements())
    build = {"version": version, "commit": commit(), "source_date_epoch": int(source_date_epoch())}
    (WORK / "build.json").write_text(json.dumps(build, sort_keys=True) + "\n", encoding="utf-8")
    notices.write_notices(fresh(WORK / "notices"), version)
    pyinstaller: list[str | Path] = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean"]
    pyinstaller += ["--log-level", "WARN", "--distpath", WORK / "dist", "--workpath", WORK / "work"]
    run(
        [*pyinstaller, PACKAGING / "mikl.spec"],
        env={"SOURCE_DATE_EPOCH": source_date_epoch(), "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)},
    )
    if sys.platform.startswith("linux"):
        strip_debug_data(PAYLOAD)
    return PAYLOAD


def strip_debug_data(payload: Path) -> None:
    """Drop debug data where that is known to be safe: Qt's own FFmpeg does not survive `strip`."""
    internal = payload / "_internal"
    files = [*internal.glob("libpython*"), *internal.glob("av/**/*.so"), *internal.glob("uvloop/*.so")]
    run(["strip", "--strip-debug", "--preserve-dates", *(each for each in files if not each.is_symlink())])


def program(payload: Path, product: Installable) -> Path:
    """The executable of a product in a payload folder."""
    return payload / f"{product.program}{SUFFIX}"


def self_test(payload: Path, product: Installable, *, platform: str = "offscreen") -> dict[str, Any]:
    """What `--self-test` of a built program reports.

    Raises:
        BuildError: it failed, with what it said.
    """
    # Neither our environment nor our fonts and plug-ins: only what is in the folder.
    kept = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "DISPLAY", "XAUTHORITY")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    done = subprocess.run(
        [program(payload, product), "--self-test"],
        env={**environment, "QT_QPA_PLATFORM": platform},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise BuildError(
            f"{product.program} --self-test said no JSON:\n{done.stdout}{done.stderr}"
        ) from error
    if done.returncode or not report["ok"]:
        bad = {name: each for name, each in report["checks"].items() if not each["ok"]}
        raise BuildError(f"{product.program} --self-test failed: {json.dumps(bad, indent=2)}\n{done.stderr}")
    return report


def pack(payload: Path, target: Path) -> Path:
    """The folder as a tar file: uploads of bare folders lose links and modes."""
    made = shutil.make_archive(str(target.with_suffix("")), "tar", payload.parent, payload.name)
    return Path(made)
