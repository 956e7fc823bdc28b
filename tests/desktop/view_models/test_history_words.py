"""What became of a meeting, in words: every kind that the service knows, in the reader's zone."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend_client.models import HistoryEntry, Role
from desktop.view_models.dates import Dates
from desktop.view_models.history_words import HistoryWriter
from desktop.view_models.hub_states import ChangeLine
from desktop.view_models.language import Language
from tests.support.fakes import NOW, meeting

MEETING = meeting("Bilan")
LATER = NOW + timedelta(hours=1)


def words(language: Language, *entries: HistoryEntry) -> tuple[ChangeLine, ...]:
    """The lines of a reader in Paris."""
    dates = Dates(language.locale, ZoneInfo("Europe/Paris"))
    return HistoryWriter(MEETING, dates, NOW).lines(entries)


def entry(kind: str, **members: object) -> HistoryEntry:
    """By the operator, at `NOW`."""
    return HistoryEntry.model_validate({"changed_at": NOW, "changed_by": "operator", "kind": kind, **members})


@pytest.mark.parametrize(
    ("told", "begins"),
    [
        (entry("scheduled", to_at=LATER, to_minutes=60), "Planned for "),
        (entry("moved", from_at=NOW, to_at=LATER), "Moved from "),
        (entry("resized", from_minutes=60, to_minutes=90), "Length changed from 1 h to 1 h 30"),
        (entry("renamed", text="Point"), "Renamed; before: “Point”"),
        (entry("edited"), "Agenda changed"),
        (entry("cancelled", text="Ill"), "Cancelled: Ill"),
        (entry("cancelled"), "Cancelled without a reason"),
        (entry("started"), "Started"),
        (entry("ended", from_at=NOW, to_at=LATER, absent=["client"]), "Ended · "),
        (entry("waited", from_at=NOW, to_at=LATER), f"{MEETING.client.full_name} waited · "),
        (entry("missed", from_at=NOW, changed_by=None), "Missed: nobody started it, planned for "),
    ],
    ids=lambda value: value.kind if isinstance(value, HistoryEntry) else "",
)
def test_each_kind(english: Language, told: HistoryEntry, begins: str) -> None:
    (line,) = words(english, told)
    assert line.text.replace("\u00a0", " ").replace("\u202f", " ").startswith(begins)
    assert line.when.endswith("· MiKL") is (told.changed_by is Role.OPERATOR)


def test_who_did_not_come(english: Language) -> None:
    (line,) = words(english, entry("ended", from_at=NOW, to_at=LATER, absent=["client"]))
    assert line.text.endswith(f"{MEETING.client.full_name} did not come")


def test_the_newest_first_and_what_is_unknown_left_out(english: Language) -> None:
    lines = words(english, entry("started"), entry("teleported"), entry("edited"))
    assert [each.text for each in lines] == ["Agenda changed", "Started"]


def test_in_french(english: Language) -> None:
    english.use("fr")
    (line,) = words(english, entry("cancelled", text="Malade"))
    assert line.text == "Annulée\u00a0: Malade"
