"""The client against the real service on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.events import FeedTimings
from backend_client.models import Meeting, MeetingRequest, MeetingStatus, Role
from backend_client.sign_in import MemoryTokenStore
from tests.backend_client.listening import Heard, following
from tests.backend_client.relay import relaying
from tests.support.service import RunningService, TestDatabase, running_service
from tests.support.waiting import until

PASSWORD = "demo-visio"
OPERATOR = "mikl@demo.visio"
ALICE = "alice@demo.visio"
BOB = "bob@demo.visio"
EAGER = FeedTimings(reconnect_s=0.05, reconnect_max_s=0.2)


@pytest.fixture
def service(database: TestDatabase) -> Iterator[RunningService]:
    """A service without a media server."""
    with running_service(database) as running:
        yield running


@asynccontextmanager
async def signed_in(service: RunningService, email: str) -> AsyncIterator[BackendClient]:
    """A client with one of the demo's people signed in."""
    client = BackendClient(service.url, MemoryTokenStore(), device="test")
    try:
        await client.sign_in.log_in(email, PASSWORD, stay_signed_in=True)
        yield client
    finally:
        await client.close()


async def schedule(operator: BackendClient, with_whom: str, title: str = "Bilan") -> Meeting:
    """A meeting tomorrow with the client of that first name."""
    (client,) = [each for each in await operator.clients() if each.full_name.startswith(with_whom)]
    request = MeetingRequest(
        client_id=client.id, title=title, scheduled_at=operator.now() + timedelta(days=1)
    )
    return await operator.create_meeting(request, idempotency_key=str(uuid4()))


async def test_the_operator_plans_and_only_that_client_sees(service: RunningService) -> None:
    async with (
        signed_in(service, OPERATOR) as operator,
        signed_in(service, ALICE) as alice,
        signed_in(service, BOB) as bob,
    ):
        assert operator.sign_in.user is not None
        assert operator.sign_in.user.role is Role.OPERATOR
        made = await schedule(operator, "Alice")
        assert made in await operator.meetings()
        (seen,) = [each for each in await alice.meetings() if each.id == made.id]
        assert (seen.title, seen.status, seen.my_role) == ("Bilan", MeetingStatus.SCHEDULED, Role.CLIENT)
        assert made.id not in {each.id for each in await bob.meetings()}
        with pytest.raises(ApiError) as caught:
            await bob.meeting(made.id)
        assert caught.value.code is ApiErrorCode.NOT_FOUND
        with pytest.raises(ApiError) as caught:
            await alice.start(made.id)
        assert caught.value.code is ApiErrorCode.NOT_HOST


async def test_filters_and_pages(service: RunningService) -> None:
    async with signed_in(service, OPERATOR) as operator:
        before = {each.id for each in await operator.meetings()}
        made = [await schedule(operator, "Alice", f"Bilan {number}") for number in range(3)]
        first = made[0].scheduled_at
        found = await operator.meetings(
            status=MeetingStatus.SCHEDULED,
            client_id=made[0].client.id,
            from_=first,
            to=first + timedelta(hours=1),
        )
        assert {each.id for each in found} - before == {each.id for each in made}
        assert not await operator.meetings(from_=first + timedelta(days=365))


async def test_the_same_key_makes_one_meeting(service: RunningService) -> None:
    async with signed_in(service, OPERATOR) as operator:
        client = (await operator.clients())[0]
        request = MeetingRequest(
            client_id=client.id, title="Bilan", scheduled_at=operator.now() + timedelta(days=1)
        )
        one, two = [await operator.create_meeting(request, idempotency_key="key") for _ in range(2)]
        assert one.id == two.id
        other = request.model_copy(update={"title": "Autre"})
        with pytest.raises(ApiError) as caught:
            await operator.create_meeting(other, idempotency_key="key")
        assert caught.value.code is ApiErrorCode.IDEMPOTENCY_MISMATCH


async def test_what_is_wrong_with_a_request_is_told_by_field(service: RunningService) -> None:
    async with signed_in(service, OPERATOR) as operator:
        request = MeetingRequest(
            client_id=uuid4(), title="Bilan", scheduled_at=operator.now() - timedelta(days=1)
        )
        with pytest.raises(ApiError) as caught:
            await operator.create_meeting(request, idempotency_key=str(uuid4()))
        assert caught.value.code is ApiErrorCode.INVALID
        assert set(caught.value.fields.values()) & {FieldErrorCode.UNKNOWN_CLIENT, FieldErrorCode.IN_PAST}
        assert caught.value.request_id


async def test_without_a_media_server_a_meeting_stays_scheduled(service: RunningService) -> None:
    async with signed_in(service, OPERATOR) as operator:
        made = await schedule(operator, "Alice")
        with pytest.raises(ApiError) as caught:
            await operator.start(made.id)
        assert caught.value.code is ApiErrorCode.MEDIA_UNAVAILABLE
        assert caught.value.retryable
        assert (await operator.meeting(made.id)).status is MeetingStatus.SCHEDULED
        with pytest.raises(ApiError) as caught:
            await operator.room_token(made.id)
        assert caught.value.code is ApiErrorCode.MEETING_NOT_LIVE


async def test_health(service: RunningService) -> None:
    """A service that says it is ready is ready, its event line included."""
    client = BackendClient(service.url, MemoryTokenStore())
    health = await client.health()
    await client.close()
    assert (health.status, health.database, health.media) == ("ok", True, False)


async def test_a_wrong_password(service: RunningService) -> None:
    client = BackendClient(service.url, MemoryTokenStore())
    with pytest.raises(ApiError) as caught:
        await client.sign_in.log_in(ALICE, "wrong", stay_signed_in=True)
    assert caught.value.code is ApiErrorCode.INVALID_CREDENTIALS
    await client.close()


async def test_the_session_over_restarts(service: RunningService) -> None:
    """Each start rotates the stored token; after the log-out it is worth nothing."""
    store = MemoryTokenStore()
    first = BackendClient(service.url, store)
    await first.sign_in.log_in(ALICE, PASSWORD, stay_signed_in=True)
    await first.close()
    tokens = {store.load()}
    for _ in range(3):
        again = BackendClient(service.url, store)
        user = await again.sign_in.restore()
        assert user is not None
        assert user.email == ALICE
        tokens.add(store.load())
        await again.close()
    assert len(tokens) == 4
    last = BackendClient(service.url, store)
    await last.sign_in.restore()
    kept = store.load()
    assert kept is not None
    assert len(kept) <= 200
    await last.sign_in.log_out()
    store.save(kept)
    assert await last.sign_in.restore() is None
    assert store.load() is None
    await last.close()


async def test_a_hundred_refreshes_at_once_are_one(service: RunningService) -> None:
    async with signed_in(service, ALICE) as alice:
        before = await alice.sign_in.access_token()
        await asyncio.gather(*(alice.sign_in.renew(before) for _ in range(100)))
        assert (await alice.me()).email == ALICE
        # The session is whole: nobody showed an old token.
        await alice.sign_in.check()


async def test_the_service_s_clock(service: RunningService) -> None:
    async with signed_in(service, ALICE) as alice:
        assert abs(alice.clock_offset_s) < 2.5


async def test_live_events_and_notices_reach_the_right_client(service: RunningService) -> None:
    async with (
        signed_in(service, OPERATOR) as operator,
        signed_in(service, ALICE) as alice,
        signed_in(service, BOB) as bob,
    ):
        by_alice, by_bob = Heard(), Heard()
        async with following(alice, by_alice, EAGER), following(bob, by_bob, EAGER):
            await until(lambda: by_alice.log == by_bob.log == ["online"], "both connections")
            made = await schedule(operator, "Alice")
            await until(lambda: len(by_alice.events) == 2, "the events", timeout_s=40)
            assert by_alice.kinds == ["meeting.scheduled", "notification.new"]
            assert {event.meeting_id for event in by_alice.events} == {made.id}
            notice = (await alice.notifications())[0]
            assert notice.id == by_alice.events[1].notification_id
            assert notice.read_at is None
            await alice.mark_read([notice.id])
            assert (await alice.notifications())[0].read_at is not None
            # Bob's own event is the proof that Alice's would have reached him by now.
            his = await schedule(operator, "Bob")
            await until(lambda: len(by_bob.events) == 2, "Bob's events", timeout_s=40)
            assert {event.meeting_id for event in by_bob.events} == {his.id}


async def test_events_of_the_time_without_a_service_are_caught_up_with(database: TestDatabase) -> None:
    """The service stops under the listener and comes back; nothing is lost or told twice."""
    heard = Heard()
    async with relaying() as relay, AsyncExitStack() as listener:
        with running_service(database) as first:
            relay.target = first.url
            alice = await listener.enter_async_context(signed_in(RunningService(relay.url), ALICE))
            await listener.enter_async_context(following(alice, heard, EAGER))
            await until(lambda: heard.log == ["online"], "the connection", timeout_s=40)
            async with signed_in(first, OPERATOR) as operator:
                await schedule(operator, "Alice")
            await until(lambda: len(heard.events) == 2, "the first events", timeout_s=40)
            relay.target = None
        with running_service(database) as second:
            async with signed_in(second, OPERATOR) as operator:
                await schedule(operator, "Alice")
                relay.target = second.url
                await until(lambda: len(heard.events) == 4, "what was missed", timeout_s=40)
                await schedule(operator, "Alice")
                await until(lambda: len(heard.events) == 6, "what happens", timeout_s=40)
    assert heard.seqs == list(range(heard.seqs[0], heard.seqs[0] + 6))
    assert heard.kinds == ["meeting.scheduled", "notification.new"] * 3


async def test_a_session_that_ends_elsewhere_ends_alone(service: RunningService) -> None:
    """Both streams hear of it; the one that is meant finds out and ends, the other goes on."""
    async with signed_in(service, ALICE) as phone, signed_in(service, ALICE) as laptop:
        ended: list[str] = []
        phone.sign_in.on_ended.append(lambda: ended.append("phone"))
        laptop.sign_in.on_ended.append(lambda: ended.append("laptop"))
        by_phone, by_laptop = Heard(), Heard()
        async with (
            following(phone, by_phone, EAGER) as phone_feed,
            following(laptop, by_laptop, EAGER) as laptop_feed,
        ):
            await until(lambda: by_phone.log == by_laptop.log == ["online"], "both connections")
            await end_behind_its_back(service, phone)
            await asyncio.wait_for(phone_feed, 15)
            assert ended == ["phone"]
            assert by_phone.log == ["online", "1 session.revoked", "offline"]
            await until(lambda: by_laptop.kinds == ["session.revoked"], "the news")
            assert (await laptop.me()).email == ALICE
            assert not laptop_feed.done()


async def end_behind_its_back(service: RunningService, client: BackendClient) -> None:
    """End a client's session without the client knowing, as an administrator would."""
    session = client.sign_in._session
    assert session is not None
    async with httpx.AsyncClient(base_url=service.url) as http:
        answer = await http.post("/v1/auth/logout", json={"refresh_token": session.refresh_token})
    assert answer.status_code == 204
