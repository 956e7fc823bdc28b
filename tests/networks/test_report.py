"""The table: middle values, what never happens, and that each row has every column."""

from __future__ import annotations

from dataclasses import replace

from tests.networks.people import DESK, OUTSIDE
from tests.networks.report import COLUMNS, Result, document, result, row, table_head
from tests.networks.timeline import Account, Figures, Sight, Span

GOOD = Figures(
    still_s=0.1, freezes=0, silence_s=0.1, missing_sound=0.0, frame_rate=15.0, later_s=0.0, back_s=0.1
)
RESULT = Result(here=GOOD, there=GOOD, reconnecting_s=0.0, absence_s=0.0, connection="kept")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_has_a_cell_for_each_column() -> None:
    assert len(cells(row("a cut", DESK, [RESULT]))) == len(COLUMNS)
    assert [line.count("|") for line in table_head().splitlines()] == [len(COLUMNS) + 1] * 2


def test_figures_are_the_middle_of_the_rounds_and_connections_are_counted() -> None:
    rounds = [
        replace(RESULT, reconnecting_s=seconds, connection=connection)
        for seconds, connection in ((9.0, "anew"), (2.0, "kept"), (1.0, "kept"))
    ]
    told = cells(row("a cut", DESK, rounds))
    assert told[COLUMNS.index('"Reconnecting…"')] == "2.0 s"
    assert told[COLUMNS.index("connection")] == "anew (1 of 3), kept (2 of 3)"


def test_whoever_does_not_come_back_in_most_rounds_never_does() -> None:
    lost = replace(RESULT, there=replace(GOOD, back_s=None))
    assert cells(row("a cut", DESK, [lost, lost, RESULT]))[-1] == "**never**"
    assert cells(row("a cut", DESK, [lost, RESULT, RESULT]))[-1] == "0.1 s"


def test_connections_are_told_apart() -> None:
    def connection(phases: list[tuple[float, str]], own: list[tuple[float, str]]) -> str:
        sight = Sight([(0.0, 1)], [(0.0, True)], [(0.0, "con_a")])
        accounts = {
            DESK: Account(DESK, phases, own, {OUTSIDE: sight}),
            OUTSIDE: Account(OUTSIDE, seen={DESK: sight}),
        }
        return result(accounts, DESK, Span(1.0, 2.0), 3.0).connection

    stayed = [(0.0, "connected")]
    assert connection(stayed, [(0.0, "con_a")]) == "kept"
    assert connection(stayed, [(0.0, "con_a"), (2.0, "con_b")]) == "anew"
    assert connection([*stayed, (2.0, "left")], [(0.0, "con_a")]) == "put out"


def test_the_page_says_how_it_was_measured_and_what_is_missing() -> None:
    text = document(
        ["| a row |"], rounds=3, backends=["emulated"], load=(0.5, 2.0), official="no browser here"
    )
    text = " ".join(text.split())  # lines are broken anywhere
    assert "| a row |" in text
    assert "the middle of 3 runs" in text
    assert "0.5 to 2.0" in text
    assert "The kernel had no `netem`" in text
    assert "no browser here" in text
