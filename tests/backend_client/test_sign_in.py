"""Log-in, the session over a restart, and one refresh however many callers wait."""

from __future__ import annotations

import asyncio
import time

import pytest

from backend_client.client import BackendClient
from backend_client.clock import ServiceClock
from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.sign_in import MemoryTokenStore, TokenStoreError
from backend_client.transport import Timeouts
from tests.backend_client.conftest import QUICK
from tests.backend_client.toy_service import EMAIL, PASSWORD, Exchange, ToyService, hang
from tests.support.waiting import until

REFRESH = "POST /auth/refresh"


async def refused(awaitable: object) -> ApiErrorCode:
    """The code of the `ApiError` that awaiting raises."""
    with pytest.raises(ApiError) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


class BrokenTokenStore(MemoryTokenStore):
    """A secret store that refuses whatever is in `broken`."""

    persistent = True

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = broken
        self.saves = 0

    def load(self) -> str | None:
        self._maybe("load")
        return super().load()

    def save(self, refresh_token: str) -> None:
        self.saves += 1
        self._maybe("save")
        super().save(refresh_token)

    def clear(self) -> None:
        self._maybe("clear")
        super().clear()

    def _maybe(self, what: str) -> None:
        if what in self.broken:
            raise TokenStoreError(what)


class TestLogIn:
    """Signing in with a password."""

    async def test_tells_who_it_is_and_stores_the_session(
        self, toy: ToyService, client: BackendClient, store: MemoryTokenStore
    ) -> None:
        user = await client.sign_in.log_in(f" {EMAIL} ", PASSWORD, stay_signed_in=True)
        assert user.email == EMAIL
        assert client.sign_in.user == user
        assert store.load() == toy.refresh_token
        assert toy.seen[0].json == {"email": EMAIL, "password": PASSWORD, "device": "test"}

    async def test_stores_nothing_unless_asked(
        self, toy: ToyService, client: BackendClient, store: MemoryTokenStore
    ) -> None:
        """Also what an earlier session had stored is gone, and a refresh stores nothing either."""
        store.save("older")
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=False)
        assert store.load() is None
        await client.sign_in.check()
        assert toy.counter == 1
        assert store.load() is None

    async def test_wrong_password(self, client: BackendClient) -> None:
        attempt = client.sign_in.log_in(EMAIL, "wrong", stay_signed_in=True)
        assert await refused(attempt) is ApiErrorCode.INVALID_CREDENTIALS
        assert client.sign_in.user is None

    async def test_what_no_account_can_have_is_not_sent(self, toy: ToyService, client: BackendClient) -> None:
        """And the error neither quotes the password nor chains to one that does."""
        with pytest.raises(ApiError) as caught:
            await client.sign_in.log_in(" ", "hunter2" * 30, stay_signed_in=True)
        assert caught.value.code is ApiErrorCode.INVALID
        assert caught.value.fields == {
            "/email": FieldErrorCode.REQUIRED,
            "/password": FieldErrorCode.TOO_LONG,
        }
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        assert not toy.seen

    async def test_a_store_that_refuses_costs_only_the_restart(self, toy: ToyService) -> None:
        """The session runs in memory, and the store is not asked again at each refresh."""
        store = BrokenTokenStore("save", "clear")
        client = BackendClient(toy.url, store, timeouts=QUICK)
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        assert not client.sign_in.persistent
        await client.sign_in.check()
        assert (await client.me()).email == EMAIL
        assert store.saves == 1
        await client.sign_in.log_out()
        await client.close()


class TestRestore:
    """The session of the last run."""

    async def test_goes_on_with_the_stored_session(
        self, toy: ToyService, client: BackendClient, store: MemoryTokenStore
    ) -> None:
        store.save(toy.begin_session())
        user = await client.sign_in.restore()
        assert user is not None
        assert user.email == EMAIL
        assert store.load() == "refresh-1"
        assert await client.sign_in.access_token() == "access-1"

    async def test_nothing_stored(self, toy: ToyService, client: BackendClient) -> None:
        assert await client.sign_in.restore() is None
        assert not toy.seen

    async def test_a_session_that_is_over_is_forgotten(
        self, client: BackendClient, store: MemoryTokenStore
    ) -> None:
        """`on_ended` stays silent: nobody was signed in."""
        ended: list[bool] = []
        client.sign_in.on_ended.append(lambda: ended.append(True))
        store.save("refresh-of-old")
        assert await client.sign_in.restore() is None
        assert store.load() is None
        assert not ended

    async def test_what_cannot_be_a_token_is_not_sent(
        self, toy: ToyService, client: BackendClient, store: MemoryTokenStore
    ) -> None:
        store.save("x" * 500)
        assert await client.sign_in.restore() is None
        assert not toy.seen

    async def test_a_store_that_cannot_be_read_means_nobody(self, toy: ToyService) -> None:
        client = BackendClient(toy.url, BrokenTokenStore("load"), timeouts=QUICK)
        assert await client.sign_in.restore() is None
        await client.close()

    @pytest.mark.parametrize("status", [500, 503])
    async def test_a_service_in_trouble_costs_no_session(
        self, toy: ToyService, client: BackendClient, store: MemoryTokenStore, status: int
    ) -> None:
        """The token stays stored, for another try."""

        async def trouble(exchange: Exchange) -> None:
            await exchange.answer(status, b"<html>", content_type="text/html")

        good = toy.routes[REFRESH]
        toy.routes[REFRESH] = trouble
        store.save(toy.begin_session())
        await refused(client.sign_in.restore())
        assert store.load() == "refresh-0"
        toy.routes[REFRESH] = good
        assert await client.sign_in.restore() is not None


class TestAccessToken:
    """A good token whenever one is needed."""

    async def test_is_kept_while_it_is_good(self, toy: ToyService, alice: BackendClient) -> None:
        assert {await alice.sign_in.access_token() for _ in range(5)} == {"access-0"}
        assert not toy.calls(REFRESH)

    async def test_is_renewed_ahead_of_its_end(self, toy: ToyService, client: BackendClient) -> None:
        toy.expires_in = 0
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        toy.expires_in = 600
        assert await client.sign_in.access_token() == "access-1"
        assert await client.sign_in.access_token() == "access-1"

    async def test_one_refresh_for_a_hundred_callers(
        self, toy: ToyService, client: BackendClient, store: MemoryTokenStore
    ) -> None:
        toy.expires_in = 0
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        toy.expires_in = 600
        tokens = await asyncio.gather(*(client.sign_in.access_token() for _ in range(100)))
        assert set(tokens) == {"access-1"}
        assert len(toy.calls(REFRESH)) == 1
        assert store.load() == "refresh-1"

    async def test_one_refresh_for_a_hundred_refused_calls(
        self, toy: ToyService, alice: BackendClient
    ) -> None:
        """The service no longer takes the token: each call comes back with 401 and is sent again."""
        toy.counter += 1
        users = await asyncio.gather(*(alice.me() for _ in range(100)))
        assert {user.email for user in users} == {EMAIL}
        assert len(toy.calls(REFRESH)) == 1

    async def test_is_not_used_before_its_refresh_token_is_stored(self, toy: ToyService) -> None:
        order: list[str] = []

        class Watched(MemoryTokenStore):
            def save(self, refresh_token: str) -> None:
                super().save(refresh_token)
                order.append(f"stored {refresh_token}")

        client = BackendClient(toy.url, Watched(), timeouts=QUICK)
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        toy.counter += 1
        toy.seen.clear()

        async def me(exchange: Exchange) -> None:
            order.append(f"used {exchange.bearer}")
            await client_me(exchange)

        client_me = toy.routes["GET /me"]
        toy.routes["GET /me"] = me
        await client.me()
        assert order == ["stored refresh-0", "used access-0", "stored refresh-1", "used access-1"]
        await client.close()

    async def test_a_caller_who_goes_does_not_take_the_refresh_along(
        self, toy: ToyService, client: BackendClient
    ) -> None:
        toy.expires_in = 0
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        toy.expires_in = 600
        may_answer = asyncio.Event()
        refresh = toy.routes[REFRESH]

        async def slow(exchange: Exchange) -> None:
            await may_answer.wait()
            await refresh(exchange)

        toy.routes[REFRESH] = slow
        first = asyncio.create_task(client.sign_in.access_token())
        second = asyncio.create_task(client.sign_in.access_token())
        await until(lambda: toy.calls(REFRESH), "the refresh")
        first.cancel()
        may_answer.set()
        assert await second == "access-1"
        assert first.cancelled()

    async def test_needs_somebody(self, client: BackendClient) -> None:
        assert await refused(client.sign_in.access_token()) is ApiErrorCode.SESSION_ENDED

    @pytest.mark.parametrize("wrong_by_s", [-86_400, -600, 600, 86_400])
    async def test_a_machine_with_a_wrong_clock_renews_as_any_other(
        self, toy: ToyService, wrong_by_s: int
    ) -> None:
        toy.clock = time.time
        clock = ServiceClock(wall=lambda: time.time() + wrong_by_s)
        client = BackendClient(toy.url, MemoryTokenStore(), timeouts=QUICK, clock=clock)
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        assert client.clock_offset_s == pytest.approx(-wrong_by_s, abs=2.0)
        await client.me()
        assert not toy.calls(REFRESH)
        await client.close()

    async def test_a_clock_that_is_set_meanwhile_costs_at_most_one_refresh(self, toy: ToyService) -> None:
        """Forward, as after a night asleep: renewed. Back: the process's own clock still counts."""
        shift_s = 0.0
        toy.clock = time.time
        clock = ServiceClock(wall=lambda: time.time() + shift_s)
        client = BackendClient(toy.url, MemoryTokenStore(), timeouts=QUICK, clock=clock)
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        shift_s = 3600.0
        await client.me()
        await client.me()
        assert len(toy.calls(REFRESH)) == 1
        shift_s = -3600.0
        await client.me()
        await client.me()
        assert len(toy.calls(REFRESH)) == 1
        assert client.clock_offset_s == pytest.approx(3600, abs=2.0)
        await client.close()

    async def test_a_clock_set_back_does_not_keep_an_old_token_alive(self, toy: ToyService) -> None:
        shift_s = 0.0
        clock = ServiceClock(wall=lambda: time.time() + shift_s)
        client = BackendClient(toy.url, MemoryTokenStore(), timeouts=QUICK, clock=clock)
        toy.expires_in = 0
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        shift_s = -3600.0
        assert await client.sign_in.access_token() == "access-1"
        await client.close()


class TestLostAnswer:
    """The refresh whose answer did not arrive."""

    async def test_of_a_refresh_is_asked_for_again(
        self, toy: ToyService, alice: BackendClient, store: MemoryTokenStore
    ) -> None:
        """The service has counted on; the same token gives the same answer once more."""
        refresh = toy.routes[REFRESH]

        async def lose_one(exchange: Exchange) -> None:
            toy.routes[REFRESH] = refresh
            toy.counter += 1
            exchange.drop()

        toy.routes[REFRESH] = lose_one
        await alice.sign_in.check()
        assert [each.json["refresh_token"] for each in toy.calls(REFRESH)] == ["refresh-0", "refresh-0"]
        assert store.load() == "refresh-1"
        assert (await alice.me()).email == EMAIL

    async def test_that_never_comes_is_asked_for_again(self, toy: ToyService) -> None:
        client = BackendClient(
            toy.url,
            MemoryTokenStore(),
            timeouts=Timeouts(connect_s=1.0, answer_s=0.1, repeat_after_s=(0, 0)),
        )
        await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
        refresh = toy.routes[REFRESH]

        async def hang_once(exchange: Exchange) -> None:
            toy.routes[REFRESH] = refresh
            await hang(exchange)

        toy.routes[REFRESH] = hang_once
        await client.sign_in.check()
        assert len(toy.calls(REFRESH)) == 2
        await client.close()

    async def test_twice_leaves_the_session_as_it_was(
        self, toy: ToyService, alice: BackendClient, store: MemoryTokenStore
    ) -> None:
        ended: list[bool] = []
        alice.sign_in.on_ended.append(lambda: ended.append(True))

        async def drop(exchange: Exchange) -> None:
            exchange.drop()

        refresh = toy.routes[REFRESH]
        toy.routes[REFRESH] = drop
        assert await refused(alice.sign_in.check()) is ApiErrorCode.UNREACHABLE
        assert len(toy.calls(REFRESH)) == 2
        assert store.load() == "refresh-0"
        assert not ended
        toy.routes[REFRESH] = refresh
        await alice.sign_in.check()


class TestEnd:
    """How a session ends, and who hears of it."""

    async def test_by_the_service_is_told_once(
        self, toy: ToyService, alice: BackendClient, store: MemoryTokenStore
    ) -> None:
        """However many calls find out at the same time."""
        ended: list[object] = []
        alice.sign_in.on_ended.append(lambda: ended.append(alice.sign_in.user))
        toy.session_alive = False
        results = await asyncio.gather(*(alice.me() for _ in range(20)), return_exceptions=True)
        codes = {result.code for result in results if isinstance(result, ApiError)}
        assert codes == {ApiErrorCode.SESSION_ENDED}
        assert len(results) == 20
        assert ended == [None]
        assert store.load() is None
        assert await refused(alice.me()) is ApiErrorCode.SESSION_ENDED
        assert ended == [None]

    async def test_is_not_believed_from_a_stranger(self, toy: ToyService, alice: BackendClient) -> None:
        """A captive portal that answers 401 to everything ends nothing."""

        async def portal(exchange: Exchange) -> None:
            await exchange.answer(401, b"<html>log in</html>", content_type="text/html")

        toy.routes["GET /me"] = toy.routes[REFRESH] = portal
        assert await refused(alice.me()) is ApiErrorCode.UNEXPECTED_ANSWER
        assert await refused(alice.sign_in.check()) is ApiErrorCode.UNEXPECTED_ANSWER
        assert alice.sign_in.user is not None

    async def test_by_log_out_tells_the_service_and_nobody_else(
        self, toy: ToyService, alice: BackendClient, store: MemoryTokenStore
    ) -> None:
        ended: list[bool] = []
        alice.sign_in.on_ended.append(lambda: ended.append(True))
        await alice.sign_in.log_out()
        assert not toy.session_alive
        assert alice.sign_in.user is None
        assert store.load() is None
        assert not ended
        await alice.sign_in.log_out()
        assert len(toy.calls("POST /auth/logout")) == 1

    async def test_log_out_works_without_the_service(
        self, toy: ToyService, alice: BackendClient, store: MemoryTokenStore
    ) -> None:
        await toy.stop()
        await alice.sign_in.log_out()
        assert alice.sign_in.user is None
        assert store.load() is None

    async def test_log_out_wins_over_a_refresh_under_way(
        self, toy: ToyService, alice: BackendClient, store: MemoryTokenStore
    ) -> None:
        """The refresh's answer belongs to nobody any more: it is neither stored nor used."""
        may_answer = asyncio.Event()
        refresh = toy.routes[REFRESH]

        async def slow(exchange: Exchange) -> None:
            await may_answer.wait()
            await refresh(exchange)

        toy.routes[REFRESH] = slow
        waiting = asyncio.create_task(alice.sign_in.check())
        await until(lambda: toy.calls(REFRESH), "the refresh")
        logout = toy.routes["POST /auth/logout"]

        async def keep_alive(exchange: Exchange) -> None:
            await logout(exchange)
            toy.session_alive = True

        toy.routes["POST /auth/logout"] = keep_alive
        await alice.sign_in.log_out()
        may_answer.set()
        assert await refused(waiting) is ApiErrorCode.SESSION_ENDED
        assert store.load() is None
        assert alice.sign_in.user is None

    async def test_after_a_log_out_the_end_of_the_session_is_no_news(
        self, toy: ToyService, alice: BackendClient
    ) -> None:
        """A refresh under way comes back refused because of the log-out: nobody is told."""
        ended: list[bool] = []
        alice.sign_in.on_ended.append(lambda: ended.append(True))
        may_answer = asyncio.Event()
        refresh = toy.routes[REFRESH]

        async def slow(exchange: Exchange) -> None:
            await may_answer.wait()
            await refresh(exchange)

        toy.routes[REFRESH] = slow
        waiting = asyncio.create_task(alice.sign_in.check())
        await until(lambda: toy.calls(REFRESH), "the refresh")
        await alice.sign_in.log_out()
        may_answer.set()
        assert await refused(waiting) is ApiErrorCode.SESSION_ENDED
        assert not ended

    async def test_close_stops_a_refresh_under_way(self, toy: ToyService, alice: BackendClient) -> None:
        toy.routes[REFRESH] = hang
        waiting = asyncio.create_task(alice.sign_in.check())
        await until(lambda: toy.calls(REFRESH), "the refresh")
        await alice.close()
        assert await refused(waiting) is ApiErrorCode.UNREACHABLE


async def test_tokens_do_not_show_in_reprs(alice: BackendClient) -> None:
    """A log line with the session in it gives nothing away."""
    assert "access-0" not in repr(alice.sign_in._session)
    assert "refresh-0" not in repr(alice.sign_in._session)
