"""Rules that every payload folder obeys, whatever system it is for."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from installers.environment import BuildError, folder_bytes, run
from installers.locks import pins, runtime_lock
from installers.notices import native_components
from installers.products import PRODUCTS, ROOT
from installers.secret_scan import findings

FOLDER_BYTES_MAX = 400 * 10**6
FILES_MAX = 800
"""Licence texts apart."""
GLIBC_MAX = (2, 36)
"""What Debian 12 has."""

FORBIDDEN = (
    *("*WebEngine*", "*/pytest/*", "*/_pytest/*", "*/tkinter/*", "*/tests/*", "*Designer*", "*.pyi"),
    *("*/backend/*", "*/openvidu_local/*", "*.ts", "*/sqldrivers/*", "*/qmltooling/*", "*.pdb"),
)
"""Patterns of names that must not be there."""

_NATIVE = re.compile(r"(\.so(\.\d+)*|\.dll|\.pyd|\.dylib|\.exe)$")


_EXTENSION = re.compile(r"(\.cpython-\d+.*\.so|\.abi3\.so|\.pyd)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a payload: its name with `/`, and whether it is a link."""

    name: str
    is_link: bool


def entries(payload: Path) -> list[Entry]:
    """All files and links of a folder, sorted."""
    return [
        Entry(each.relative_to(payload).as_posix(), each.is_symlink())
        for each in sorted(payload.rglob("*"))
        if each.is_symlink() or each.is_file()
    ]


def forbidden(files: list[Entry]) -> list[str]:
    """Names that must not be there; our own `.pyc` files belong into the archive."""
    bad = [each.name for each in files if any(fnmatch.fnmatch("/" + each.name, p) for p in FORBIDDEN)]
    ours = re.compile(r"(^|/)(desktop|backend_client|resources)/.*\.pyc?$")
    return bad + [each.name for each in files if ours.search(each.name)]


def is_native(name: str) -> bool:
    """Whether a file name is a library's or a program's."""
    programs = {product.program for product in PRODUCTS}
    return bool(_NATIVE.search(name)) or name in programs


def unexplained(files: list[Entry], extensions: frozenset[str] = frozenset()) -> list[str]:
    """Native files that neither `native_components.toml` nor a Python package explains.

    Args:
        files: the payload's.
        extensions: names of extension modules that installed packages list as their own.
    """
    patterns = [pattern for native in native_components() for pattern in native.files]
    return [
        each.name
        for each in files
        if is_native(each.name)
        and not each.is_link
        and not any(fnmatch.fnmatch("/" + each.name, "*/" + pattern) for pattern in patterns)
        and each.name.removeprefix("_internal/") not in extensions
    ]


def extensions_of_packages() -> frozenset[str]:
    """Extension modules that the locked packages install, by their path below site-packages."""
    return frozenset(
        str(file)
        for name in pins(runtime_lock())
        for file in distribution(name).files or ()
        if _EXTENSION.search(file.name)
    )


def elf_files(payload: Path, files: list[Entry]) -> list[Path]:
    """Linux' own programs and libraries among the files."""
    natives = [payload / each.name for each in files if is_native(each.name) and not each.is_link]
    found = []
    for path in natives:
        with path.open("rb") as file:
            if file.read(4) == b"\x7fELF":
                found.append(path)
    return found


def glibc_needed(payload: Path, files: list[Entry]) -> tuple[int, int]:
    """The newest glibc symbol version that any library asks for (Linux)."""
    newest = (0, 0)
    natives = elf_files(payload, files)
    if not natives:
        return newest
    text = run(["objdump", "-T", *natives]).stdout
    for major, minor in re.findall(r"GLIBC_(\d+)\.(\d+)", text):
        newest = max(newest, (int(major), int(minor)))
    return newest


def build_paths(payload: Path, files: list[Entry]) -> list[str]:
    """Text files that name folders of the machine that built them."""
    needles = [str(ROOT).encode(), str(Path.home()).encode() + b"/."]
    suffixes = {".txt", ".json", ".toml", ".cfg", ".py", ".ini", ".conf", ".xml"}
    return [
        each.name
        for each in files
        if Path(each.name).suffix in suffixes
        and not each.is_link
        and any(needle in (payload / each.name).read_bytes() for needle in needles)
    ]


def check(payload: Path) -> dict[str, Any]:
    """Apply every rule.

    Returns:
        Size, number of files, newest glibc and the GPL components, for the release notes.

    Raises:
        BuildError: with every rule that is broken.
    """
    files = entries(payload)
    size = folder_bytes(payload)
    problems = [f"must not be shipped: {name}" for name in forbidden(files)]
    problems += [
        f"not in native_components.toml: {name}" for name in unexplained(files, extensions_of_packages())
    ]
    problems += [f"names a folder of this machine: {name}" for name in build_paths(payload, files)]
    problems += [f"dangling link: {e.name}" for e in files if e.is_link and not (payload / e.name).exists()]
    problems += [f"secret: {each}" for each in findings(payload)]
    if size > FOLDER_BYTES_MAX:
        problems.append(f"{size / 1e6:.0f} MB are more than {FOLDER_BYTES_MAX / 1e6:.0f}")
    counted = [each for each in files if "/licences/" not in each.name]
    if len(counted) > FILES_MAX:
        problems.append(f"{len(counted)} files are more than {FILES_MAX}")
    for product in PRODUCTS:
        if not any(each.name in {product.program, f"{product.program}.exe"} for each in files):
            problems.append(f"{product.program} is missing")
    glibc = glibc_needed(payload, files)
    if glibc > GLIBC_MAX:
        problems.append(f"needs glibc {glibc[0]}.{glibc[1]}: build on the oldest system promised")
    if problems:
        raise BuildError("payload:\n" + "\n".join(problems))
    gpl = [native.name for native in native_components() if re.match(r"GPL", native.licence)]
    return {"bytes": size, "files": len(files), "glibc": f"{glibc[0]}.{glibc[1]}", "gpl_components": gpl}
