"""The two products as an installer sees them: names from `resources.brand`, the rest from targets.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.brand import DISTRIBUTION, HUB, ORGANISATION, PARTICIPANT, URL_SCHEME, Product

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
_TARGETS = tomllib.loads((PACKAGING / "targets.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Installable:
    """One program with what its installers say of it.

    Attributes:
        product: names and ids.
        entry: script that PyInstaller starts from, in `packaging/`.
        icon: name of its SVG in `resources/icons`.
        takes_links: whether links of our scheme open it.
        upgrade_code: GUID that all versions of its MSI share.
        windows_name: name in Windows' list of programs.
        summary, description, generic_name: language → words for menus and package lists.
    """

    product: Product
    entry: str
    icon: str
    takes_links: bool
    upgrade_code: str
    windows_name: str
    summary: dict[str, str]
    description: dict[str, str]
    generic_name: dict[str, str]

    @property
    def name(self) -> str:
        """Shown to people."""
        return self.product.name

    @property
    def program(self) -> str:
        """File name of the executable, of the package and of its icon."""
        return self.product.program

    @property
    def application_id(self) -> str:
        """Reverse-domain id."""
        return self.product.application_id


@dataclass(frozen=True, slots=True)
class Common:
    """What both products share.

    Attributes:
        vendor, maintainer, homepage: who makes them.
        oldest_windows, oldest_macos, oldest_debian: oldest systems that are promised.
        install_folder_linux: absolute, the private folder of all libraries.
        runtime_package, runtime_summary: the Debian package that holds that folder.
        distribution, scheme: from the brand file.
    """

    vendor: str
    maintainer: str
    homepage: str
    oldest_windows: str
    oldest_macos: str
    oldest_debian: str
    install_folder_linux: str
    runtime_package: str
    runtime_summary: str
    distribution: str = DISTRIBUTION
    scheme: str = URL_SCHEME


def _installable(key: str, product: Product) -> Installable:
    data: dict[str, Any] = dict(_TARGETS[key])
    words: dict[str, Any] = {
        name: {language: data.pop(f"{name}_{language}") for language in ("en", "fr")}
        for name in ("summary", "description", "generic_name")
    }
    return Installable(product=product, **data, **words)


COMMON = Common(**_TARGETS["common"])
assert COMMON.vendor == ORGANISATION
HUB_INSTALLABLE = _installable("hub", HUB)
VISIO_INSTALLABLE = _installable("visio", PARTICIPANT)
PRODUCTS = (HUB_INSTALLABLE, VISIO_INSTALLABLE)


class VersionError(ValueError):
    """A version that some installer format cannot hold."""


def version() -> str:
    """The version of this source, from `pyproject.toml`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return checked_version(str(project["version"]))


def checked_version(text: str) -> str:
    """`text`, when every installer format can hold it: `major.minor.patch`, within Windows' limits.

    Windows Installer compares three numbers of at most 255, 255 and 65535; it accepts a larger one
    at build time and then never upgrades, so a calendar year must not become a major version.

    Raises:
        VersionError: it cannot.
    """
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdigit() and str(int(part)) == part for part in parts):
        raise VersionError(f"version {text}: three numbers without a suffix are needed")
    if any(int(part) > limit for part, limit in zip(parts, (255, 255, 65535), strict=True)):
        raise VersionError(f"version {text}: Windows Installer knows at most 255.255.65535")
    return text
