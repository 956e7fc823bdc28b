"""The command line of the benches."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.bench import __main__ as program
from tests.bench.row import BenchError, Options, Row


def test_an_unknown_name_is_refused_and_the_known_ones_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["room-service"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "no bench is called room-service" in told
    for name in program.BENCHES:
        assert name in told


def test_every_bench_says_what_it_measures(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["--help"])
    told = capsys.readouterr().out
    for name, module in program.BENCHES.items():
        assert program.first_line(module)
        assert name in told
        assert callable(importlib.import_module(f"tests.bench.{module}").run)


def test_rows_are_printed_and_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[Options] = []

    def run(options: Options) -> list[Row]:
        asked.append(options)
        return [Row("quick", 1.5, 3.0, "ms", 5, 0.25, {"each": [1.5]})]

    monkeypatch.setattr(program, "BENCHES", {"quick": "quick"})
    monkeypatch.setattr(program, "first_line", str)
    monkeypatch.setattr(importlib, "import_module", lambda _: SimpleNamespace(run=run))
    out = tmp_path / "rows.json"
    assert program.main(["quick", "--out", str(out), "--rounds", "7"]) == 0
    assert asked == [Options(rounds=7)]
    assert "quick  1.5   3          0.50   ms    5       0.25" in capsys.readouterr().out
    (row,) = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert (row["name"], row["ours"], row["reference"], row["ratio"]) == ("quick", 1.5, 3.0, 0.5)
    assert (row["rounds"], row["spread"], row["unit"]) == (5, 0.25, "ms")


def test_a_bench_that_cannot_measure_fails_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Options) -> list[Row]:
        raise BenchError("no room")

    modules = {
        "tests.bench.bad": SimpleNamespace(run=fail),
        "tests.bench.good": SimpleNamespace(run=lambda _: [Row("good", 1.0, None, "s", 1, 0.0)]),
    }
    monkeypatch.setattr(program, "BENCHES", {"bad": "bad", "good": "good"})
    monkeypatch.setattr(program, "first_line", str)
    monkeypatch.setattr(importlib, "import_module", modules.__getitem__)
    assert program.main([]) == 1
    told = capsys.readouterr()
    assert "bad could not measure: no room" in told.err
    assert "good" in told.out
