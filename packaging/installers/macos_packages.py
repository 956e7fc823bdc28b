"""From a signed `.app` to a notarised `.pkg`: the commands, in their order. Runs on a Mac alone.

    codesign → zip → notarytool → stapler → self-test
    pkgbuild → productbuild → notarytool → stapler → spctl

PyInstaller has signed every file inside already (`MACOS_SIGN_IDENTITY`, see `mikl.spec`). Without an
identity everything is built unsigned and says so in the file name.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from installers.environment import BuildError, fresh, run
from installers.macos import info_strings
from installers.products import COMMON, Installable

Run = Callable[[Sequence[str | Path]], object]
ARCHITECTURES = {"arm64": "arm64", "x86_64": "x86_64"}


@dataclass(frozen=True, slots=True)
class MacSigner:
    """Who signs on a Mac; all empty: nobody.

    Attributes:
        application: "Developer ID Application: …" in the keychain, for apps.
        installer: "Developer ID Installer: …", for packages.
        notary_profile: what `xcrun notarytool store-credentials` has kept, an API key behind it.
    """

    application: str = ""
    installer: str = ""
    notary_profile: str = ""

    @property
    def complete(self) -> bool:
        """Whether everything is there that Gatekeeper wants."""
        return bool(self.application and self.installer and self.notary_profile)


def signer_from_environment(environment: Mapping[str, str] = os.environ) -> MacSigner:
    """`MACOS_SIGN_IDENTITY`, `MACOS_INSTALLER_IDENTITY`, `MACOS_NOTARY_PROFILE`.

    Raises:
        BuildError: some are given and others not: a package that is half signed opens nowhere.
    """
    signer = MacSigner(
        environment.get("MACOS_SIGN_IDENTITY", ""),
        environment.get("MACOS_INSTALLER_IDENTITY", ""),
        environment.get("MACOS_NOTARY_PROFILE", ""),
    )
    if not signer.complete and (signer.application or signer.installer or signer.notary_profile):
        raise BuildError(
            "give all of MACOS_SIGN_IDENTITY, MACOS_INSTALLER_IDENTITY, MACOS_NOTARY_PROFILE or none"
        )
    return signer


def package_name(product: Installable, version: str, architecture: str, signer: MacSigner) -> str:
    """File name of a package."""
    return f"{product.program}-{version}-{architecture}{'' if signer.complete else '-unsigned'}.pkg"


def distribution(product: Installable, version: str, architecture: str) -> bytes:
    """`distribution.xml`: which systems the package is for, and what it is called."""
    root = ET.Element("installer-gui-script", {"minSpecVersion": "2"})
    ET.SubElement(root, "title").text = product.name
    ET.SubElement(
        root, "options", {"customize": "never", "require-scripts": "false", "hostArchitectures": architecture}
    )
    ET.SubElement(root, "domains", {"enable_localSystem": "true", "enable_currentUserHome": "false"})
    systems = ET.SubElement(ET.SubElement(root, "volume-check"), "allowed-os-versions")
    ET.SubElement(systems, "os-version", {"min": COMMON.oldest_macos})
    outline = ET.SubElement(root, "choices-outline")
    ET.SubElement(outline, "line", {"choice": "app"})
    choice = ET.SubElement(root, "choice", {"id": "app", "title": product.name, "visible": "false"})
    ET.SubElement(choice, "pkg-ref", {"id": product.application_id})
    reference = {"id": product.application_id, "version": version, "onConclusion": "none"}
    ET.SubElement(root, "pkg-ref", reference).text = "component.pkg"
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def write_translations(app: Path) -> None:
    """The system's questions in both languages; before signing, since signing seals them."""
    for language in ("fr", "en"):
        folder = app / "Contents" / "Resources" / f"{language}.lproj"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "InfoPlist.strings").write_text(info_strings(language), encoding="utf-8")


def steps(
    product: Installable,
    version: str,
    architecture: str,
    *,
    app: Path,
    work: Path,
    out: Path,
    signer: MacSigner,
    entitlements: Path,
) -> list[list[str | Path]]:
    """Every command that makes the package of one app, in its order."""
    executable = app / "Contents" / "MacOS" / product.program
    archive, component = work / "app.zip", work / "component.pkg"
    target = out / package_name(product, version, architecture, signer)
    notarise: list[str | Path] = [
        "xcrun",
        "notarytool",
        "submit",
        "--wait",
        "--keychain-profile",
        signer.notary_profile,
    ]
    found: list[list[str | Path]] = []
    if signer.complete:
        # The translations were added after PyInstaller had signed: the outer seal is made anew.
        seal: list[str | Path] = ["codesign", "--force", "--options", "runtime", "--timestamp"]
        found += [
            [*seal, "--entitlements", entitlements, "--sign", signer.application, app],
            ["codesign", "--verify", "--deep", "--strict", "--verbose=2", app],
            ["ditto", "-c", "-k", "--keepParent", app, archive],
            [*notarise, archive],
            ["xcrun", "stapler", "staple", app],
        ]
    found += [
        [executable, "--self-test"],
        [
            *("pkgbuild", "--component", app, "--identifier", product.application_id, "--version", version),
            *("--install-location", "/Applications", component),
        ],
        [
            *("productbuild", "--distribution", work / "distribution.xml", "--package-path", work),
            *(("--sign", signer.installer, "--timestamp") if signer.complete else ()),
            target,
        ],
    ]
    if signer.complete:
        found += [
            [*notarise, target],
            ["xcrun", "stapler", "staple", target],
            ["pkgutil", "--check-signature", target],
            ["spctl", "--assess", "--type", "install", "--verbose=2", target],
        ]
    return found


def build_package(
    product: Installable,
    version: str,
    architecture: str,
    *,
    app: Path,
    work: Path,
    out: Path,
    entitlements: Path,
) -> Path:
    """Make one `.pkg`.

    Raises:
        BuildError: this is no Mac, or a step failed.
    """
    if platform.system() != "Darwin":
        raise BuildError("packages for macOS are made on macOS: codesign and notarytool exist nowhere else")
    signer = signer_from_environment()
    fresh(work)
    write_translations(app)
    (work / "distribution.xml").write_bytes(distribution(product, version, architecture))
    for step in steps(
        product, version, architecture, app=app, work=work, out=out, signer=signer, entitlements=entitlements
    ):
        run(step)
    return out / package_name(product, version, architecture, signer)
