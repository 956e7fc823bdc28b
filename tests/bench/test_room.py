"""The rows of the room's bench, from figures as rounds give them."""

from __future__ import annotations

import pytest

from tests.bench.room import SCENES, Measured, Scene, floor, rows


def test_shares_become_ratios() -> None:
    measured = Measured(
        app=[0.2, 0.3, 0.25],
        floor=[0.1, 0.1, 0.1],
        web=[0.5, 0.5, 0.5],
        app_mb=[200.0],
        web_mb=[500.0],
        lag_ms=[4.0],
        painted=[0.995],
        received=[30.0],
        web_pictures=[29.0],
        load=[1.0],
    )
    made = {row.name: row for row in rows(SCENES[0], measured)}
    assert made["room/4/floor"].ratio == pytest.approx(2.5)
    assert made["room/4/web"].ratio == pytest.approx(0.5)
    assert made["room/4/memory"].ratio == pytest.approx(0.4)
    assert made["room/4/lag"].ratio == pytest.approx(0.5)


def test_without_the_web_client_its_rows_are_left_out() -> None:
    measured = Measured(app=[0.2], floor=[0.1], lag_ms=[4.0], painted=[1.0], received=[30.0])
    assert {row.name for row in rows(SCENES[1], measured)} == {
        "room/1/floor",
        "room/1/lag",
        "room/1/painted",
    }


def test_the_floor_grows_with_the_others() -> None:
    few, many = (floor(Scene("", remotes, (640, 480)), count=12) for remotes in (1, 9))
    assert 0 < few < many
