"""Where a deep link leads, and what is said when it leads nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Meeting, MeetingStatus, Role
from desktop.system.deep_link import CompanyLink, InviteLink, ResetLink
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.links import LinkFollower
from desktop.view_models.states import Tone
from tests.support.fakes import ALICE, NOW, FakeMeetings, meeting
from tests.support.waiting import until


class Heard:
    """What a follower said."""

    def __init__(self, follower: LinkFollower) -> None:
        self.rooms: list[Meeting] = []
        self.said: list[tuple[str, Tone]] = []
        self.waits: list[str] = []
        self.entries: list[object] = []
        follower.entry_requested.connect(self.entries.append)
        follower.room_requested.connect(self.rooms.append)
        follower.said.connect(lambda text, tone: self.said.append((text, tone)))
        follower.waits.connect(self.waits.append)


@pytest.fixture
def service() -> FakeMeetings:
    return FakeMeetings()


@pytest.fixture
async def follower(service: FakeMeetings, english: Language) -> AsyncIterator[LinkFollower]:
    made = LinkFollower(service, english)
    yield made
    await made.close()


def link_to(row: Meeting) -> str:
    return f"mikl://meetings/{row.id}"


async def test_a_running_meeting_is_opened(service: FakeMeetings, follower: LinkFollower) -> None:
    row = meeting(status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
    service.rows[row.id] = row
    heard = Heard(follower)
    follower.signed_in(ALICE)
    follower.open(link_to(row))
    await until(lambda: heard.rooms == [row])
    assert heard.said == []


async def test_a_link_waits_for_the_log_in_and_is_followed_once(
    service: FakeMeetings, follower: LinkFollower
) -> None:
    row = meeting(status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
    service.rows[row.id] = row
    heard = Heard(follower)
    follower.open(link_to(row))
    assert follower.waiting_for
    assert heard.waits == [follower.waiting_for]
    assert service.calls == []
    follower.signed_out()  # the card is shown; the link stays
    follower.signed_in(ALICE)
    await until(lambda: heard.rooms == [row])
    assert follower.waiting_for == ""
    follower.signed_out()
    follower.signed_in(ALICE)
    assert service.calls == ["meeting"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MeetingStatus.SCHEDULED, "planned for Monday, March 2 at"),
        (MeetingStatus.CANCELLED, "was cancelled"),
        (MeetingStatus.COMPLETED, "is over"),
    ],
)
async def test_a_meeting_that_does_not_run_is_said(
    service: FakeMeetings, follower: LinkFollower, status: MeetingStatus, words: str
) -> None:
    row = meeting("Bilan", at=NOW + timedelta(minutes=25), status=status)
    service.rows[row.id] = row
    heard = Heard(follower)
    follower.signed_in(ALICE)
    follower.open(link_to(row))
    await until(lambda: heard.said)
    assert words in heard.said[0][0]
    assert "Bilan" in heard.said[0][0]
    assert heard.rooms == []


async def test_somebody_elses_meeting_is_said_with_the_account_in_use(
    service: FakeMeetings, follower: LinkFollower
) -> None:
    service.refusals["meeting"] = ApiError(ApiErrorCode.NOT_FOUND)
    heard = Heard(follower)
    follower.signed_in(ALICE)
    follower.open(f"mikl://meetings/{uuid4()}")
    await until(lambda: heard.said)
    sentence, tone = heard.said[0]
    assert ALICE.full_name in sentence
    assert tone is Tone.DANGER


async def test_a_service_that_is_away_is_said(service: FakeMeetings, follower: LinkFollower) -> None:
    service.fail_with = ApiErrorCode.UNREACHABLE
    heard = Heard(follower)
    follower.signed_in(ALICE)
    follower.open(f"mikl://meetings/{uuid4()}")
    await until(lambda: heard.said == [(text_for(ApiErrorCode.UNREACHABLE).sentence, Tone.DANGER)])


async def test_a_link_that_is_none_of_ours_is_said_before_and_after_the_log_in(
    service: FakeMeetings, follower: LinkFollower
) -> None:
    heard = Heard(follower)
    follower.open("mikl://nowhere")
    assert follower.waiting_for == heard.waits[-1] != ""
    follower.signed_in(ALICE)
    assert [tone for _, tone in heard.said] == [Tone.DANGER]
    follower.open("mikl://nowhere")
    assert len(heard.said) == 2
    assert service.calls == []


async def test_an_invitation_waits_for_the_log_in_card(follower: LinkFollower) -> None:
    heard = Heard(follower)
    follower.open("mikl://invite/abc")  # cold start: there is no card yet
    assert heard.entries == []
    follower.signed_out()
    assert heard.entries == [InviteLink("abc")]
    follower.open("mikl://reset/def")
    assert heard.entries[1:] == [ResetLink("def")]


async def test_somebody_signed_in_is_asked_to_sign_out_first(follower: LinkFollower) -> None:
    heard = Heard(follower)
    follower.signed_in(ALICE)
    follower.open("mikl://invite/abc")
    assert ALICE.full_name in heard.said[0][0]
    assert heard.entries == []
    follower.signed_out()
    assert heard.entries == [InviteLink("abc")]


def test_a_code_is_never_part_of_a_links_text() -> None:
    assert "abc" not in repr(InviteLink("abc")) + repr(ResetLink("abc"))


async def test_the_way_back_from_the_company_is_the_cards(follower: LinkFollower) -> None:
    """At once at the card, after a cold start once it is there, and never behind somebody's back."""
    heard = Heard(follower)
    follower.open("mikl://company/abc")
    assert heard.entries == []
    follower.signed_out()
    assert heard.entries == [CompanyLink("abc")]
    follower.open("mikl://company/error/denied")
    assert heard.entries[1:] == [CompanyLink(reason="denied")]
    follower.signed_in(ALICE)
    follower.open("mikl://company/abc")
    ((text, tone),) = heard.said
    assert ALICE.full_name in text
    assert tone is Tone.NEUTRAL
    follower.signed_out()
    assert len(heard.entries) == 2


async def test_the_way_back_into_a_session_that_goes_on_is_said(follower: LinkFollower) -> None:
    heard = Heard(follower)
    follower.open("mikl://company/abc")
    follower.signed_in(ALICE)
    assert [tone for _, tone in heard.said] == [Tone.NEUTRAL]
    follower.signed_out()
    assert heard.entries == []
