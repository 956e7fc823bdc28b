"""Settings: where they come from, and that they keep their secrets."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from backend.config import AdminSettings, Settings, with_login


def test_the_jobs_login_follows_from_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same server and password, another role, unless told otherwise."""
    monkeypatch.setenv(
        "VISIO_DATABASE_URL", "postgresql://visio_api:p%40ss@db.example:5433/visio?sslmode=require"
    )
    assert Settings().jobs_dsn == "postgresql://visio_jobs:p%40ss@db.example:5433/visio?sslmode=require"
    monkeypatch.setenv("VISIO_JOBS_DATABASE_URL", "postgresql://other@db/visio")
    assert Settings().jobs_dsn == "postgresql://other@db/visio"


def test_a_login_can_be_changed_whole() -> None:
    """Password quoted, database replaced."""
    changed = with_login("postgresql://a:b@h:1/c", user="u", password="p/@ :", database="d")
    assert changed == "postgresql://u:p%2F%40%20%3A@h:1/d"
    assert with_login("postgresql://h/c", user="u") == "postgresql://u@h/c"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in repr nor in what a wrong setting says."""
    monkeypatch.setenv("VISIO_DATABASE_URL", "postgresql://visio_api:hidden@h/c")
    monkeypatch.setenv("VISIO_OPENVIDU_SECRET", "hidden")
    assert "hidden" not in repr(Settings())
    monkeypatch.setenv("VISIO_REFRESH_KEY", "hidden")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "VISIO_REFRESH_KEY must have 32 characters" in str(caught.value.errors()[0]["msg"])


def test_a_database_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the service and for the commands."""
    monkeypatch.delenv("VISIO_DATABASE_URL", raising=False)
    with pytest.raises(ValidationError, match="database_url"):
        Settings()
    with pytest.raises(ValueError, match="VISIO_ADMIN_DATABASE_URL"):
        _ = AdminSettings().admin_dsn


def test_the_hooks_secret_is_no_short_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody who reaches the service may try it."""
    monkeypatch.setenv("VISIO_DATABASE_URL", "postgresql://visio_api@h/c")
    monkeypatch.setenv("VISIO_OPENVIDU_WEBHOOK_SECRET", "openvidu")
    with pytest.raises(ValidationError, match="openvidu_webhook_secret"):
        Settings()
