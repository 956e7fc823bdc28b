"""What is made for Macs, as far as it can be looked at elsewhere: property lists, the steps, their order."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from installers import macos, macos_packages, policies
from installers.environment import BuildError
from installers.macos_packages import MacSigner
from installers.products import COMMON, PRODUCTS, Installable

SIGNER = MacSigner("Developer ID Application: X", "Developer ID Installer: X", "notary")


def words(steps: list[list[str | Path]]) -> list[str]:
    """The programs that run, without their arguments."""
    return [" ".join(map(str, step[:2])) if step[0] == "xcrun" else Path(str(step[0])).name for step in steps]


def steps(product: Installable, signer: MacSigner, folder: Path) -> list[list[str | Path]]:
    return macos_packages.steps(
        product,
        "1.2.3",
        "arm64",
        app=folder / f"{product.name}.app",
        work=folder / "work",
        out=folder,
        signer=signer,
        entitlements=folder / "entitlements.plist",
    )


def test_nothing_is_changed_after_it_was_sealed(tmp_path: Path) -> None:
    found = words(steps(PRODUCTS[0], SIGNER, tmp_path))
    assert found == [
        "codesign",
        "codesign",
        "ditto",
        "xcrun notarytool",
        "xcrun stapler",
        PRODUCTS[0].program,
        "pkgbuild",
        "productbuild",
        "xcrun notarytool",
        "xcrun stapler",
        "pkgutil",
        "spctl",
    ]


def test_the_hardened_runtime_and_a_time_stamp_are_asked_for(tmp_path: Path) -> None:
    seal = list(map(str, steps(PRODUCTS[0], SIGNER, tmp_path)[0]))
    assert seal[seal.index("--options") + 1] == "runtime"
    assert "--timestamp" in seal
    assert seal[seal.index("--entitlements") + 1].endswith("entitlements.plist")


def test_without_an_identity_the_name_says_so(tmp_path: Path) -> None:
    found = steps(PRODUCTS[1], MacSigner(), tmp_path)
    assert words(found) == [PRODUCTS[1].program, "pkgbuild", "productbuild"]
    assert "unsigned" in str(found[-1][-1])
    assert "unsigned" not in macos_packages.package_name(PRODUCTS[1], "1.2.3", "arm64", SIGNER)


def test_half_a_signer_is_refused() -> None:
    with pytest.raises(BuildError, match="or none"):
        macos_packages.signer_from_environment({"MACOS_SIGN_IDENTITY": "X"})
    assert macos_packages.signer_from_environment({}) == MacSigner()


@pytest.mark.parametrize("architecture", list(macos_packages.ARCHITECTURES))
def test_the_installer_refuses_older_systems_and_other_processors(architecture: str) -> None:
    root = ET.fromstring(macos_packages.distribution(PRODUCTS[0], "1.2.3", architecture))
    options = root.find("options")
    system = root.find(".//os-version")
    assert options is not None
    assert options.get("hostArchitectures") == architecture
    assert system is not None
    assert system.get("min") == COMMON.oldest_macos
    domains = root.find("domains")
    assert domains is not None
    assert domains.get("enable_localSystem") == "true"  # for every user of the machine


def test_the_system_s_questions_are_in_both_languages(tmp_path: Path) -> None:
    macos_packages.write_translations(tmp_path / "X.app")
    resources = tmp_path / "X.app" / "Contents" / "Resources"
    texts = {
        language: (resources / f"{language}.lproj/InfoPlist.strings").read_text() for language in ("fr", "en")
    }
    assert texts["fr"] != texts["en"]
    assert all(text.count("NSCameraUsageDescription") == 1 for text in texts.values())


@pytest.mark.skipif(not shutil.which("plistutil"), reason="needs plistutil (libplist-utils)")
@pytest.mark.parametrize("name", ["info", "entitlements", "profile"])
def test_apple_s_other_reader_agrees(name: str, tmp_path: Path) -> None:
    """Libplist reads what plistlib wrote, and nothing is lost on the way."""
    content = {
        "info": plistlib.dumps(macos.info_plist(PRODUCTS[1], "1.2.3")),
        "entitlements": macos.entitlements(),
        "profile": policies.mobileconfig(),
    }[name]
    source, binary, again = (tmp_path / each for each in ("a.plist", "b.plist", "c.plist"))
    source.write_bytes(content)
    for start, end, form in ((source, binary, "bin"), (binary, again, "xml")):
        subprocess.run(["plistutil", "-i", start, "-o", end, "-f", form], check=True, capture_output=True)
    assert plistlib.loads(again.read_bytes()) == plistlib.loads(content)


@pytest.mark.skipif(sys.platform == "darwin", reason="there it would be built")
def test_elsewhere_it_says_that_a_mac_is_needed(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="made on macOS"):
        macos_packages.build_package(
            PRODUCTS[0], "1.2.3", "arm64", app=tmp_path, work=tmp_path, out=tmp_path, entitlements=tmp_path
        )
