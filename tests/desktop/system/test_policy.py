"""What IT writes into the registry and into property lists arrives under our names."""

from __future__ import annotations

import plistlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from desktop.system import policy
from resources.brand import HUB

Keys = dict[tuple[str, str], dict[str, object]]


class Registry(ModuleType):
    """The part of `winreg` that is used, over a dictionary."""

    KEY_READ = 1
    KEY_WOW64_64KEY = 256
    HKEY_LOCAL_MACHINE = "HKLM"
    HKEY_CURRENT_USER = "HKCU"

    def __init__(self, keys: Keys) -> None:
        super().__init__("winreg")
        self.keys = keys

    def OpenKey(self, root: str, key: str, _reserved: int, access: int) -> object:
        assert access == self.KEY_READ | self.KEY_WOW64_64KEY
        if (root, key) not in self.keys:
            raise FileNotFoundError(key)

        @contextmanager
        def opened() -> Iterator[None]:
            yield

        handle = opened()
        self.opened = list(self.keys[root, key].items())
        return handle

    def QueryInfoKey(self, _key: object) -> tuple[int, int, int]:
        return 0, len(self.opened), 0

    def EnumValue(self, _key: object, index: int) -> tuple[str, object, int]:
        name, value = self.opened[index]
        return name, value, 1


def test_the_registry_is_read_machine_before_user(monkeypatch: pytest.MonkeyPatch) -> None:
    mandatory, proposed = r"Software\Policies\MiKL\Visio", r"Software\MiKL\Visio"
    keys: Keys = {
        ("HKLM", mandatory): {"BackendUrl": "https://visio.example", "RelayOnly": 1},
        ("HKCU", mandatory): {"Theme": "dark"},
        ("HKLM", proposed): {"Autostart": 1, "Unknown": "x"},
    }
    monkeypatch.setitem(sys.modules, "winreg", Registry(keys))
    monkeypatch.setattr(sys, "platform", "win32")
    machine, user = policy.mandatory_values(HUB)
    assert machine == (
        rf"HKEY_LOCAL_MACHINE\{mandatory}",
        {"backend_url": "https://visio.example", "relay_only": 1},
    )
    assert user[1] == {"theme": "dark"}
    assert policy.recommended_values(HUB)[0][1] == {"autostart": 1, "Unknown": "x"}


def test_a_registry_without_our_keys_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "winreg", Registry({}))
    monkeypatch.setattr(sys, "platform", "win32")
    assert policy.mandatory_values(HUB) == []


def test_managed_preferences_are_read_user_before_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(policy, "LIBRARY", tmp_path)
    monkeypatch.setattr("getpass.getuser", lambda: "eva")
    name = f"{HUB.application_id}.plist"
    for folder, content in (
        ("Managed Preferences/eva", {"ProxyMode": "none"}),
        ("Managed Preferences", {"AllowedBackends": ["https://one.example"]}),
        ("Preferences", {"Ring": False}),
    ):
        place = tmp_path / folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(plistlib.dumps(content, fmt=plistlib.FMT_BINARY))
    assert [values for _, values in policy.mandatory_values(HUB)] == [
        {"proxy_mode": "none"},
        {"allowed_backends": ["https://one.example"]},
    ]
    assert policy.recommended_values(HUB)[0][1] == {"ring": False}


@pytest.mark.parametrize("content", [b"", b"no property list", b"bplist00"])
def test_a_ruined_property_list_decides_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.plist"
    path.write_bytes(content)
    assert policy.property_list(path) == []


def test_linux_has_the_policy_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert policy.mandatory_values(HUB) == policy.recommended_values(HUB) == []
    assert str(policy.recommended_file()).startswith("/etc/")
