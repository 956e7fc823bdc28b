"""Where the refresh token of a session is kept over a restart; the apps bring the system's keyring."""

from __future__ import annotations

from typing import Protocol


class TokenStoreError(Exception):
    """The secret store refused: locked, gone, or broken. The session goes on in memory."""


class TokenStore(Protocol):
    """Keeps one refresh token. Methods may block and raise `TokenStoreError`."""

    @property
    def persistent(self) -> bool:
        """True when the token is still there after a restart."""

    def load(self) -> str | None:
        """The stored token, None when there is none."""

    def save(self, refresh_token: str) -> None:
        """Replace the stored token."""

    def clear(self) -> None:
        """Forget it; nothing happens when there is none."""


class MemoryTokenStore:
    """A store that ends with the process: for tests and machines without a secret store."""

    persistent = False

    def __init__(self) -> None:
        self._refresh_token: str | None = None

    def load(self) -> str | None:
        """The token, None when there is none."""
        return self._refresh_token

    def save(self, refresh_token: str) -> None:
        """Replace the token."""
        self._refresh_token = refresh_token

    def clear(self) -> None:
        """Forget the token."""
        self._refresh_token = None
