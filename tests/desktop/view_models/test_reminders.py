"""Reminders of the signed-in person: once each, over restarts, without a service, gone with the log-out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from backend_client.models import MeetingStatus, Role
from desktop.system.meeting_cache import Coming, MeetingCache
from desktop.view_models.language import Language
from desktop.view_models.reminders import Reminders
from tests.support.fakes import NOW, meeting
from tests.support.waiting import until


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class Watch:
    """Reminders over a cache in a folder, and what they said."""

    def __init__(self, clock: Clock, folder: Path | None) -> None:
        self.given: list[tuple[str, str]] = []
        self.cache = MeetingCache(folder)
        self.reminders = Reminders(clock, self.cache)
        self.reminders.reminded.connect(lambda title, text, _id: self.given.append((title, text)))

    async def begin(self) -> None:
        """Start, and wait until what was kept is read."""
        self.reminders.start()
        await until(lambda: self.reminders.restored, "what was kept")


BILAN = meeting("Bilan", at=NOW + timedelta(minutes=25), role=Role.CLIENT)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_ten_minutes_and_one_minute_before(clock: Clock, english: Language) -> None:
    watch = Watch(clock, None)
    await watch.begin()
    watch.reminders.know([BILAN])
    assert watch.given == []
    for minutes in (15, 16, 24, 25, 26):
        clock.at = NOW + timedelta(minutes=minutes)
        watch.reminders.look()
    assert watch.given == [("In 10 minutes: Bilan", "with MiKL"), ("In 1 minute: Bilan", "with MiKL")]
    await watch.reminders.close()


@pytest.mark.parametrize("status", [MeetingStatus.CANCELLED, MeetingStatus.IN_PROGRESS])
async def test_none_for_a_meeting_that_is_not_to_come(
    clock: Clock, english: Language, status: MeetingStatus
) -> None:
    watch = Watch(clock, None)
    await watch.begin()
    watch.reminders.know([BILAN])
    watch.reminders.know([BILAN.model_copy(update={"status": status})])
    clock.at = NOW + timedelta(minutes=16)
    watch.reminders.look()
    assert watch.given == []
    await watch.reminders.close()


async def test_they_come_without_the_service_and_once_over_restarts(
    clock: Clock, english: Language, tmp_path: Path
) -> None:
    first = Watch(clock, tmp_path)
    first.reminders.know([BILAN])
    await until(lambda: first.cache.read().meetings != (), "the cache")
    await first.reminders.close()

    clock.at = NOW + timedelta(minutes=16)
    second = Watch(clock, tmp_path)
    second.reminders.start()  # nothing from the service, ever
    await until(lambda: second.given == [("In 9 minutes: Bilan", "with MiKL")], "the reminder")
    await until(lambda: second.cache.read().reminded != (), "the cache")
    await second.reminders.close()

    third = Watch(clock, tmp_path)
    third.reminders.start()
    third.reminders.know([BILAN])
    await third.reminders.close()
    assert third.given == []


async def test_the_log_out_leaves_nothing(clock: Clock, english: Language, tmp_path: Path) -> None:
    watch = Watch(clock, tmp_path)
    watch.reminders.know([BILAN])
    await until(lambda: list(tmp_path.iterdir()), "the cache")
    watch.reminders.forget()
    await until(lambda: not list(tmp_path.iterdir()), "an empty folder")
    await watch.reminders.close()


def test_the_file_is_the_users_own_and_a_ruined_one_is_nothing(tmp_path: Path) -> None:
    cache = MeetingCache(tmp_path / "data")
    cache.write(Coming(reminded=(("a", "b", 1),)))
    (file,) = (tmp_path / "data").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert cache.read().reminded == (("a", "b", 1),)
    file.write_text("{")
    assert cache.read() == Coming()
