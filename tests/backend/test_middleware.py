"""What every request passes through, and the errors nobody planned."""

from __future__ import annotations

import pytest

from tests.backend.people import ALICE, Person, code_of
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase


async def test_every_answer_has_an_id(mikl: Person) -> None:
    """Good or bad, each another; problems repeat it for support."""
    answers = [await mikl.get("/me"), await mikl.get("/nowhere"), await mikl.get("/me")]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(ids)) == 3
    assert answers[1].json()["request_id"] == ids[1]


async def test_unknown_paths_and_methods(mikl: Person) -> None:
    """Problems like all others."""
    assert code_of(await mikl.get("/nowhere")) == (404, "not-found")
    answer = await mikl.http.delete("/v1/meetings")
    assert code_of(answer) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"{", "application/json", (400, "malformed")),
        (b"\xff\xfe", "application/json", (400, "malformed")),
        (b'{"email": "a"}', "text/plain", (415, "unsupported-media-type")),
        (b"email=a", "application/x-www-form-urlencoded", (415, "unsupported-media-type")),
        (b'{"email": "' + b"a" * 9000 + b'"}', "application/json", (413, "too-large")),
        (b"[]", "application/json", (422, "invalid")),
        (b"[" * 4000, "application/json", (400, "malformed")),
    ],
)
async def test_bodies_that_are_none(
    service: RunningService, content: bytes, kind: str, expected: tuple[int, str]
) -> None:
    """Each gets the code that says what to change."""
    async with client_without_tls(service.url) as http:
        answer = await http.post("/v1/auth/login", content=content, headers={"Content-Type": kind})
    assert code_of(answer) == expected


async def test_a_body_without_a_length_is_limited_too(service: RunningService) -> None:
    """Counted as it comes."""

    async def endless() -> object:
        for _ in range(20):
            yield b'"' + b"a" * 1000 + b'",'

    async with client_without_tls(service.url) as http:
        answer = await http.post(
            "/v1/auth/login",
            content=endless(),  # type: ignore[arg-type]
            headers={"Content-Type": "application/json"},
        )
    assert code_of(answer) == (413, "too-large")


async def test_a_defect_is_500_without_its_inside(database: TestDatabase, mikl: Person) -> None:
    """A function that is gone: the caller learns nothing about it but an id."""
    database.admin("drop function public.create_meeting(uuid, text, text, timestamptz, integer)")
    answer = await mikl.post(
        "/meetings",
        {
            "client_id": str(database.client_id(ALICE)),
            "title": "Point",
            "scheduled_at": "2030-01-01T00:00:00Z",
        },
    )
    assert code_of(answer) == (500, "internal")
    assert "function" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
