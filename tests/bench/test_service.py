"""The bench of the service measures what it says, on a small scale."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.embedded.cluster import Cluster
from tests.bench import service
from tests.bench.service_stage import stage
from tests.support.fake_openvidu import SECRET, fake_openvidu
from tests.support.service import postgres_cluster

__all__ = ["postgres_cluster"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of everything."""
    for name in ("TURNS_PER_ROUND", "PAGES_PER_TURN", "MEETINGS_PER_ROUND"):
        monkeypatch.setattr(service, name, 3)


async def test_everything_is_measured_once(postgres_cluster: Cluster, tmp_path: Path) -> None:
    """A real service process on a real database; OpenVidu's REST alone is an imitation."""
    async with fake_openvidu() as openvidu:
        media = {"VISIO_OPENVIDU_URL": openvidu.url, "VISIO_OPENVIDU_SECRET": SECRET}
        async with stage(postgres_cluster, tmp_path, 2000, media) as place:
            rows = [
                *await service.lists(place, place, 1),
                *await service.calls(place, 1),
                *await service.told(place, 1, 4),
                *await service.back(place, 1, 4),
            ]
            secured = place.admin(
                "select count(*) as n from pg_class"
                " where relrowsecurity and relnamespace = 'public'::regnamespace"
            )
            ended = place.admin("select count(*) as n from public.meetings where end_reason = 'host'")
    figures = {row.name: row for row in rows}
    assert {name.removeprefix("service/") for name in figures} == {
        "list client 2000",
        "list client large by small",
        "list operator 2000",
        "list operator large by small",
        *(
            "start",
            "token",
            "end",
            "told the last",
            "told, processor",
            "back",
            "memory",
            "memory of a listener",
        ),
    }
    assert all(row.ours > 0 for row in rows if row.unit not in {"KB", "s"})
    assert secured[0]["n"] > 5, "row security is on again"
    assert ended[0]["n"] == 1799 + 3, "as filled, and those that the bench ended"
    assert [call.split("/")[0] for call in openvidu.calls].count("POST sessions") >= 3
