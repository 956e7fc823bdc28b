"""The command over everything: what it prints, and its exit codes."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from installers.environment import BuildError
from installers.products import ROOT


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """`packaging/build.py` as a module."""
    before = list(sys.path)
    spec = importlib.util.spec_from_file_location("packaging_build", ROOT / "packaging" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


Answer = tuple[int, dict[str, object]]


@pytest.fixture
def run(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Answer]:
    def call(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["build.py", *words, "--out", str(tmp_path / "out")])
        code = build.main()
        (line,) = capsys.readouterr().out.splitlines()
        return code, json.loads(line)

    return call


def test_one_line_of_json_names_every_file(run: Callable[..., Answer], tmp_path: Path) -> None:
    code, answer = run("policies")
    assert code == 0
    assert answer["ok"]
    files = answer["files"]
    assert isinstance(files, list)
    for each in files:
        assert (tmp_path / "out" / each["file"]).stat().st_size == each["bytes"] > 0
        assert len(each["sha256"]) == 64


def test_a_failure_is_said_and_is_no_success(run: Callable[..., Answer]) -> None:
    code, answer = run("msi")
    assert code == 1
    assert answer["ok"] is False
    assert "--payload" in str(answer["error"])


def test_a_secret_in_what_is_published_is_a_failure(run: Callable[..., Answer], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("VISIO_OPENVIDU_SECRET=abcdefgh")
    code, answer = run("scan")
    assert code == 1
    assert "OpenVidu secret: notes.txt" in str(answer["error"])


def test_every_target_says_what_it_does(build: ModuleType) -> None:
    text = build.parser().format_help()
    for name, call in build.TARGETS.items():
        assert name in text
        assert (call.__doc__ or "").strip()


def test_the_service_s_own_failure_is_reported(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "packaging" / "server"
    folder.mkdir(parents=True)
    (folder / "build.py").write_text(
        "class BuildError(Exception):\n    pass\n\ndef main(out):\n    raise BuildError('no pip')\n"
    )
    monkeypatch.setattr(build, "ROOT", tmp_path)
    options = build.parser().parse_args(["server", "--out", str(tmp_path)])
    with pytest.raises(BuildError, match="no pip"):
        build.make_server(options)
