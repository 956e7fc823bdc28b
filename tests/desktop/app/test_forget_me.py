"""`--forget-me`, as IT runs it for a user before the program goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.app import forget_me
from desktop.app.start import arguments, main
from desktop.app.wiring import PARTICIPANT_APP
from desktop.system.token_store import OpenedTokenStore


class Store:
    """A secret store with one session."""

    persistent = True

    def __init__(self) -> None:
        self.cleared = 0

    def load(self) -> str | None:
        return "token"

    def save(self, refresh_token: str) -> None:
        raise AssertionError(refresh_token)

    def clear(self) -> None:
        self.cleared += 1


def test_settings_data_logs_and_session_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "profile"
    for name in ("data", "cache", "logs"):
        (profile / name).mkdir(parents=True)
        (profile / name / "file").write_text("x")
    (profile / "settings.json").write_text("{}")
    beside = profile / "beside"
    beside.write_text("somebody else's")
    store = Store()
    asked: list[str] = []

    def opened(address: str, _profile: str) -> OpenedTokenStore:
        asked.append(address)
        return OpenedTokenStore(store)

    monkeypatch.setattr(forget_me, "open_token_store", opened)
    code = main(
        PARTICIPANT_APP, ["--forget-me", "--profile", str(profile), "--backend", "https://visio.example"]
    )
    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["ok"]
    assert list(profile.iterdir()) == [beside]
    assert beside.read_text() == "somebody else's"
    assert asked == ["https://visio.example"]
    assert store.cleared == 1


def test_what_is_left_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the service's address nobody knows the session's name: the exit code says so."""
    monkeypatch.delenv("VISIO_BACKEND_URL", raising=False)
    profile = tmp_path / "profile"
    profile.mkdir()
    options = arguments(PARTICIPANT_APP).parse_args(["--forget-me", "--profile", str(profile)])
    assert forget_me.main(PARTICIPANT_APP, options) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["left"][0].startswith("secret store: ")
    assert not profile.exists()
