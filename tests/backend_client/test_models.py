"""Messages recorded from version 0.1: every later version must go on understanding them.

Answers also with members that do not exist yet (an older app, a newer service); requests without
(the service refuses what it does not know).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from backend_client import models

WIRE = Path(__file__).parents[1] / "wire"

ANSWERS: dict[str, type[models.AnswerModel]] = {
    "user": models.User,
    "tokens": models.Tokens,
    "clients": models.Clients,
    "client_account": models.ClientAccount,
    "invite": models.Invite,
    "invited_client": models.InvitedClient,
    "sign_in_sessions": models.SignInSessions,
    "totp_enrolment": models.TotpEnrolment,
    "meeting_scheduled": models.Meeting,
    "meeting_in_progress": models.Meeting,
    "meeting_completed": models.Meeting,
    "meeting_held": models.Meeting,
    "meeting_cancelled": models.Meeting,
    "meetings": models.Meetings,
    "meeting_series": models.MeetingSeries,
    "meeting_note": models.MeetingNote,
    "presences": models.Presences,
    "rating": models.Rating,
    "meeting_history": models.MeetingHistory,
    "readiness": models.Readiness,
    "waiting": models.Waiting,
    "room_token": models.RoomToken,
    "connection_test": models.ConnectionTest,
    "notifications": models.Notifications,
    "live_event": models.LiveEvent,
    "live_event_waiting": models.LiveEvent,
    "live_events": models.LiveEvents,
    "live_events_reset": models.LiveEvents,
    "health": models.Health,
    "company_name": models.CompanyName,
    "company_log_in": models.CompanyLogIn,
    "client_config": models.ClientConfig,
    "problem": models.Problem,
    "problem_retry": models.Problem,
    "problem_client_too_old": models.Problem,
}
REQUESTS: dict[str, type[models.RequestModel]] = {
    "request_login": models.LoginRequest,
    "request_login_totp": models.LoginRequest,
    "request_refresh": models.RefreshRequest,
    "request_reset": models.ResetRequest,
    "request_reset_confirmation": models.ResetConfirmation,
    "request_accept_invite": models.AcceptInviteRequest,
    "request_company_start": models.CompanyStart,
    "request_company_exchange": models.CompanyExchange,
    "request_password_check": models.PasswordCheck,
    "request_password_change": models.PasswordChange,
    "request_totp_confirmation": models.TotpConfirmation,
    "request_profile_change": models.ProfileChange,
    "request_client": models.ClientRequest,
    "request_meeting": models.MeetingRequest,
    "request_meeting_change": models.MeetingChange,
    "request_cancel": models.CancelRequest,
    "request_extend": models.ExtendRequest,
    "request_start_now": models.StartNowRequest,
    "request_series": models.SeriesRequest,
    "request_delay": models.DelayRequest,
    "request_note": models.NoteRequest,
    "request_readiness": models.ReadinessReport,
    "request_door": models.DoorRequest,
    "request_rating": models.RatingRequest,
    "request_leaving": models.LeavingReport,
    "request_room_token": models.RoomTokenRequest,
    "request_read_notifications": models.ReadNotificationsRequest,
}


def recorded(name: str) -> Any:
    return json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))


def with_unknown_members(value: Any) -> Any:
    """The same message from a service that knows more, at every level."""
    if isinstance(value, dict):
        return {**{key: with_unknown_members(item) for key, item in value.items()}, "not_yet": {"a": [1]}}
    if isinstance(value, list):
        return [with_unknown_members(item) for item in value]
    return value


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_understood_without_loss(name: str) -> None:
    """Read and written again it is what was recorded; members left out are optional."""
    recording = recorded(name)
    model = ANSWERS[name].model_validate_json(json.dumps(recording))
    again = json.loads(model.model_dump_json(exclude_unset=True))
    assert again == recording


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_with_members_of_a_later_version(name: str) -> None:
    recording = recorded(name)
    later = ANSWERS[name].model_validate(with_unknown_members(recording))
    now = ANSWERS[name].model_validate(recording)
    if name == "notifications":  # a notice's body is free: what it holds is kept
        assert later.model_copy(update={"items": []}) == now.model_copy(update={"items": []})
    else:
        assert later == now


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_understood_without_loss(name: str) -> None:
    recording = recorded(name)
    model = REQUESTS[name].model_validate_json(json.dumps(recording))
    assert json.loads(model.model_dump_json()) == recording


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_with_an_unknown_member_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        REQUESTS[name].model_validate({**recorded(name), "status": "completed"})


def test_every_recording_is_read_and_every_message_recorded() -> None:
    assert {path.stem for path in WIRE.glob("*.json")} == ANSWERS.keys() | REQUESTS.keys()
    messages = {
        each
        for each in vars(models).values()
        if isinstance(each, type) and issubclass(each, models.AnswerModel | models.RequestModel)
    }
    inner = {
        models.AnswerModel,
        models.RequestModel,
        models.Person,
        models.HistoryEntry,
        models.Presence,
        models.Client,
        models.SignInSession,
        models.Notification,
        models.ProblemField,
        models.ClientMessage,
    }
    assert messages - inner == {*ANSWERS.values(), *REQUESTS.values()}
