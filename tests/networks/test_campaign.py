"""A quick part of the campaign: a cut and a change of address, survived without anybody's doing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.networks.campaign import SCENARIOS, observe, reconnecting_s
from tests.networks.namespaces import missing

OBSTACLE = missing()

pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)


def test_a_short_cut_is_survived_on_the_same_connection() -> None:
    told = observe(replace(SCENARIOS["cut-5"], after_s=8.0))
    assert told["here"]["sees"]
    assert told["there"]["sees"]
    assert told["here"]["longest_still_s"] >= 4.0, "the cut was none"
    assert told["here"]["connections"] == 1


def test_another_address_is_noticed_and_survived() -> None:
    told = observe(replace(SCENARIOS["address"], after_s=15.0))
    assert told["here"]["sees"]
    assert told["there"]["sees"]
    assert "reconnecting" in [phase for _, phase in told["here"]["phases"]]
    assert reconnecting_s(told["here"]) < 10
