"""Installs the npm packages that the lock file names, and bundles what runs in a page.

They live in a folder of pytest's cache that is named by the lock file's hash: installed once, and
again when the lock changes. Nothing of npm's is shipped, and nothing is installed into the tree.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
_MANIFEST = ("package.json", "package-lock.json", ".npmrc")
_INSTALL_LIMIT_S = 180.0
_NETWORK_FAILURES = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT",
    "UND_ERR",
)
"""Codes by which npm says that it cannot reach its registry."""


class UnavailableError(Exception):
    """This machine lacks something the official clients need; the message says what, for a skip."""


@dataclass(frozen=True, slots=True)
class NodePackages:
    """What `npm ci` installed.

    Attributes:
        node: the Node interpreter.
        modules: the `node_modules` folder.
    """

    node: str
    modules: Path

    def environment(self) -> dict[str, str]:
        """Environment in which `require` and esbuild find the packages from anywhere."""
        return {**os.environ, "NODE_PATH": str(self.modules)}

    def bundle(self, entry: Path, target: Path) -> None:
        """Write `entry` and everything it imports as one script for a page.

        Raises:
            subprocess.CalledProcessError: it does not compile.
        """
        subprocess.run(
            [
                *(self.node, str(self.modules / "esbuild" / "bin" / "esbuild"), str(entry)),
                *("--bundle", "--format=iife", "--log-level=warning"),
                "--define:global=window",  # openvidu-browser is written for bundlers that do this
                f"--outfile={target}",
            ],
            env=self.environment(),
            check=True,
        )


def install(cache: Path) -> NodePackages:
    """Install the packages below `cache`, or find them there.

    Raises:
        UnavailableError: node or npm is missing, or the registry cannot be reached.
        RuntimeError: npm failed otherwise.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise UnavailableError("Node with npm is not installed (Debian: nodejs, npm)")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _MANIFEST)).hexdigest()
    folder = cache / digest[:16]
    if not folder.is_dir():
        # Complete or not there: another run, or one that is broken off, never sees half of it.
        with tempfile.TemporaryDirectory(dir=cache, prefix="installing-") as scratch:
            half_done = Path(scratch) / "packages"
            half_done.mkdir()
            for name in _MANIFEST:
                shutil.copy(HERE / name, half_done)
            _run_npm(npm, half_done)
            try:
                half_done.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another run was faster: the same files
                    raise
    return NodePackages(node=node, modules=folder / "node_modules")


def _run_npm(npm: str, folder: Path) -> None:
    # No scripts: esbuild's optional dependency brings its program, nothing has to run.
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_INSTALL_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"npm did not finish within {_INSTALL_LIMIT_S:.0f} s") from None
    if run.returncode == 0:
        return
    code = next((code for code in _NETWORK_FAILURES if code in run.stderr), None)
    if code is not None:
        raise UnavailableError(f"npm cannot reach its registry ({code})")
    raise RuntimeError(f"npm ci failed:\n{run.stderr}")
