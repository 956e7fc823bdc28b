r"""Starting with the user's session, in the background.

Linux    ~/.config/autostart/<id>.desktop (freedesktop.org, Desktop Application Autostart)
Windows  HKCU\Software\Microsoft\Windows\CurrentVersion\Run
macOS    ~/Library/LaunchAgents/<id>.plist
"""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from resources.brand import Product

BACKGROUND = "--background"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"


def own_command(module: str) -> list[str]:
    """How this installation of an app is started.

    Args:
        module: of the app's entry, for a start from the sources.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", module]


class Autostart:
    """The entry of one app. Its methods touch files or the registry: call them from a worker thread.

    Args:
        product: which app.
        command: how it is started, without `--background`.
    """

    def __init__(self, product: Product, command: Sequence[str]) -> None:
        self._product = product
        self._command = [*command, BACKGROUND]

    def set(self, on: bool) -> None:
        """Make or remove the entry; it is written anew when the command has changed.

        Raises:
            OSError: it cannot be written.
        """
        if sys.platform == "win32":
            self._set_run_key(on)
            return
        place = self.place()
        if not on:
            place.unlink(missing_ok=True)
            return
        content = self._agent() if sys.platform == "darwin" else self._desktop_entry()
        if place.exists() and place.read_bytes() == content:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def place(self) -> Path:
        """Where the entry lies on Linux and macOS."""
        if sys.platform == "darwin":
            return Path.home() / "Library" / "LaunchAgents" / f"{self._product.application_id}.plist"
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        return config / "autostart" / f"{self._product.application_id}.desktop"

    def _desktop_entry(self) -> bytes:
        command = " ".join(_quoted(part) for part in self._command)
        lines = (
            "[Desktop Entry]",
            "Type=Application",
            f"Name={self._product.name}",
            f"Exec={command}",
            f"Icon={self._product.application_id}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
        )
        return ("\n".join(lines) + "\n").encode()

    def _agent(self) -> bytes:
        return plistlib.dumps(
            {
                "Label": self._product.application_id,
                "ProgramArguments": self._command,
                "RunAtLoad": True,
                "ProcessType": "Interactive",
            }
        )

    def _set_run_key(self, on: bool) -> None:
        import winreg  # noqa: PLC0415  (Windows alone)

        access = winreg.KEY_SET_VALUE  # type: ignore[attr-defined, unused-ignore]
        root = winreg.HKEY_CURRENT_USER  # type: ignore[attr-defined, unused-ignore]
        with winreg.OpenKey(root, RUN_KEY, 0, access) as key:  # type: ignore[attr-defined, unused-ignore]
            if on:
                command = subprocess.list2cmdline(self._command)
                winreg.SetValueEx(key, self._product.name, 0, winreg.REG_SZ, command)  # type: ignore[attr-defined, unused-ignore]
                return
            try:
                winreg.DeleteValue(key, self._product.name)  # type: ignore[attr-defined, unused-ignore]
            except FileNotFoundError:
                return  # it was not there


def _quoted(part: str) -> str:
    """An argument as the `Exec` line wants it: quoted where needed, `%` doubled."""
    part = part.replace("%", "%%")
    if part and not set(part) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return part
    for sign in '\\"`$':
        part = part.replace(sign, f"\\{sign}")
    # The value of a desktop entry has its own escapes, so a backslash is written twice.
    return '"' + part.replace("\\", "\\\\") + '"'
