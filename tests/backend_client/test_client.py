"""The REST contract as typed calls: what is sent, what is repeated, what comes back."""

from __future__ import annotations

import asyncio
import json
import ssl
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend_client.client import PAGE_MAX, BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import MeetingRequest, MeetingStatus
from backend_client.sign_in import MemoryTokenStore
from tests.backend_client.conftest import QUICK
from tests.backend_client.toy_service import Exchange, Handler, ToyService

WIRE = Path(__file__).parents[1] / "wire"
MEETING: dict[str, Any] = json.loads((WIRE / "meeting_scheduled.json").read_text(encoding="utf-8"))
MEETING_ID = UUID(MEETING["id"])


def answering(body: Any, status: int = 200) -> Handler:
    """A handler that always gives the same answer."""

    async def answer(exchange: Exchange) -> None:
        await exchange.answer(status, body)

    return answer


def breaking_once(handler: Handler) -> Handler:
    """The first connection breaks after the request was read; later requests are answered."""
    seen = 0

    async def choose(exchange: Exchange) -> None:
        nonlocal seen
        seen += 1
        if seen == 1:
            exchange.drop()
        else:
            await handler(exchange)

    return choose


class TestRequests:
    """What each call sends."""

    async def test_me(self, toy: ToyService, alice: BackendClient) -> None:
        assert (await alice.me()).full_name == "Alice Laurent"
        assert toy.seen[-1].bearer == "access-0"
        assert toy.seen[-1].target == "/v1/me"

    async def test_meetings_with_every_filter(self, toy: ToyService, alice: BackendClient) -> None:
        """Moments leave in UTC, whatever zone they came in."""
        toy.routes["GET /meetings"] = answering({"items": [MEETING], "next_cursor": None})
        client_id = uuid4()
        paris = timezone(timedelta(hours=1))
        found = await alice.meetings(
            status=MeetingStatus.SCHEDULED,
            client_id=client_id,
            from_=datetime(2026, 3, 2, 1, 30, tzinfo=paris),
            to=datetime(2026, 3, 9, tzinfo=UTC),
        )
        assert [each.id for each in found] == [MEETING_ID]
        assert toy.seen[-1].query == {
            "status": "scheduled",
            "client_id": str(client_id),
            "from": "2026-03-02T00:30:00Z",
            "to": "2026-03-09T00:00:00Z",
            "limit": str(PAGE_MAX),
        }

    async def test_a_moment_needs_its_zone(self, alice: BackendClient) -> None:
        with pytest.raises(ValueError, match="zone"):
            await alice.meetings(from_=datetime(2026, 3, 2))  # noqa: DTZ001  (that is the point)

    async def test_create_carries_the_key_and_the_meeting(
        self, toy: ToyService, alice: BackendClient
    ) -> None:
        toy.routes["POST /meetings"] = answering(MEETING, 201)
        request = MeetingRequest(
            client_id=uuid4(), title=" Bilan ", scheduled_at=datetime(2026, 3, 2, 14, tzinfo=UTC)
        )
        made = await alice.create_meeting(request, idempotency_key="key-1")
        assert made.id == MEETING_ID
        sent = toy.seen[-1]
        assert sent.headers["idempotency-key"] == "key-1"
        assert sent.headers["content-type"] == "application/json"
        assert sent.json == {
            "client_id": str(request.client_id),
            "title": "Bilan",
            "description": "",
            "scheduled_at": "2026-03-02T14:00:00Z",
            "planned_minutes": 60,
        }

    async def test_room_token(self, toy: ToyService, alice: BackendClient) -> None:
        token = {"token": "wss://m?token=tok_x", "role": "PUBLISHER", "session_id": "mtg_1"}
        toy.routes[f"POST /meetings/{MEETING_ID}/token"] = answering(token)
        assert (await alice.room_token(MEETING_ID)).role == "PUBLISHER"
        assert toy.seen[-1].json == {"purpose": "camera"}

    async def test_what_concerns_a_room_names_the_device(self, toy: ToyService) -> None:
        toy.routes[f"POST /meetings/{MEETING_ID}/token"] = answering(
            {"token": "wss://m?token=tok_x", "role": "PUBLISHER", "session_id": "mtg_1"}
        )
        toy.routes[f"POST /meetings/{MEETING_ID}/left"] = answering(None, 204)
        client = BackendClient(toy.url, MemoryTokenStore(), device_id="laptop-7", timeouts=QUICK)
        try:
            await client.sign_in.log_in("alice@demo.visio", "demo-visio", stay_signed_in=False)
            await client.room_token(MEETING_ID, purpose="screen")
            assert toy.seen[-1].json == {"purpose": "screen", "device_id": "laptop-7"}
            await client.report_leaving(MEETING_ID, 2.5)
            assert toy.seen[-1].json == {"seconds_ago": 2.5, "device_id": "laptop-7"}
        finally:
            await client.close()

    async def test_read_marks_go_in_portions(self, toy: ToyService, alice: BackendClient) -> None:
        toy.routes["POST /notifications/read"] = answering(None, 204)
        ids = [uuid4() for _ in range(201)]
        await alice.mark_read(ids)
        portions = [each.json["ids"] for each in toy.calls("POST /notifications/read")]
        assert [len(portion) for portion in portions] == [100, 100, 1]
        assert [item for portion in portions for item in portion] == [str(each) for each in ids]

    async def test_no_read_marks_no_request(self, toy: ToyService, alice: BackendClient) -> None:
        await alice.mark_read([])
        assert not toy.calls("POST /notifications/read")


class TestPages:
    """Lists that come in several answers."""

    async def test_all_are_fetched_in_order(self, toy: ToyService, alice: BackendClient) -> None:
        people = [{"id": str(uuid4()), "full_name": f"Client {number}"} for number in range(5)]

        async def page(exchange: Exchange) -> None:
            at = int(exchange.query.get("cursor", "0"))
            following = str(at + 2) if at + 2 < len(people) else None
            await exchange.answer(200, {"items": people[at : at + 2], "next_cursor": following})

        toy.routes["GET /clients"] = page
        assert [each.full_name for each in await alice.clients()] == [f"Client {n}" for n in range(5)]
        assert len(toy.calls("GET /clients")) == 3

    async def test_that_turn_in_a_circle_are_refused(self, toy: ToyService, alice: BackendClient) -> None:
        toy.routes["GET /clients"] = answering({"items": [], "next_cursor": "again"})
        with pytest.raises(ApiError, match="unexpected-answer"):
            await alice.clients()

    async def test_one_that_fails_fails_the_list(self, toy: ToyService, alice: BackendClient) -> None:
        """Half a list would look like the whole."""

        async def page(exchange: Exchange) -> None:
            if "cursor" in exchange.query:
                await exchange.problem(503, "database-unavailable", retry_after=1)
            else:
                await exchange.answer(200, {"items": [MEETING], "next_cursor": "2"})

        toy.routes["GET /meetings"] = page
        with pytest.raises(ApiError) as caught:
            await alice.meetings()
        assert caught.value.code is ApiErrorCode.DATABASE_UNAVAILABLE
        assert caught.value.retry_after_s == 1


class TestRepetition:
    """After a connection that broke."""

    @pytest.mark.parametrize("verb", ["start", "end"])
    async def test_start_and_end_are_sent_again(
        self, toy: ToyService, alice: BackendClient, verb: str
    ) -> None:
        route = f"POST /meetings/{MEETING_ID}/{verb}"
        toy.routes[route] = breaking_once(answering(MEETING))
        await getattr(alice, verb)(MEETING_ID)
        assert len(toy.calls(route)) == 2

    async def test_create_is_sent_again_with_the_same_key(
        self, toy: ToyService, alice: BackendClient
    ) -> None:
        toy.routes["POST /meetings"] = breaking_once(answering(MEETING, 201))
        request = MeetingRequest(client_id=uuid4(), title="Bilan", scheduled_at=datetime.now(UTC))
        await alice.create_meeting(request, idempotency_key="key-2")
        calls = toy.calls("POST /meetings")
        assert [each.headers["idempotency-key"] for each in calls] == ["key-2", "key-2"]
        assert calls[0].body == calls[1].body

    async def test_a_room_token_is_not_asked_for_again(self, toy: ToyService, alice: BackendClient) -> None:
        """The first may have been made, and only so many may wait."""
        route = f"POST /meetings/{MEETING_ID}/token"
        toy.routes[route] = breaking_once(answering({}))
        with pytest.raises(ApiError, match="unreachable"):
            await alice.room_token(MEETING_ID)
        assert len(toy.calls(route)) == 1

    async def test_a_log_in_is_not_sent_again(self, toy: ToyService, client: BackendClient) -> None:
        toy.routes["POST /auth/login"] = breaking_once(answering({}))
        with pytest.raises(ApiError, match="unreachable"):
            await client.sign_in.log_in("a@b.example", "x", stay_signed_in=False)
        assert len(toy.seen) == 1


class TestToken:
    """A token that the service no longer takes."""

    async def test_is_renewed_and_the_call_sent_once_more(
        self, toy: ToyService, alice: BackendClient
    ) -> None:
        toy.counter += 1
        assert (await alice.me()).email
        assert [each.bearer for each in toy.calls("GET /me")] == ["access-0", "access-1"]

    async def test_refused_twice_is_told(self, toy: ToyService, alice: BackendClient) -> None:
        """No endless circle, and no end of a session that the service has just renewed."""

        async def refuse(exchange: Exchange) -> None:
            await exchange.problem(401, "unauthenticated")

        toy.routes["GET /me"] = refuse
        with pytest.raises(ApiError) as caught:
            await alice.me()
        assert caught.value.code is ApiErrorCode.UNAUTHENTICATED
        assert len(toy.calls("GET /me")) == 2
        assert len(toy.calls("POST /auth/refresh")) == 1
        assert alice.sign_in.user is not None


class TestHealth:
    """Whether the service can work."""

    @pytest.mark.parametrize(("status", "word"), [(200, "ok"), (503, "unavailable")])
    async def test_is_what_the_service_says(
        self, toy: ToyService, client: BackendClient, status: int, word: str
    ) -> None:
        """Without anybody signed in, and outside the contract's `/v1`."""
        toy.routes["GET /readyz"] = answering({"status": word, "database": status == 200}, status)
        health = await client.health()
        assert (health.status, health.database) == (word, status == 200)
        assert toy.seen[-1].target == "/readyz"
        assert "authorization" not in toy.seen[-1].headers

    async def test_a_proxy_s_503_is_not_the_service(self, toy: ToyService, client: BackendClient) -> None:
        async def page(exchange: Exchange) -> None:
            await exchange.answer(503, b"<html>", content_type="text/html")

        toy.routes["GET /readyz"] = page
        with pytest.raises(ApiError, match="unreachable"):
            await client.health()


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    toy: ToyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demo and tests work behind a company proxy too."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    toy.routes["GET /readyz"] = answering({"status": "ok"})
    client = BackendClient(toy.url, MemoryTokenStore(), timeouts=QUICK)
    assert (await client.health()).status == "ok"
    await client.close()


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """And the connection is not made in clear instead."""
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    requests: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.read(100))
        writer.write(
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"ok"}'
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    stranger = BackendClient(url, MemoryTokenStore(), timeouts=QUICK)
    with pytest.raises(ApiError, match="unreachable"):
        await stranger.health()
    assert not requests
    trusting = BackendClient(
        url, MemoryTokenStore(), timeouts=QUICK, ssl_context=ssl.create_default_context(cafile=certificate)
    )
    assert (await trusting.health()).status == "ok"
    await stranger.close()
    await trusting.close()
    server.close()
    await server.wait_closed()


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key, as files."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, key
