"""One exchange: what is repeated, what is not, how long it may take."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.transport import Repeat, Timeouts, Transport, service_root
from tests.backend_client.conftest import QUICK
from tests.backend_client.toy_service import Exchange, ToyService, hang
from tests.support.waiting import until


@pytest.fixture
async def transport(toy: ToyService) -> AsyncIterator[Transport]:
    """A transport to the toy service."""
    async with httpx.AsyncClient() as http:
        yield Transport(toy.url, http, timeouts=QUICK)


async def drop(exchange: Exchange) -> None:
    exchange.drop()


async def drip(exchange: Exchange) -> None:
    """A body that never ends, one byte at a time, so that no single read is slow."""
    await exchange.begin(200, "application/json", {"Content-Length": "100000"})
    while True:
        await exchange.send(b" ")
        await asyncio.sleep(0.01)


async def failed(transport: Transport, method: str = "GET", repeat: Repeat = Repeat.UNSENT) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await transport.send(method, "/thing", repeat=repeat)
    return caught.value


@pytest.mark.parametrize(("repeat", "times"), [(Repeat.UNSENT, 1), (Repeat.BROKEN, 2), (Repeat.LOST, 2)])
async def test_a_broken_connection(toy: ToyService, transport: Transport, repeat: Repeat, times: int) -> None:
    toy.routes["GET /thing"] = drop
    error = await failed(transport, repeat=repeat)
    assert (error.code, error.status) == (ApiErrorCode.UNREACHABLE, None)
    assert error.retryable
    assert len(toy.seen) == times


async def test_a_connection_that_breaks_once_is_not_noticed(toy: ToyService, transport: Transport) -> None:
    async def drop_once(exchange: Exchange) -> None:
        if len(toy.seen) == 1:
            exchange.drop()
        else:
            await exchange.answer(200, {"ok": True})

    toy.routes["GET /thing"] = drop_once
    response = await transport.send("GET", "/thing", repeat=Repeat.BROKEN)
    assert response.json() == {"ok": True}


@pytest.mark.parametrize(("repeat", "times"), [(Repeat.UNSENT, 1), (Repeat.BROKEN, 1), (Repeat.LOST, 2)])
@pytest.mark.parametrize("handler", [hang, drip])
async def test_no_whole_answer_in_time(
    toy: ToyService, transport: Transport, handler: object, repeat: Repeat, times: int
) -> None:
    """Neither at all nor drop by drop; somebody who waited is told instead of made to wait again."""
    transport.timeouts = Timeouts(connect_s=0.1, answer_s=0.1, repeat_after_s=(0, 0))
    toy.routes["GET /thing"] = handler  # type: ignore[assignment]
    assert (await failed(transport, repeat=repeat)).code is ApiErrorCode.TIMEOUT
    assert len(toy.seen) == times


@pytest.mark.parametrize("status", [400, 404, 409, 422, 429, 500, 503])
async def test_an_answer_is_never_asked_for_again(toy: ToyService, transport: Transport, status: int) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.problem(status, "internal", retry_after=0)

    toy.routes["GET /thing"] = refuse
    assert (await failed(transport, repeat=Repeat.LOST)).status == status
    assert len(toy.seen) == 1


async def test_a_service_that_starts_a_moment_later(toy: ToyService) -> None:
    """Nothing was sent, so even an unsafe request may be tried again: it finds the service."""
    port = int(toy.url.rsplit(":", 1)[1])
    await toy.stop()
    started = asyncio.Event()

    class LateTransport(httpx.AsyncHTTPTransport):
        """Starts the service after the first refused connection."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            try:
                return await super().handle_async_request(request)
            except httpx.ConnectError:
                toy._server = await asyncio.start_server(toy._connected, "127.0.0.1", port)
                started.set()
                raise

    async def ok(exchange: Exchange) -> None:
        await exchange.answer(200, {})

    toy.routes["POST /thing"] = ok
    async with httpx.AsyncClient(transport=LateTransport()) as http:
        await Transport(toy.url, http, timeouts=QUICK).send("POST", "/thing")
    assert started.is_set()
    assert len(toy.seen) == 1


async def test_nobody_listens() -> None:
    with socket.socket() as taken:  # bound, not listening: the port is nobody else's meanwhile
        taken.bind(("127.0.0.1", 0))
        async with httpx.AsyncClient() as http:
            transport = Transport(f"http://127.0.0.1:{taken.getsockname()[1]}", http, timeouts=QUICK)
            assert (await failed(transport)).code is ApiErrorCode.UNREACHABLE


async def test_something_that_does_not_speak_http(toy: ToyService, transport: Transport) -> None:
    async def noise(exchange: Exchange) -> None:
        await exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        exchange.last_on_connection = True

    toy.routes["GET /thing"] = noise
    assert (await failed(transport)).code is ApiErrorCode.UNREACHABLE


async def test_a_redirect_is_not_followed(toy: ToyService, transport: Transport) -> None:
    """A token goes to the address that was set, nowhere else."""

    async def elsewhere(exchange: Exchange) -> None:
        await exchange.answer(307, headers={"Location": f"{toy.url}/v1/other"})

    toy.routes["GET /thing"] = elsewhere
    assert (await failed(transport)).code is ApiErrorCode.UNEXPECTED_ANSWER
    assert len(toy.seen) == 1


async def test_an_endless_page_instead_of_a_stream(toy: ToyService, transport: Transport) -> None:
    """It is left, not read to its end, and its connection closed."""
    transport.timeouts = Timeouts(answer_s=0.1)
    toy.routes["GET /thing"] = drip
    with pytest.raises(ApiError) as caught:
        await transport.open_stream("/thing", headers={}, silence_s=5.0)
    assert caught.value.code is ApiErrorCode.TIMEOUT
    await until(lambda: toy.open_connections == 0, "the end of the connection")


async def test_cancelling_gives_the_connection_back(toy: ToyService, transport: Transport) -> None:
    """The fixture fails if one stays open."""
    toy.routes["GET /thing"] = drip
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await transport.send("GET", "/thing")


@pytest.mark.parametrize(
    "given", ["https://a.example", "https://a.example/", "https://a.example/v1", "https://a.example/v1/"]
)
def test_addresses_with_and_without_the_prefix(given: str) -> None:
    assert service_root(given) == "https://a.example"


@pytest.mark.parametrize("given", ["", "a.example", "ftp://a.example", "https://", "https://[::1", "/v1"])
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(ValueError, match="address"):
        service_root(given)
