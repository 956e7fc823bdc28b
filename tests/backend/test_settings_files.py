"""Settings from files: what wins, what a secret's own file looks like, what is refused and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.config import AdminSettings, Settings
from backend.settings_files import SettingsFileError

DATABASE = "postgresql://visio_api:from-the-file@h/c"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file, not written yet; nothing else is set."""
    monkeypatch.delenv("VISIO_DATABASE_URL", raising=False)
    path = tmp_path / "service.toml"
    monkeypatch.setenv("VISIO_CONFIG", str(path))
    return path


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the file over what is built in."""
    file.write_text(f'database_url = "{DATABASE}"\npool_size = 3\nlook_s = 5\n', encoding="utf-8")
    monkeypatch.setenv("VISIO_POOL_SIZE", "5")
    settings = Settings()
    assert settings.database_url.get_secret_value() == DATABASE
    assert (settings.pool_size, settings.look_s, settings.jobs_pool_size) == (5, 5.0, 2)


def test_the_commands_read_the_same_file(file: Path) -> None:
    """One file serves all of them: what is only for another is no error."""
    file.write_text(
        f'admin_database_url = "postgresql://admin@h/c"\ndatabase_url = "{DATABASE}"\n', encoding="utf-8"
    )
    assert AdminSettings().admin_dsn == "postgresql://admin@h/c"
    assert Settings().database_url.get_secret_value() == DATABASE


def test_secrets_have_files_of_their_own(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As orchestrators mount them: one value, a line end at most; named by variable or in the file."""
    (file.parent / "refresh").write_text("r" * 40 + "\n", encoding="utf-8")
    (file.parent / "totp").write_text("t" * 40, encoding="utf-8")
    (file.parent / "dsn").write_text(DATABASE + "\r\n", encoding="utf-8")
    file.write_text(
        'refresh_key_file = "refresh"\ntotp_key = "overridden by the file below, 32"', encoding="utf-8"
    )
    monkeypatch.setenv("VISIO_TOTP_KEY_FILE", str(file.parent / "totp"))
    monkeypatch.setenv("VISIO_DATABASE_URL_FILE", str(file.parent / "dsn"))
    settings = Settings()
    assert settings.refresh_key is not None
    assert settings.totp_key is not None
    assert settings.refresh_key.get_secret_value() == "r" * 40
    assert settings.totp_key.get_secret_value() == "t" * 40
    assert settings.database_url.get_secret_value() == DATABASE


def test_a_secret_may_not_be_said_twice(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could tell which one is meant."""
    secret = file.parent / "secret"
    secret.write_text("s" * 40, encoding="utf-8")
    file.write_text(f'totp_key = "{"t" * 40}"\ntotp_key_file = "secret"\n', encoding="utf-8")
    monkeypatch.setenv("VISIO_DATABASE_URL", DATABASE)
    with pytest.raises(SettingsFileError, match="totp_key and totp_key_file are both set"):
        Settings()
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("VISIO_REFRESH_KEY", "r" * 40)
    monkeypatch.setenv("VISIO_REFRESH_KEY_FILE", str(secret))
    with pytest.raises(SettingsFileError, match="VISIO_REFRESH_KEY_FILE are both set"):
        Settings()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('opnvidu_url = "https://o"', "did you mean openvidu_url"),
        ("zzz = 1", "docs/service.md"),
        ('pool_size_file = "x"', "there is no setting 'pool_size_file'"),
        ("database_url = ", "is no TOML"),
        ('refresh_key_file = "nowhere"', "nowhere cannot be read (No such file or directory)"),
        ('refresh_key_file = "empty"', "empty is empty"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(file: Path, content: str, words: str) -> None:
    """With the file's name, so that the right one gets corrected."""
    (file.parent / "empty").write_text("\n", encoding="utf-8")
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsFileError) as caught:
        Settings()
    assert words in str(caught.value)
    assert str(file.parent) in str(caught.value)


def test_a_file_that_is_not_there_is_said(file: Path) -> None:
    """Going on with the defaults would be worse."""
    with pytest.raises(SettingsFileError, match="VISIO_CONFIG"):
        Settings()
