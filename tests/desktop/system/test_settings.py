"""Who decides a setting, and what happens to values that nobody can use."""

from __future__ import annotations

import argparse
import json
import os
import stat
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.system.settings import (
    CameraChoice,
    LanguageChoice,
    LoadedSettings,
    Settings,
    SettingsError,
    SettingSource,
    ThemeChoice,
    add_arguments,
    load_settings,
    policy_keys,
    policy_name,
    save_user_settings,
)
from resources.brand import HUB

URL = "https://visio.example"
MINE = frozenset({os.getuid()}) if hasattr(os, "getuid") else frozenset({0})

Load = Callable[..., LoadedSettings]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load with a profile in `tmp_path`; members of each source as keywords."""
    for name in list(os.environ):
        if name.startswith("VISIO_"):
            monkeypatch.delenv(name)

    def load_with(
        *,
        policy: dict[str, Any] | str | None = None,
        arguments: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
        user: dict[str, Any] | str | None = None,
        recommended: dict[str, Any] | str | None = None,
        policy_mode: int = 0o644,
    ) -> LoadedSettings:
        policy_file = tmp_path / "policy.json"
        recommended_file = tmp_path / "recommended.json"
        contents = (
            (policy_file, policy),
            (tmp_path / "settings.json", user),
            (recommended_file, recommended),
        )
        for path, content in contents:
            if content is not None:
                path.write_text(content if isinstance(content, str) else json.dumps(content))
        if policy is not None:
            policy_file.chmod(policy_mode)
        for key, value in (environment or {}).items():
            monkeypatch.setenv(f"VISIO_{key.upper()}", value)
        given_arguments = {"profile": str(tmp_path), "backend_url": None, **(arguments or {})}
        return load_settings(
            HUB,
            given_arguments,
            policy_file=policy_file,
            policy_owners=MINE,
            recommended=recommended_file,
        )

    return load_with


SOURCES = [
    SettingSource.POLICY,
    SettingSource.ARGUMENT,
    SettingSource.ENVIRONMENT,
    SettingSource.USER,
    SettingSource.RECOMMENDED,
]
KEYWORDS = {
    SettingSource.POLICY: "policy",
    SettingSource.ARGUMENT: "arguments",
    SettingSource.ENVIRONMENT: "environment",
    SettingSource.USER: "user",
    SettingSource.RECOMMENDED: "recommended",
}


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations(SOURCES, 2)))
def test_of_two_sources_the_stronger_wins(load: Load, stronger: SettingSource, weaker: SettingSource) -> None:
    loaded = load(
        **{
            KEYWORDS[stronger]: {"theme": "dark", "backend_url": URL},
            KEYWORDS[weaker]: {"theme": "light", "backend_url": "https://other.example"},
        }
    )
    assert loaded.settings.theme is ThemeChoice.DARK
    assert loaded.settings.backend_url == URL
    assert loaded.sources["theme"] is stronger
    assert loaded.is_locked("theme") is (stronger is SettingSource.POLICY)


def test_every_source_decides_its_own_keys(load: Load, tmp_path: Path) -> None:
    loaded = load(
        policy={"backend_url": URL + "/"},
        arguments={"camera": "test"},
        environment={"language": "fr"},
        user={"theme": "light"},
    )
    assert loaded.settings == Settings(
        backend_url=URL,
        camera=CameraChoice.TEST,
        language=LanguageChoice.FRENCH,
        theme=ThemeChoice.LIGHT,
        profile=tmp_path,
    )
    assert loaded.paths.settings_file == tmp_path / "settings.json"
    assert not loaded.problems


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("value", "relayed"), [("yes", True), ("no", False), (True, True), ("maybe", None)])
def test_media_through_relays_alone(
    load: Load, source: SettingSource, value: str | bool, relayed: bool | None
) -> None:
    """IT may demand it for everybody; a file may say it in JSON's own words."""
    members = {"relay_only": str(value) if source is SettingSource.ENVIRONMENT else value}
    given_members: dict[str, Any] = {"arguments": {"backend_url": URL}}
    given_members[KEYWORDS[source]] = {"backend_url": URL, **members}
    if relayed is None and source in {SettingSource.ARGUMENT, SettingSource.ENVIRONMENT}:
        with pytest.raises(SettingsError, match="maybe"):
            load(**given_members)
        return
    loaded = load(**given_members)
    assert loaded.settings.relay_only is bool(relayed)
    assert len(loaded.problems) == (relayed is None)
    assert loaded.is_locked("relay_only") is (source is SettingSource.POLICY and relayed is not None)


def test_defaults(load: Load) -> None:
    assert load(arguments={"backend_url": URL}).settings.relay_only is False
    loaded = load(arguments={"backend_url": URL})
    assert (loaded.settings.theme, loaded.settings.language, loaded.settings.camera) == (
        ThemeChoice.SYSTEM,
        LanguageChoice.SYSTEM,
        CameraChoice.AUTO,
    )
    assert loaded.sources["theme"] is SettingSource.DEFAULT


def test_an_address_is_needed_and_the_error_says_how_to_give_it(load: Load) -> None:
    with pytest.raises(SettingsError, match=r"--backend URL.*VISIO_BACKEND_URL"):
        load()


@pytest.mark.parametrize(
    ("keyword", "values", "place", "remedy"),
    [
        ("arguments", {"theme": "purple"}, "--theme", "'system', 'light' or 'dark'"),
        ("arguments", {"backend_url": "visio.example"}, "--backend", "https://"),
        ("environment", {"language": "de"}, "VISIO_LANGUAGE", "'system', 'fr' or 'en'"),
        ("environment", {"backend_url": "http://visio.example"}, "VISIO_BACKEND_URL", "in clear"),
    ],
)
def test_what_was_typed_for_this_start_stops_it(
    load: Load, keyword: str, values: dict[str, str], place: str, remedy: str
) -> None:
    """The sentence names place, value and remedy."""
    with pytest.raises(SettingsError) as caught:
        load(**{keyword: values})
    assert str(caught.value).startswith(f"{place} = {next(iter(values.values()))!r}: ")
    assert remedy in str(caught.value)
    assert caught.value.problem.key == next(iter(values))


@pytest.mark.parametrize("keyword", ["policy", "user"])
@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"theme": "purple"}, "theme"),
        ({"theme": None}, "theme"),
        ({"theme": 7}, "theme"),
        ({"backend_url": "ftp://visio.example"}, "backend_url"),
        ({"colour": "red"}, "colour"),
        ({"profile": "/elsewhere"}, "profile"),
        ("{not json", ""),
        ("[]", ""),
        ("\x00", ""),
    ],
)
def test_a_bad_value_in_a_file_is_skipped_and_reported(
    load: Load, tmp_path: Path, keyword: str, content: dict[str, Any] | str, key: str
) -> None:
    """No file keeps the app from starting; what else is in it counts."""
    if isinstance(content, dict):
        content = {**content, "language": "fr"}
    loaded = load(**{keyword: content}, arguments={"backend_url": URL})
    assert loaded.settings.theme is ThemeChoice.SYSTEM
    assert loaded.settings.profile == tmp_path
    if isinstance(content, dict):
        assert loaded.settings.language is LanguageChoice.FRENCH
    (problem,) = loaded.problems
    assert problem.key == key
    assert problem.source is SettingSource(keyword)
    assert str(tmp_path) in str(problem)
    assert problem.remedy


def test_a_bad_value_of_a_stronger_source_lets_the_weaker_one_speak(load: Load) -> None:
    loaded = load(policy={"theme": "purple"}, user={"theme": "dark", "backend_url": URL})
    assert loaded.settings.theme is ThemeChoice.DARK
    assert not loaded.is_locked("theme")


@pytest.mark.skipif(os.name != "posix", reason="permissions of a file say nothing elsewhere")
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_policy_that_others_can_write_is_ignored(load: Load, mode: int) -> None:
    loaded = load(policy={"theme": "dark"}, policy_mode=mode, arguments={"backend_url": URL})
    assert loaded.settings.theme is ThemeChoice.SYSTEM
    assert "administrator" in str(loaded.problems[0])


@pytest.mark.skipif(os.name != "posix", reason="there are no owners of that kind elsewhere")
def test_a_policy_of_somebody_else_is_ignored(tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"theme": "dark"}')
    loaded = load_settings(
        HUB,
        {"backend_url": URL, "profile": tmp_path},
        policy_file=policy,
        policy_owners=frozenset({12345}),
    )
    assert loaded.settings.theme is ThemeChoice.SYSTEM


def test_an_empty_variable_is_no_value(load: Load) -> None:
    loaded = load(environment={"theme": ""}, arguments={"backend_url": URL})
    assert loaded.settings.theme is ThemeChoice.SYSTEM


def test_other_variables_with_our_prefix_are_not_ours(load: Load) -> None:
    """The service reads its own from the same prefix."""
    assert not load(environment={"database_url": "postgresql://x"}, arguments={"backend_url": URL}).problems


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://visio.example/", "https://visio.example"),
        (" https://visio.example:8443/base/ ", "https://visio.example:8443/base"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_addresses(load: Load, address: str, kept: str) -> None:
    assert load(arguments={"backend_url": address}).settings.backend_url == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "visio.example",
        "https://",
        "http://visio.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "https://user:pw@visio.example",
        "https://visio.example?token=x",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_are_refused(load: Load, address: str) -> None:
    with pytest.raises(SettingsError):
        load(arguments={"backend_url": address})


@given(st.text(), st.text())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_user_file_breaks_it(tmp_path: Path, key: str, text: str) -> None:
    for content in (text, json.dumps({key: text}), json.dumps({"theme": text, key: [text]})):
        (tmp_path / "settings.json").write_text(content, encoding="utf-8", errors="surrogatepass")
        loaded = load_settings(
            HUB, {"profile": tmp_path, "backend_url": URL}, policy_file=tmp_path / "no policy"
        )
        assert loaded.settings.backend_url == URL


def test_the_command_line_of_both_apps(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(["--backend", URL, "--camera", "test", "--profile", str(tmp_path)])
    loaded = load_settings(HUB, options, policy_file=tmp_path / "none")
    assert loaded.settings.backend_url == URL
    assert loaded.settings.camera is CameraChoice.TEST
    assert loaded.sources["camera"] is SettingSource.ARGUMENT


class TestSaving:
    """The user's own file."""

    def test_what_is_saved_is_there_at_the_next_start(self, load: Load, tmp_path: Path) -> None:
        file = tmp_path / "settings.json"
        save_user_settings(file, {"theme": ThemeChoice.DARK, "backend_url": URL})
        save_user_settings(file, {"language": "en", "theme": "light"})
        loaded = load()
        assert (loaded.settings.theme, loaded.settings.language) == (
            ThemeChoice.LIGHT,
            LanguageChoice.ENGLISH,
        )
        assert loaded.sources["language"] is SettingSource.USER
        save_user_settings(file, {"theme": None})
        assert load().settings.theme is ThemeChoice.SYSTEM

    def test_members_of_a_later_version_are_kept(self, tmp_path: Path) -> None:
        file = tmp_path / "settings.json"
        file.write_text('{"not_yet": [1], "theme": "dark"}')
        save_user_settings(file, {"theme": "light"})
        assert json.loads(file.read_text()) == {"not_yet": [1], "theme": "light"}

    def test_a_ruined_file_is_replaced(self, tmp_path: Path) -> None:
        file = tmp_path / "deep" / "settings.json"
        save_user_settings(file, {"theme": "dark"})
        file.write_text("{half")
        save_user_settings(file, {"theme": "light"})
        assert json.loads(file.read_text()) == {"theme": "light"}

    @pytest.mark.parametrize("changes", [{"theme": "purple"}, {"colour": "red"}, {"profile": "/x"}])
    def test_a_bad_value_is_not_written(self, tmp_path: Path, changes: dict[str, str]) -> None:
        file = tmp_path / "settings.json"
        file.write_text('{"theme": "dark"}')
        with pytest.raises(SettingsError):
            save_user_settings(file, changes)
        assert file.read_text() == '{"theme": "dark"}'

    def test_a_write_that_fails_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And no half-written one beside it."""
        file = tmp_path / "settings.json"
        save_user_settings(file, {"theme": "dark"})

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            save_user_settings(file, {"theme": "light"})
        assert json.loads(file.read_text()) == {"theme": "dark"}
        assert list(tmp_path.iterdir()) == [file]

    @pytest.mark.skipif(os.name != "posix", reason="permissions of a file say nothing elsewhere")
    def test_nobody_else_reads_it(self, tmp_path: Path) -> None:
        file = tmp_path / "settings.json"
        save_user_settings(file, {"theme": "dark"})
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("source", ["arguments", "environment", "user", "recommended"])
def test_a_service_that_it_does_not_allow_is_refused(load: Load, source: str) -> None:
    allowed = {"allowed_backends": ["https://one.example", "https://two.example"]}
    with pytest.raises(SettingsError, match=r"allows https://one\.example, https://two\.example only"):
        load(policy=allowed, **{source: {"backend_url": URL}})
    assert load(policy=allowed, **{source: {"backend_url": "https://two.example/"}})


def test_what_it_decides_needs_no_list(load: Load) -> None:
    chosen = load(policy={"allowed_backends": ["https://one.example"], "backend_url": URL})
    assert chosen.settings.backend_url == URL


def test_several_addresses_fit_into_one_variable(load: Load) -> None:
    given = {
        "allowed_backends": "https://one.example, https://two.example",
        "backend_url": "https://one.example",
    }
    assert load(environment=given).settings.allowed_backends == ("https://one.example", "https://two.example")


@pytest.mark.parametrize(
    "address", ["proxy.example:3128", "https://p.example", "http://u:p@p.example", "http://p.example/x"]
)
def test_proxies_that_are_refused(load: Load, address: str) -> None:
    with pytest.raises(SettingsError, match="VISIO_PROXY_URL"):
        load(environment={"proxy_url": address, "backend_url": URL})


def test_logs_of_several_users_never_share_a_folder(load: Load, tmp_path: Path) -> None:
    chosen = load(policy={"backend_url": URL, "log_dir": str(tmp_path / "logs")})
    assert chosen.log_dir.parent == tmp_path / "logs"


def test_every_setting_can_be_explained_to_it() -> None:
    for key, field in Settings.model_fields.items():
        assert field.title, key
    names = [policy_name(key) for key in policy_keys()]
    assert "BackendUrl" in names
    assert len(set(names)) == len(names)
    assert not {"profile", "camera_device", "close_hint_shown"} & set(policy_keys())
