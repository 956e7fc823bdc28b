"""What the installed app can say about itself: its version, and the libraries it is made of."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distributions, version

from resources.brand import DISTRIBUTION

UNKNOWN_VERSION = "0"
LICENCE_MAX = 60
"""Characters: some libraries put the whole text into the field for its name."""


def app_version() -> str:
    """The installed version; "0" where the code runs without having been installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return UNKNOWN_VERSION


def notices() -> str:
    """Every library in this installation with version and licence, one a line. Reads many files."""
    lines = {_line(each) for each in distributions() if each.metadata["Name"] not in (None, DISTRIBUTION)}
    return "\n".join(sorted(lines, key=str.casefold))


def _line(found: Distribution) -> str:
    told = found.metadata

    def first(name: str) -> str:
        return next(iter(told.get_all(name) or []), "").strip()

    classified = [each for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    licence = first("License-Expression") or (
        classified[0].rpartition("::")[2].strip()
        if classified
        else first("License").partition("\n")[0][:LICENCE_MAX]
    )
    return f"{told['Name']} {found.version}" + (f" · {licence}" if licence else "")
