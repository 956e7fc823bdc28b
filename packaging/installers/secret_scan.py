"""No secret in anything that is shipped: keys, passwords of the demo, the media server's secret, tokens."""

from __future__ import annotations

import fnmatch
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from installers.environment import WORK, fresh, run

RULES: dict[str, re.Pattern[bytes]] = {
    # A header with base64 after it: libraries name the bare header when they read or write keys.
    "private key": re.compile(
        rb"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----"
        rb"\s+[A-Za-z0-9+/]{40}"
    ),
    "demo password": re.compile(rb"demo-visio(?![./\w-])"),
    "demo account": re.compile(rb"[a-z]+@demo\.visio"),
    "OpenVidu secret": re.compile(rb"OPENVIDU_(?:SECRET|PASSWORD)\s*[=:]\s*['\"]?[^\s'\"$<{]{4,}"),
    "basic authorization": re.compile(rb"Authorization:\s*Basic\s+[A-Za-z0-9+/]{12,}={0,2}"),
    "address with a password": re.compile(
        rb"(?:postgres(?:ql)?|amqp|redis|https?)://[\w.+-]+:[^\s/@$<{:*\x00-\x1f]{3,}@[\w.-]+"
    ),
    "signed token": re.compile(rb"eyJhbGciOi[\w-]{8,}\.eyJ[\w-]{16,}\.[\w-]{16,}"),
    "cloud key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "platform token": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xox[abpr]-[\w-]{20,})"),
}
"""Name → pattern."""

HARMLESS = tuple(
    word.encode()
    for word in (
        *("user:pass", "username:password", "user:password", "login:password", "name:password"),
        *("user:secret", "USER:PASS"),
    )
)
"""Placeholders in other people's documentation that an address pattern meets."""

KNOWN = (("private key", "*/libgnutls*"),)
"""Rule and file pattern of what is published by its makers: GnuTLS carries the keys of its self-tests."""

_CHUNK, _OVERLAP = 8 << 20, 4096


def chunks(path: Path) -> Iterator[bytes]:
    """A file's content in overlapping pieces, so that no match falls between two."""
    tail = b""
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield tail + block
            tail = block[-_OVERLAP:]


def entropy(text: bytes) -> float:
    """Bits per character."""
    counts = [text.count(bytes([each])) for each in set(text)]
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def scan_file(path: Path) -> list[str]:
    """Names of the rules that a file breaks."""
    broken = set()
    for block in chunks(path):
        for name, rule in RULES.items():
            for match in rule.finditer(block):
                if any(word in match.group() for word in HARMLESS):
                    continue
                if name == "signed token" and entropy(match.group()) < 4:
                    continue
                broken.add(name)
    return sorted(broken)


def findings(folder: Path) -> list[str]:
    """`rule: file` for every secret below a folder. A file that is packed is scanned as it lies there."""
    return [
        f"{rule}: {each.relative_to(folder).as_posix()}"
        for each in sorted(folder.rglob("*"))
        if each.is_file() and not each.is_symlink()
        for rule in scan_file(each)
        if not any(rule == known and fnmatch.fnmatch(f"/{each.as_posix()}", p) for known, p in KNOWN)
    ]


def scan_installers(folder: Path) -> dict[str, Any]:
    """Look into everything that is published, packages unpacked.

    Returns:
        How many files were read in how many packages, and what was found as `rule: file`.
    """
    read, packages, secrets = 0, 0, []
    for each in sorted(folder.rglob("*")):
        if not each.is_file() or each.is_symlink() or each.name.endswith(".log"):
            continue
        if each.suffix in {".deb", ".msi"}:
            packages += 1
            inside = fresh(WORK / "scan")
            debian = ["dpkg-deb", "-R", str(each), str(inside)]
            windows = ["msiextract", "-C", str(inside), str(each)]
            run(debian if each.suffix == ".deb" else windows)
            secrets += [f"{each.name}: {found}" for found in findings(inside)]
            read += sum(1 for file in inside.rglob("*") if file.is_file())
            shutil.rmtree(inside)
        else:
            read += 1
            secrets += [f"{rule}: {each.name}" for rule in scan_file(each)]
    return {"files": read, "packages": packages, "secrets": secrets}
