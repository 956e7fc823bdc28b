"""Names, ids and versions of the installers."""

from __future__ import annotations

import plistlib
import re
import subprocess
from collections.abc import Callable

import pytest

from desktop.app.kinds import HUB_APP, PARTICIPANT_APP
from installers import macos
from installers.debian import desktop_entry, metainfo
from installers.products import (
    COMMON,
    PACKAGING,
    PRODUCTS,
    Installable,
    VersionError,
    checked_version,
    version,
)
from installers.windows_version import version_information


def test_the_version_fits_every_installer() -> None:
    assert checked_version(version()) == version()


@pytest.mark.parametrize("text", ["1.2", "1.2.3.4", "1.2.3rc1", "2026.1.0", "1.300.0", "1.2.70000", "01.2.3"])
def test_versions_that_windows_installer_cannot_compare_are_refused(text: str) -> None:
    with pytest.raises(VersionError):
        checked_version(text)


def test_upgrade_codes_are_fixed_guids_of_their_own() -> None:
    codes = [product.upgrade_code for product in PRODUCTS]
    assert len(set(codes)) == len(PRODUCTS)
    for code in codes:
        assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", code)


def test_links_open_exactly_one_program() -> None:
    """Two programs for one scheme would leave the choice to chance."""
    takers = [product.program for product in PRODUCTS if product.takes_links]
    assert takers == ["mikl-visio"]
    # What the app itself believes: the other one listens where a browser is to come back.
    assert [kind.product.program for kind in (HUB_APP, PARTICIPANT_APP) if kind.takes_links] == takers


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.program)
def test_menu_entry_and_description(product: Installable) -> None:
    entry = desktop_entry(product)
    link = f"MimeType=x-scheme-handler/{COMMON.scheme};"
    assert (link in entry) is product.takes_links
    assert f"Exec=/usr/bin/{product.program}{' %u' if product.takes_links else ''}\n" in entry
    assert "Comment[fr]=" in entry
    assert f"<id>{product.application_id}</id>" in metainfo(product, "1.2.3")


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.program)
def test_mac_bundle(product: Installable) -> None:
    plist = plistlib.loads(plistlib.dumps(macos.info_plist(product, "1.2.3")))
    assert plist["CFBundleIdentifier"] == product.application_id
    assert plist["LSMinimumSystemVersion"] == COMMON.oldest_macos
    assert plist["NSCameraUsageDescription"]
    assert plist["NSMicrophoneUsageDescription"]
    schemes = [name for each in plist.get("CFBundleURLTypes", []) for name in each["CFBundleURLSchemes"]]
    assert schemes == ([COMMON.scheme] if product.takes_links else [])
    for language in ("fr", "en"):
        assert set(re.findall(r'^"(\w+)" = ".+";$', macos.info_strings(language), re.M)) == set(macos.USAGE)


def test_mac_entitlements_are_the_least() -> None:
    """No just-in-time compiler, no library of strangers, no debugger."""
    assert set(plistlib.loads(macos.entitlements())) == {
        "com.apple.security.device.camera",
        "com.apple.security.device.audio-input",
        "com.apple.security.cs.allow-unsigned-executable-memory",
    }
    assert b"<!--" not in macos.entitlements()


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.program)
def test_windows_version_block_is_python_that_pyinstaller_reads(product: Installable) -> None:
    text = version_information(product, "1.2.3")
    names: dict[str, object] = {}

    def record(name: str) -> Callable[..., object]:
        return lambda *args, **kwargs: (name, args, kwargs)

    scope = {
        name: record(name)
        for name in (
            *("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct"),
            *("VarFileInfo", "VarStruct"),
        )
    }
    kind, _, parts = eval(text, scope, names)
    assert kind == "VSVersionInfo"
    assert parts["ffi"][2]["filevers"] == (1, 2, 3, 0)
    assert product.windows_name in text


def test_the_only_maintainer_script_puts_back_opt() -> None:
    """Whatever runs as root at installation is looked at; there is one script, and a shell reads it."""
    script = PACKAGING / "linux" / "postrm"
    assert [
        each.name for each in (PACKAGING / "linux").iterdir() if each.name.startswith(("post", "pre"))
    ] == ["postrm"]
    subprocess.run(["sh", "-n", script], check=True)
    subprocess.run(["sh", script, "remove"], check=True)
