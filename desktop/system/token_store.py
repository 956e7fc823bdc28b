"""The refresh token in the operating system's secret store, or in memory where there is none.

    open_token_store ──► KeyringTokenStore   Windows credentials, macOS keychain, Secret Service, KWallet
                    └──► MemoryTokenStore    with the reason, so that the user is told why he will
                                             have to sign in again

A token is never written to a file: a store that would do that counts as none.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from backend_client.sign_in import MemoryTokenStore, TokenStore, TokenStoreError
from resources.brand import KEYRING_SERVICE

# keyring is imported by whoever opens the store, in a worker thread. Its own reader of packages'
# metadata also makes Python's slower, and the start asks that for our version.
if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

# keyring's own scale: what it recommends has 1 or more; files on disk have less.
_PRIORITY_MIN = 1.0
# Backends of this package keep secrets in files, some of them in clear.
_FILE_BACKENDS = "keyrings.alt"


class TokenStoreProblem(Enum):
    """Why the session will not outlive the process."""

    MISSING = "missing"
    """The system has no secret store, or none is running."""
    INSECURE = "insecure"
    """The only one there is would write secrets to a file."""
    LOCKED = "locked"
    """The store is locked, and was not opened when asked."""
    BROKEN = "broken"
    """The store answers with an error."""


@dataclass(frozen=True, slots=True)
class OpenedTokenStore:
    """What `open_token_store` found.

    Attributes:
        store: ready to use; `store.persistent` says which kind.
        problem: why it is only memory, None when it is the system's own.
    """

    store: TokenStore
    problem: TokenStoreProblem | None = None


class KeyringTokenStore:
    """One entry of the system's secret store, for one service address and one profile.

    The methods may block for as long as the system asks the user to unlock it.

    Args:
        backend: the store to use.
        service_url: the service's address; sessions of two services never mix.
        profile: tells the two apps, and throw-away profiles, apart.
    """

    persistent = True

    def __init__(self, backend: KeyringBackend, service_url: str, profile: str) -> None:
        self._backend = backend
        # One service name per address: Windows finds entries by that alone.
        self._service = f"{KEYRING_SERVICE} {service_url.rstrip('/')} {profile}"
        self._account = profile

    def load(self) -> str | None:
        """The stored token, None when there is none.

        Raises:
            TokenStoreError: the store is locked or broken.
        """
        try:
            return self._backend.get_password(self._service, self._account) or None
        except Exception as error:
            raise _refused(error) from error

    def save(self, refresh_token: str) -> None:
        """Replace the stored token.

        Raises:
            TokenStoreError: the store is locked or broken.
        """
        try:
            self._backend.set_password(self._service, self._account, refresh_token)
        except Exception as error:
            raise _refused(error) from error

    def clear(self) -> None:
        """Forget the token; nothing happens when there is none.

        Raises:
            TokenStoreError: the store is locked or broken.
        """
        try:
            # Asked first: what deleting nothing raises differs from store to store.
            if self._backend.get_password(self._service, self._account) is not None:
                self._backend.delete_password(self._service, self._account)
        except Exception as error:
            raise _refused(error) from error


def open_token_store(service_url: str, profile: str) -> OpenedTokenStore:
    """Find the system's secret store and try it.

    May block while the system asks the user to unlock it: call it from a worker thread.

    Args:
        service_url: the service's address.
        profile: `Paths.profile`.
    """
    from keyring.errors import KeyringLocked  # noqa: PLC0415  (see above)

    backend, problem = _usable_backend()
    if backend is None:
        return _in_memory(problem)
    store = KeyringTokenStore(backend, service_url, profile)
    try:
        store.load()
    except TokenStoreError as error:
        locked = isinstance(error.__cause__, KeyringLocked)
        return _in_memory(TokenStoreProblem.LOCKED if locked else TokenStoreProblem.BROKEN, str(error))
    return OpenedTokenStore(store)


def _in_memory(problem: TokenStoreProblem, detail: str = "") -> OpenedTokenStore:
    log.warning("the session will be kept in memory only: secret store %s %s", problem.value, detail)
    return OpenedTokenStore(MemoryTokenStore(), problem)


def _usable_backend() -> tuple[KeyringBackend | None, TokenStoreProblem]:
    """The best backend that keeps secrets secret; else None and why there is none."""
    import keyring  # noqa: PLC0415  (see above)
    from keyring.backends import chainer, fail, null  # noqa: PLC0415

    if sys.platform != "darwin":
        # Looking for Apple's libraries elsewhere starts nine programs, and takes 0.1 s of every start.
        # keyring takes a module that cannot be imported for a backend of another system.
        sys.modules.setdefault("keyring.backends.macOS.api", None)  # type: ignore[arg-type]
    try:
        chosen = keyring.get_keyring()
    except Exception as error:  # noqa: BLE001  (a backend named in the environment may fail in any way)
        log.warning("no secret store can be loaded: %s", type(error).__name__)
        return None, TokenStoreProblem.BROKEN
    # The chainer tries several and would fall through to a file: its members are judged instead.
    candidates = list(chosen.backends) if isinstance(chosen, chainer.ChainerBackend) else [chosen]
    problem = TokenStoreProblem.MISSING
    for backend in candidates:
        if isinstance(backend, fail.Keyring | null.Keyring) or not type(backend).viable:
            continue
        if type(backend).__module__.startswith(_FILE_BACKENDS) or backend.priority < _PRIORITY_MIN:
            problem = TokenStoreProblem.INSECURE
            continue
        return backend, problem
    return None, problem


def _refused(error: Exception) -> TokenStoreError:
    """Backends let the errors of the libraries under them through (D-Bus, pywin32, ctypes).

    Only the kind is told: the text may quote what was to be stored.
    """
    return TokenStoreError(type(error).__name__)
