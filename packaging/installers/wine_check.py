"""The MSIs' behaviour under Wine: `dev.py package verify-msi`.

Wine is no Windows: this proves tables and logic, not group policy and not Windows' own installer.
The payload is a stand-in whose programs note how they were started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from desktop.system.policy import RECOMMENDED_KEY
from installers import msi, stand_in
from installers.environment import WORK, BuildError, fresh, require_tools, run, say
from installers.products import COMMON, PRODUCTS, VISIO_INSTALLABLE, Installable

Evidence = dict[str, Any]
FIRST, SECOND = "1.2.3", "1.2.4"
URL, OTHER_URL = "https://visio.example.org", "https://neu.example.org"
LINK = f"{COMMON.scheme}://meetings/5f0c1b5e-0000-4000-8000-000000000001?a=1&b=two words"
REFUSED = 1603
"""What Windows Installer answers when a condition does not hold, in eight bits."""


class Wine:
    """A Windows of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        require_tools("wine", "wineserver")
        self.folder = fresh(folder)
        self.log = self.folder / "started.txt"
        self._env = {
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "DISPLAY": "",
            "STAND_IN_LOG": self.windows_path(self.log),
        }
        self.run("wineboot", "--init")
        self.run("winecfg", "/v", "win10")

    @staticmethod
    def windows_path(path: Path) -> str:
        """A file of ours as Windows' programs see it."""
        return "Z:" + str(path).replace("/", "\\")

    def run(self, *words: str, allowed: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run one of Windows' programs and wait."""
        return run(["wine", *words], env=self._env, allowed=allowed, timeout_s=300)

    def stop(self) -> None:
        """End everything that runs there."""
        run(["wineserver", "--kill"], env=self._env, allowed=(0, 1, 2))

    def install(self, package: Path, *words: str, allowed: tuple[int, ...] = (0,)) -> int:
        """Install silently; returns the exit code."""
        return self.run(
            "msiexec", "/i", self.windows_path(package), "/qn", *words, allowed=allowed
        ).returncode

    def value(self, key: str, name: str | None) -> str | None:
        """A value of the machine's registry; None when there is none."""
        which = ("/v", name) if name is not None else ("/ve",)
        said = self.run("reg", "query", f"HKLM\\{key}", *which, allowed=(0, 1))
        lines = [line for line in said.stdout.splitlines() if "REG_SZ" in line]
        return lines[0].partition("REG_SZ")[2].strip() if said.returncode == 0 and lines else None

    def started(self, timeout_s: float = 20) -> str:
        """The command line that a stand-in noted."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.log.is_file() and self.log.read_text().strip():
                line = self.log.read_text().strip().splitlines()[-1]
                self.log.unlink()
                return line
            time.sleep(0.2)
        raise BuildError("nothing was started")

    def program_folder(self, product: Installable) -> Path:
        """Where a product is installed."""
        return self.folder / "prefix/drive_c/Program Files" / COMMON.vendor / product.name


def _expect(what: str, seen: object, wanted: object) -> None:
    if seen != wanted:
        raise BuildError(f"{what}: {seen!r} instead of {wanted!r}")


def verify_msi() -> Evidence:
    """Install, link, upgrade, downgrade, uninstall.

    Raises:
        BuildError: with what was expected and what was seen.
    """
    work = fresh(WORK / "wine-check")
    payload = stand_in.write_payload(work / "payload", stand_in.compile_program(work / "program.exe"))
    packages: dict[tuple[str, str], Path] = {}
    for version in (FIRST, SECOND):
        for product in PRODUCTS:
            packages[product.program, version] = msi.build_msi(product, payload, version, work)
    wine = Wine(work / "wine")
    evidence: Evidence = {}
    try:
        for product in PRODUCTS:
            wine.install(packages[product.program, FIRST], f"BACKENDURL={URL}", "AUTOSTART=1")
            program = wine.program_folder(product) / f"{product.program}.exe"
            _expect("program installed", program.is_file(), True)
            run_value = wine.value(msi.RUN_KEY, product.name) or ""
            _expect("start at log-in", run_value.endswith(f'{product.program}.exe" --background'), True)
        _expect("proposed address", wine.value(RECOMMENDED_KEY, "BackendUrl"), URL)
        evidence["install"] = [product.name for product in PRODUCTS]
        wine.run("start", "/unix", "/bin/true", allowed=(0, 1))
        wine.run("start", LINK, allowed=(0, 1))
        line = wine.started()
        _expect("link as one argument", line.endswith(f'{VISIO_INSTALLABLE.program}.exe" "{LINK}"'), True)
        evidence["link"] = line
        for product in PRODUCTS:
            wine.install(packages[product.program, SECOND])
        _expect("address after the upgrade", wine.value(RECOMMENDED_KEY, "BackendUrl"), URL)
        _expect("start after the upgrade", bool(wine.value(msi.RUN_KEY, VISIO_INSTALLABLE.name)), True)
        evidence["upgrade"] = "address and start at log-in kept"
        code = wine.install(packages[VISIO_INSTALLABLE.program, FIRST], allowed=(REFUSED & 0xFF, REFUSED))
        evidence["downgrade"] = f"refused ({code})"
        wine.install(packages[VISIO_INSTALLABLE.program, SECOND], "REINSTALL=ALL", f"BACKENDURL={OTHER_URL}")
        _expect("address of the command line", wine.value(RECOMMENDED_KEY, "BackendUrl"), OTHER_URL)
        evidence["new_address"] = "the command line counts more than the memory"
        for product in PRODUCTS:
            package = packages[product.program, SECOND]
            wine.run("msiexec", "/x", wine.windows_path(package), "/qn")
            _expect(f"{product.name} removed", wine.program_folder(product).exists(), False)
            _expect("start removed", wine.value(msi.RUN_KEY, product.name), None)
        _expect("scheme removed", wine.value(rf"Software\Classes\{COMMON.scheme}", None), None)
        _expect("address removed", wine.value(RECOMMENDED_KEY, "BackendUrl"), None)
        left = [
            str(each)
            for each in (wine.folder / "prefix/drive_c").rglob("*mikl*")
            if "Installer" not in str(each)
        ]
        _expect("files left", left, [])
        evidence["uninstall"] = "nothing left"
    finally:
        wine.stop()
        if "VISIO_KEEP" not in os.environ:
            shutil.rmtree(wine.folder, ignore_errors=True)
    say("MSI behaviour under Wine: passed")
    return evidence
