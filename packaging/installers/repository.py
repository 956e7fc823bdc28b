"""The signed apt repository. Trust lies in its signed index, which holds the hash of every package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from installers.environment import WORK, BuildError, fresh, run, say
from installers.products import COMMON
from installers.templates import fill

KEYRING = f"{COMMON.distribution}-archive-keyring.asc"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signs.

    Attributes:
        fingerprint: of the key.
        home: GnuPG's folder that holds it, None for the user's own.
        throw_away: made for this build alone: good for tests, worthless for users.
    """

    fingerprint: str
    home: Path | None
    throw_away: bool

    @property
    def environment(self) -> dict[str, str]:
        """What makes GnuPG find it."""
        return {"GNUPGHOME": str(self.home)} if self.home is not None else {}


def _fingerprint(listing: str) -> str:
    for line in listing.splitlines():
        if line.startswith("fpr:"):
            return line.split(":")[9]
    raise BuildError("gpg knows no such key")


def signing_key(name: str | None) -> SigningKey:
    """The user's key of that name, or one for this build alone, which is said aloud.

    Raises:
        BuildError: there is no such key.
    """
    if name:
        listing = run(["gpg", "--batch", "--with-colons", "--list-secret-keys", name]).stdout
        return SigningKey(_fingerprint(listing), None, throw_away=False)
    home = WORK / "gnupg"
    environment = {"GNUPGHOME": str(home)}
    if not home.is_dir():
        home.mkdir(parents=True, mode=0o700)
        user = f"{COMMON.vendor} throw-away key, for tests only"
        generate = [
            "gpg",
            "--batch",
            "--passphrase",
            "",
            "--quick-generate-key",
            user,
            "ed25519",
            "sign",
            "1y",
        ]
        run(generate, env=environment)
    listing = run(["gpg", "--batch", "--with-colons", "--list-secret-keys"], env=environment).stdout
    say("no --gpg-key: signed with a THROW-AWAY key, good for tests only")
    return SigningKey(_fingerprint(listing), home, throw_away=True)


def publish(packages: list[Path], folder: Path, key: SigningKey) -> Path:
    """Make the repository of these packages anew and sign its index.

    Returns:
        The public key that IT installs.

    Raises:
        BuildError: reprepro or gpg failed.
    """
    fresh(folder)
    database = fresh(WORK / "reprepro")
    (database / "conf").mkdir()
    text = fill(
        "linux/reprepro-distributions.in",
        vendor=COMMON.vendor,
        distribution=COMMON.distribution,
        fingerprint=key.fingerprint,
    )
    (database / "conf" / "distributions").write_text(text, encoding="utf-8")
    base: list[str | Path] = ["reprepro", "--basedir", database, "--outdir", folder, "--silent"]
    for package in packages:
        run([*base, "includedeb", "stable", package], env=key.environment)
    public = run(["gpg", "--batch", "--armor", "--export", key.fingerprint], env=key.environment).stdout
    (folder / KEYRING).write_text(public, encoding="utf-8")
    verify(folder)
    return folder / KEYRING


def verify(folder: Path) -> None:
    """Check the index's signature with the published key alone.

    Raises:
        BuildError: it is not valid.
    """
    ring = WORK / "verify.gpg"
    ring.unlink(missing_ok=True)
    run(["gpg", "--batch", "--yes", "--dearmor", "--output", ring, folder / KEYRING])
    run(["gpgv", "--keyring", ring, folder / "dists" / "stable" / "InRelease"])


def sources_entry(folder: Path, keyring: Path) -> str:
    """A deb822 `sources` file for a repository in a local folder."""
    return (
        f"Types: deb\nURIs: file:{os.fspath(folder)}\nSuites: stable\nComponents: main\n"
        f"Architectures: amd64\nSigned-By: {os.fspath(keyring)}\n"
    )
