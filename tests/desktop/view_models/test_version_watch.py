"""What follows from the versions that the service wants."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import ClientConfig
from desktop.system.version_notice import FILE_NAME, VersionNotice
from desktop.view_models.language import Language
from desktop.view_models.version_watch import VersionWatch

TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)


class Service:
    """Wants a version."""

    def __init__(self, config: ClientConfig | None = None, error: ApiErrorCode | None = None) -> None:
        self.config = config
        self.error = error

    async def client_config(self) -> ClientConfig:
        """The answer, or the refusal."""
        if self.error is not None or self.config is None:
            raise ApiError(self.error or ApiErrorCode.UNREACHABLE)
        return self.config


class Heard:
    """What a watch said."""

    def __init__(self, service: Service, language: Language, folder: Path | None = None) -> None:
        self.quiet = False
        self.watch = VersionWatch(service, language, VersionNotice(folder), is_quiet=lambda: self.quiet)
        self.put_off = 0
        self.watch.put_off.connect(self._count)
        self.too_old: list[str] = []
        self.outdated: list[str] = []
        self.watch.too_old.connect(self.too_old.append)
        self.watch.outdated.connect(self.outdated.append)

    def _count(self) -> None:
        self.put_off += 1


OUTDATED = ClientConfig.model_validate({"status": "outdated", "message": {"fr": "Merci.", "en": "Thanks."}})


async def test_an_outdated_app_says_one_line_a_day(english: Language) -> None:
    heard = Heard(Service(OUTDATED), english)
    for day in (TODAY, TODAY, TOMORROW):
        await heard.watch.ask(day)
    assert len(heard.outdated) == 2
    assert heard.outdated[0].endswith("Thanks.")
    assert heard.too_old == []


async def test_a_restart_repeats_nothing(english: Language, tmp_path: Path) -> None:
    said = 0
    for day in (TODAY, TODAY, TOMORROW, TOMORROW):
        heard = Heard(Service(OUTDATED), english, tmp_path / "data")
        await heard.watch.ask(day)
        said += len(heard.outdated)
    assert said == 2
    (tmp_path / "data" / FILE_NAME).write_text("never")
    heard = Heard(Service(OUTDATED), english, tmp_path / "data")
    await heard.watch.ask(TOMORROW)
    assert len(heard.outdated) == 1


async def test_never_during_a_meeting_and_still_that_day(english: Language) -> None:
    heard = Heard(Service(OUTDATED), english)
    heard.quiet = True
    await heard.watch.ask(TODAY)
    assert (heard.outdated, heard.put_off) == ([], 1)
    heard.quiet = False
    await heard.watch.ask(TODAY)
    assert (len(heard.outdated), heard.put_off) == (1, 1)


@pytest.mark.parametrize(
    "service",
    [Service(ClientConfig(status="too-old", minimum="2.0")), Service(error=ApiErrorCode.CLIENT_TOO_OLD)],
)
async def test_an_app_that_is_too_old_says_so(english: Language, service: Service) -> None:
    heard = Heard(service, english)
    await heard.watch.ask(TODAY)
    assert heard.too_old == [""]


@pytest.mark.parametrize("service", [Service(ClientConfig(status="current")), Service()])
async def test_nothing_is_said_otherwise(english: Language, service: Service) -> None:
    heard = Heard(service, english)
    await heard.watch.ask(TODAY)
    assert heard.too_old == heard.outdated == []


async def test_what_the_service_has_decided_is_passed_on(english: Language) -> None:
    heard = Heard(Service(ClientConfig(status="current", door_minutes=30)), english)
    configured: list[ClientConfig] = []
    heard.watch.configured.connect(configured.append)
    await heard.watch.ask(TODAY)
    assert [config.door_minutes for config in configured] == [30]
