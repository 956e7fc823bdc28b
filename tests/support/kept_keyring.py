"""A secret store for apps under test, in a file that outlives them; `keyring_at` is their environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.compat import properties

_PLACE = "VISIO_TEST_KEYRING"


def keyring_at(path: Path) -> dict[str, str]:
    """What makes an app's keyring keep everything in this file."""
    return {"PYTHON_KEYRING_BACKEND": f"{__name__}.KeptKeyring", _PLACE: str(path)}


class KeptKeyring(KeyringBackend):
    """Entries in one JSON file."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805  (keyring's own way)
        """As good as a system's own, but only where a test asks for it."""
        if _PLACE not in os.environ:
            raise RuntimeError("no test asks for it")
        return 5

    def _read(self) -> dict[str, str]:
        path = Path(os.environ[_PLACE])
        entries: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return entries

    def _write(self, entries: dict[str, str]) -> None:
        Path(os.environ[_PLACE]).write_text(json.dumps(entries))

    def get_password(self, service: str, username: str) -> str | None:
        """An entry."""
        return self._read().get(f"{service}\n{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep an entry."""
        self._write(self._read() | {f"{service}\n{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Forget an entry."""
        self._write({key: value for key, value in self._read().items() if key != f"{service}\n{username}"})
