"""The entry that starts an app with the session."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.system.autostart import Autostart, own_command
from resources.brand import PARTICIPANT

AWKWARD = ["/opt/Mes apps/mikl visio", 'with "quotes"', "100%", "back\\slash"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="freedesktop.org's entries")
def test_the_entry_is_made_changed_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    entry = Autostart(PARTICIPANT, ["/usr/bin/mikl-visio"])
    entry.set(True)
    place = tmp_path / "autostart" / "example.mikl.visio.desktop"
    assert "Exec=/usr/bin/mikl-visio --background\n" in place.read_text()
    Autostart(PARTICIPANT, ["/opt/mikl-visio"]).set(True)
    assert "Exec=/opt/mikl-visio --background\n" in place.read_text()
    entry.set(False)
    entry.set(False)
    assert not place.exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="freedesktop.org's entries")
def test_awkward_paths_survive_the_two_kinds_of_escapes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read back as the specification says: the file's escapes first, then the command's quoting."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    Autostart(PARTICIPANT, AWKWARD).set(True)
    (line,) = [
        each
        for each in Autostart(PARTICIPANT, []).place().read_text().splitlines()
        if each.startswith("Exec=")
    ]
    value = line.removeprefix("Exec=").replace("\\\\", "\\")
    import shlex  # noqa: PLC0415 - the quoting of `Exec` is the shell's inside double quotes

    assert [each.replace("%%", "%") for each in shlex.split(value)] == [*AWKWARD, "--background"]


def test_macos_gets_an_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    Autostart(PARTICIPANT, AWKWARD).set(True)
    agent = plistlib.loads((tmp_path / "Library/LaunchAgents/example.mikl.visio.plist").read_bytes())
    assert agent["ProgramArguments"] == [*AWKWARD, "--background"]
    assert agent["RunAtLoad"] is True


def test_the_command_starts_this_installation() -> None:
    command = own_command("desktop.participant")
    done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert "--background" in done.stdout
