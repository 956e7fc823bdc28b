"""The licence texts of everything that is shipped, and the offer of source that the GPL asks for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from installers.environment import BuildError
from installers.locks import pins, runtime_lock
from installers.products import COMMON, PACKAGING, PRODUCTS, ROOT
from installers.templates import fill
from tools.licences import licence_of

TEXTS = PACKAGING / "licences"
_TEXT_NAMES = ("licen", "copying", "notice", "authors")


@dataclass(frozen=True, slots=True)
class Native:
    """One bundled library that is no Python package.

    Attributes:
        name, version: what it is; the version says which source belongs to it.
        licence: SPDX expression.
        source: where that source is published.
        inside: the Python package that brings it, "" for the interpreter.
        files: patterns of its files' names.
        texts: licence texts in `packaging/licences`.
        copyright: the notice that a BSD or MIT licence asks to repeat, "" where the text holds it.
        shown_by: what its files hold, in name or content, when they are of this version; the version itself
            where nothing else is said.
    """

    name: str
    version: str
    licence: str
    source: str
    inside: str
    files: tuple[str, ...]
    texts: tuple[str, ...]
    copyright: str
    shown_by: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """What the files of this version hold, in name or content."""
        return self.shown_by or tuple(self.version.split(", "))


def native_components() -> tuple[Native, ...]:
    """Everything that `native_components.toml` lists."""
    data = tomllib.loads((PACKAGING / "native_components.toml").read_text(encoding="utf-8"))
    return tuple(Native(**_frozen(each)) for each in data["component"])


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def licence_texts(found: Distribution) -> list[Path]:
    """The files of an installed package that hold its licence or its notices."""
    texts = []
    for file in found.files or ():
        in_metadata = ".dist-info" in str(file.parent) or str(file.parent) == "."
        if in_metadata and any(word in file.name.lower() for word in _TEXT_NAMES):
            path = Path(str(found.locate_file(file)))
            if path.is_file() and path.suffix not in {".py", ".pyc"}:
                texts.append(path)
    return texts


def stated_licence(found: Distribution) -> str:
    """SPDX expression of an installed package.

    Raises:
        BuildError: it states none that we understand.
    """
    metadata = found.metadata
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License :: ")
    ]
    row: dict[str, Any] = {
        "License-Expression": metadata.json.get("license_expression") or "UNKNOWN",
        "License-Metadata": metadata.json.get("license") or "UNKNOWN",
        "License-Classifier": "; ".join(classifiers) or "UNKNOWN",
    }
    licence = licence_of(row)
    if licence == "UNKNOWN":
        raise BuildError(f"{metadata['Name']} states no licence")
    return licence


def write_notices(folder: Path, version: str) -> list[str]:
    """Fill an empty folder with the notices file, all texts and the source offer.

    Returns:
        Names of the packages and libraries that are covered.

    Raises:
        BuildError: something has no licence or no text.
    """
    lines = [
        f"{PRODUCTS[0].name} and {PRODUCTS[1].name} {version}: licences",
        "",
        "Our own source code is under the Apache License 2.0 (Apache-2.0.txt). This installation as a whole",
        "is conveyed under the GNU General Public License, version 3 or later (GPL-3.txt), because it",
        "contains x264 and x265. SOURCE-OFFER.txt says how to get the complete source.",
        "",
        "Python packages",
        "---------------",
    ]
    covered = []
    for name, pinned in sorted(pins(runtime_lock()).items()):
        found = distribution(name)
        if found.version != pinned:
            raise BuildError(f"{name} {found.version} is installed, {pinned} is locked")
        texts = licence_texts(found)
        licence = stated_licence(found)
        target = folder / "python" / name
        target.mkdir(parents=True)
        for text in texts:
            (target / text.name).write_bytes(text.read_bytes())
        for text_name in standard_texts(licence):
            if not texts or text_name.startswith(("GPL", "LGPL")):
                (target / f"{text_name}.txt").write_bytes((TEXTS / f"{text_name}.txt").read_bytes())
        if not any(target.iterdir()):
            raise BuildError(f"{name}: no licence text; put one into packaging/licences")
        lines.append(f"{name} {pinned}: {licence} (python/{name}/)")
        covered.append(name)
    lines += ["", "Libraries in other languages", "----------------------------"]
    for native in native_components():
        lines.append(f"{native.name} {native.version}: {native.licence}; source: {native.source}")
        for text_name in native.texts:
            target = folder / f"{text_name}.txt"
            target.write_bytes((TEXTS / f"{text_name}.txt").read_bytes())
            lines[-1] += f" ({target.name})"
        if native.copyright:
            lines.append(f"    Copyright (c) {native.copyright}")
        covered.append(native.name)
    (folder / "THIRD-PARTY.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "SOURCE-OFFER.txt").write_text(source_offer(version), encoding="utf-8")
    for name in ("GPL-3", "Apache-2.0"):
        (folder / f"{name}.txt").write_bytes((TEXTS / f"{name}.txt").read_bytes())
    (folder / "LICENSE.txt").write_bytes((ROOT / "LICENSE").read_bytes())
    return covered


def standard_texts(licence: str) -> list[str]:
    """Names of our copies of the standard texts that a licence expression needs."""
    words = licence.replace("(", " ").replace(")", " ").split()
    names = {
        "LGPL-3.0-only": ("LGPL-3", "GPL-3"),
        "LGPL-3.0-or-later": ("LGPL-3", "GPL-3"),
        "LGPL-2.1-or-later": ("LGPL-2.1",),
        "GPL-2.0-or-later": ("GPL-2",),
        "GPL-3.0-or-later": ("GPL-3",),
        "Apache-2.0": ("Apache-2.0",),
        "MPL-2.0": ("MPL-2.0",),
        "MIT": ("MIT",),
        "BSD-3-Clause": ("BSD-3-Clause",),
    }
    return sorted({text for word in words for text in names.get(word, ())})


def source_offer(version: str) -> str:
    """The written offer of section 6 b of the GPL, in both languages."""
    return fill(
        "licences/SOURCE-OFFER.txt.in",
        hub=PRODUCTS[0].name,
        visio=PRODUCTS[1].name,
        version=version,
        maintainer=COMMON.maintainer,
        homepage=COMMON.homepage,
        distribution=COMMON.distribution,
    )
