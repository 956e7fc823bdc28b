"""The system's secret store: used where it is safe, replaced by memory and a reason where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.compat import properties
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError

from backend_client.sign_in import MemoryTokenStore, TokenStore, TokenStoreError
from desktop.system.token_store import KeyringTokenStore, TokenStoreProblem, open_token_store

URL = "https://visio.example"
BackendT = TypeVar("BackendT", bound=type[KeyringBackend])


def unlisted(backend: BackendT) -> BackendT:
    """Take a backend out of keyring's list: it would choose it for every later test."""
    KeyringBackend._classes.discard(backend)
    return backend


@unlisted
class FineBackend(KeyringBackend):
    """A secret store as it should be, in memory."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.entries:
            raise PasswordDeleteError("not found")
        del self.entries[service, username]


@unlisted
class RefusingBackend(FineBackend):
    """Raises `error` whatever it is asked, once `refuses` is set."""

    def __init__(self, error: Exception, *, refuses: bool = True) -> None:
        super().__init__()
        self.error = error
        self.refuses = refuses

    def get_password(self, service: str, username: str) -> str | None:
        self._maybe()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._maybe()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._maybe()
        super().delete_password(service, username)

    def _maybe(self) -> None:
        if self.refuses:
            raise self.error


@unlisted
class FileBackend(FineBackend):
    """One that keyring ranks below what it recommends: secrets in a file."""

    priority = 0.5


@unlisted
class PlaintextBackend(FineBackend):
    """One of the file backends, whatever rank it claims."""

    priority = 9.0


PlaintextBackend.__module__ = "keyrings.alt.file"


@unlisted
class UnfitBackend(FineBackend):
    """One that cannot work here."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805  (keyring's own way)
        """Not to be had, which is how a backend says so."""
        raise RuntimeError("no such service")


@pytest.fixture(autouse=True)
def restore_keyring() -> Iterator[None]:
    """Leave keyring as it was."""
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def chained(*members: KeyringBackend) -> chainer.ChainerBackend:
    """Keyring's chain of several backends."""
    made = type("Chained", (chainer.ChainerBackend,), {"backends": list(members)})
    backend: chainer.ChainerBackend = unlisted(made)()
    return backend


def test_the_system_s_store_is_used() -> None:
    backend = FineBackend()
    keyring.set_keyring(backend)
    opened = open_token_store(URL, "mikl-hub")
    assert opened.problem is None
    assert opened.store.persistent
    assert opened.store.load() is None
    opened.store.save("token-1")
    opened.store.save("token-2")
    assert opened.store.load() == "token-2"
    assert list(backend.entries.values()) == ["token-2"]
    opened.store.clear()
    opened.store.clear()
    assert opened.store.load() is None
    assert not backend.entries


def test_it_outlives_the_process() -> None:
    keyring.set_keyring(FineBackend())
    open_token_store(URL, "mikl-hub").store.save("token")
    assert open_token_store(URL, "mikl-hub").store.load() == "token"
    assert open_token_store(URL + "/", "mikl-hub").store.load() == "token"


def test_services_and_profiles_do_not_mix() -> None:
    keyring.set_keyring(FineBackend())
    stores: list[TokenStore] = [
        open_token_store(url, profile).store
        for url in (URL, "https://other.example")
        for profile in ("mikl-hub", "mikl-visio", "mikl-hub /tmp/a")
    ]
    for number, store in enumerate(stores):
        store.save(f"token-{number}")
    assert [store.load() for store in stores] == [f"token-{number}" for number in range(6)]


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        (fail.Keyring(), TokenStoreProblem.MISSING),  # type: ignore[no-untyped-call]
        (null.Keyring(), TokenStoreProblem.MISSING),  # type: ignore[no-untyped-call]
        (FileBackend(), TokenStoreProblem.INSECURE),
        (PlaintextBackend(), TokenStoreProblem.INSECURE),
        (UnfitBackend(), TokenStoreProblem.MISSING),
        (RefusingBackend(KeyringLocked("dismissed")), TokenStoreProblem.LOCKED),
        (RefusingBackend(InitError("no collection")), TokenStoreProblem.BROKEN),
        (RefusingBackend(OSError("no bus")), TokenStoreProblem.BROKEN),
        (RefusingBackend(Exception("DBusErrorResponse")), TokenStoreProblem.BROKEN),
        (chained(), TokenStoreProblem.MISSING),
        (chained(FileBackend(), PlaintextBackend()), TokenStoreProblem.INSECURE),
    ],
)
def test_memory_and_a_reason_where_there_is_none(backend: KeyringBackend, problem: TokenStoreProblem) -> None:
    keyring.set_keyring(backend)
    opened = open_token_store(URL, "mikl-hub")
    assert isinstance(opened.store, MemoryTokenStore)
    assert not opened.store.persistent
    assert opened.problem is problem
    opened.store.save("token")
    assert not getattr(backend, "entries", {})


def test_of_a_chain_only_the_safe_member_is_used() -> None:
    """Keyring's own chain would fall through to the file when the first one refuses."""
    file, fine = PlaintextBackend(), FineBackend()
    keyring.set_keyring(chained(file, fine))
    opened = open_token_store(URL, "mikl-hub")
    opened.store.save("token")
    assert opened.problem is None
    assert not file.entries
    assert list(fine.entries.values()) == ["token"]


@pytest.mark.parametrize("error", [KeyringLocked("locked"), OSError("gone"), Exception("of another library")])
def test_a_store_that_fails_later_says_so_without_the_token(error: Exception) -> None:
    backend = RefusingBackend(error, refuses=False)
    store = KeyringTokenStore(backend, URL, "mikl-hub")
    store.save("token")
    backend.refuses = True
    with pytest.raises(TokenStoreError) as caught:
        store.save("token-to-hide")
    assert str(caught.value) == type(error).__name__
    for call in (store.load, store.clear):
        with pytest.raises(TokenStoreError):
            call()


def test_a_backend_that_cannot_even_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment may name one that is not installed."""

    def broken() -> KeyringBackend:
        raise ModuleNotFoundError("no such backend")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert open_token_store(URL, "mikl-hub").problem is TokenStoreProblem.BROKEN
