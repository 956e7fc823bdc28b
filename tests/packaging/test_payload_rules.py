"""Rules of the payload, on folders made for the purpose: each breaks one."""

from __future__ import annotations

from pathlib import Path

import pytest

from installers import payload_rules
from installers.environment import BuildError
from installers.payload_rules import Entry
from installers.products import PRODUCTS, ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A payload that obeys every rule: stand-ins for the programs, one text."""
    for product in PRODUCTS:
        (tmp_path / product.program).write_bytes(b"MZ program")
    (tmp_path / "_internal").mkdir()
    (tmp_path / "_internal" / "notes.txt").write_text("harmless")
    return tmp_path


def test_a_good_folder_passes(folder: Path) -> None:
    found = payload_rules.check(folder)
    assert found["files"] == 3
    assert {"x264", "x265"} <= set(found["gpl_components"])


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("_internal/PySide6/libQt6WebEngineCore.so.6", b"", "must not be shipped"),
        ("_internal/backend/app.pyc", b"", "must not be shipped"),
        ("_internal/desktop/hub.pyc", b"", "must not be shipped"),
        ("_internal/libstranger.dll", b"", "not in native_components.toml"),
        ("_internal/build.json", str(ROOT).encode(), "names a folder of this machine"),
        ("_internal/settings.json", b'{"password": "demo-visio"}', "secret: demo password"),
        (
            "_internal/key.pem",
            b"-----BEGIN PRIVATE KEY-----\n" + b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA",
            "secret: private key",
        ),
        ("_internal/env", b"VISIO_OPENVIDU_SECRET=MY_SECRET", "secret: OpenVidu secret"),
        ("_internal/dsn", b"postgresql://visio_api:hunter2@db/visio", "secret: address with a password"),
    ],
    ids=["web-engine", "service", "our-pyc", "stranger", "path", "password", "key", "openvidu", "dsn"],
)
def test_each_rule_bites(folder: Path, name: str, content: bytes, complaint: str) -> None:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    with pytest.raises(BuildError, match=complaint):
        payload_rules.check(folder)


def test_a_missing_program_is_noticed(folder: Path) -> None:
    (folder / PRODUCTS[0].program).unlink()
    with pytest.raises(BuildError, match=f"{PRODUCTS[0].program} is missing"):
        payload_rules.check(folder)


def test_a_link_to_nothing_is_noticed(folder: Path) -> None:
    (folder / "_internal" / "loose").symlink_to("gone")
    with pytest.raises(BuildError, match="dangling link: _internal/loose"):
        payload_rules.check(folder)


def test_a_secret_between_two_blocks_is_found(folder: Path) -> None:
    """Files are read in pieces; a match may lie across the border of two."""
    padding = b"\x00" * ((8 << 20) - 20)
    (folder / "big.bin").write_bytes(padding + b"xx VISIO_OPENVIDU_SECRET=abcdefgh xx")
    with pytest.raises(BuildError, match=r"OpenVidu secret: big\.bin"):
        payload_rules.check(folder)


def test_extension_modules_are_explained_by_their_package() -> None:
    files = [Entry("_internal/numpy/x.cpython-311-x86_64-linux-gnu.so", is_link=False)]
    assert payload_rules.unexplained(files) == [files[0].name]
    known = frozenset({"numpy/x.cpython-311-x86_64-linux-gnu.so"})
    assert payload_rules.unexplained(files, known) == []
