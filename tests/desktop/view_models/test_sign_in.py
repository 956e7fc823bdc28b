"""The log-in card's rules."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import Role, User
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.language import Language
from desktop.view_models.sign_in import SignInViewModel
from desktop.view_models.states import SignInStep
from tests.support.fakes import ALICE, MIKL, FakeReset, FakeSignIn
from tests.support.waiting import until


@pytest.fixture
def port() -> FakeSignIn:
    """A service that knows MiKL."""
    return FakeSignIn()


@pytest.fixture
def reset() -> FakeReset:
    return FakeReset()


@pytest.fixture
async def model(port: FakeSignIn, reset: FakeReset, english: Language) -> AsyncIterator[SignInViewModel]:
    """The Hub's log-in card."""
    made = SignInViewModel(
        port,
        reset,
        english,
        product="MiKL Hub",
        server="https://visio.example",
        role=Role.OPERATOR,
        other_product="MiKL Visio",
        persistent=True,
    )
    yield made
    await made.close()


async def test_the_right_password_signs_in(model: SignInViewModel) -> None:
    heard: list[User] = []
    model.signed_in.connect(heard.append)
    model.sign_in(" mikl@demo.visio ", "demo-visio", stay_signed_in=True)
    assert model.state.busy
    await until(lambda: heard)
    assert heard == [MIKL]
    await until(lambda: not model.state.busy)


async def test_a_wrong_password_is_said_without_telling_which_was_wrong(model: SignInViewModel) -> None:
    model.sign_in("mikl@demo.visio", "wrong", stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert model.state.error == text_for(ApiErrorCode.INVALID_CREDENTIALS)
    assert model.state.email == "mikl@demo.visio"
    model.edited()
    assert model.state.error is None


async def test_empty_fields_are_named_and_nothing_is_sent(model: SignInViewModel) -> None:
    model.sign_in("", "", stay_signed_in=True)
    assert model.state.email_error
    assert model.state.password_error
    assert not model.state.busy


async def test_a_client_is_sent_to_the_other_app(model: SignInViewModel, port: FakeSignIn) -> None:
    port.user = ALICE
    model.sign_in(ALICE.email, "demo-visio", stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert model.state.error is not None
    assert "MiKL Visio" in model.state.error.sentence
    assert port.signed_out == 1


async def test_a_service_that_is_away_is_said(model: SignInViewModel, port: FakeSignIn) -> None:
    port.fail_with = ApiErrorCode.UNREACHABLE
    model.sign_in("mikl@demo.visio", "demo-visio", stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert model.state.error == text_for(ApiErrorCode.UNREACHABLE)


async def test_an_ended_session_is_said_in_the_language_of_the_moment(
    model: SignInViewModel, english: Language
) -> None:
    model.session_ended()
    source = model.state.notice
    english.use("fr")
    assert source
    assert model.state.notice not in ("", source)


async def test_a_machine_without_a_secret_store_says_so(port: FakeSignIn, english: Language) -> None:
    model = SignInViewModel(
        port,
        FakeReset(),
        english,
        product="",
        server="",
        role=Role.OPERATOR,
        other_product="",
        persistent=False,
    )
    assert not model.state.can_stay_signed_in
    assert model.state.store_note


async def test_a_second_factor_is_asked_for_and_the_password_forgotten_after(
    model: SignInViewModel, port: FakeSignIn
) -> None:
    port.totp = "123456"
    heard: list[User] = []
    model.signed_in.connect(heard.append)
    model.sign_in(MIKL.email, "demo-visio", stay_signed_in=True)
    await until(lambda: model.state.step is SignInStep.SECOND_FACTOR and not model.state.busy)
    assert model.state.code_error == ""
    model.give_second_factor("000000")
    await until(lambda: model.state.code_error == field_text(FieldErrorCode.WRONG_CODE))
    await until(lambda: not model.state.busy)
    model.give_second_factor(" 123456 ")
    await until(lambda: heard == [MIKL])
    await until(lambda: not model.state.busy)
    model.give_second_factor("123456")
    await until(lambda: not model.state.busy)
    assert heard == [MIKL]


async def test_a_reset_answers_the_same_and_ends_at_the_password(
    model: SignInViewModel, reset: FakeReset
) -> None:
    model.show_step(SignInStep.FORGOTTEN)
    model.ask_reset("nobody")
    assert model.state.email_error
    model.ask_reset("nobody@demo.visio")
    await until(lambda: model.state.step is SignInStep.NEW_PASSWORD and not model.state.busy)
    assert "If nobody@demo.visio has an account" in model.state.notice
    model.set_password("mikl://reset/abc", "short")
    assert "10" in model.state.password_error
    reset.refusal = ApiError(ApiErrorCode.INVALID, fields={"/password": FieldErrorCode.TOO_WEAK})
    model.set_password("mikl://reset/abc", "password12")
    await until(lambda: model.state.password_error == field_text(FieldErrorCode.TOO_WEAK))
    await until(lambda: not model.state.busy)
    reset.refusal = None
    model.set_password("https://visio.example/reset#abc", "four unrelated words")
    await until(lambda: model.state.step is SignInStep.PASSWORD and not model.state.busy)
    assert reset.confirmed == [("abc", "four unrelated words")]
    assert "changed" in model.state.notice


async def test_an_old_code_is_said_beside_its_field_or_above_the_button(
    model: SignInViewModel, reset: FakeReset
) -> None:
    reset.refusal = ApiError(ApiErrorCode.CODE_EXPIRED)
    model.show_step(SignInStep.NEW_PASSWORD)
    model.set_password("abc", "four unrelated words")
    await until(lambda: not model.state.busy)
    assert model.state.code_error == text_for(ApiErrorCode.CODE_EXPIRED).sentence
    model.open_reset("abc")
    model.set_password("", "four unrelated words")
    await until(lambda: not model.state.busy)
    assert model.state.error == text_for(ApiErrorCode.CODE_EXPIRED)


async def test_the_hub_sends_an_invitation_to_the_other_app(model: SignInViewModel) -> None:
    model.open_invitation("abc")
    assert "MiKL Visio" in model.state.notice
    assert model.state.step is SignInStep.PASSWORD


async def test_an_invitation_is_accepted_with_the_code_of_its_link(
    port: FakeSignIn, reset: FakeReset, english: Language
) -> None:
    model = SignInViewModel(
        port, reset, english, product="", server="", role=Role.CLIENT, other_product="", persistent=True
    )
    port.user = ALICE
    heard: list[User] = []
    model.signed_in.connect(heard.append)
    model.open_invitation("abc")
    assert model.state.code_known
    model.accept_invitation("", "", "four unrelated words", stay_signed_in=True)
    assert model.state.name_error
    model.accept_invitation("", " Alice L ", "four unrelated words", stay_signed_in=True)
    await until(lambda: heard == [ALICE])
    assert port.accepted == [("abc", "Alice L")]
    await model.close()
