"""The log-in card's rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import Role, User
from desktop.system.deep_link import CompanyLink
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.language import Language
from desktop.view_models.sign_in import SignInViewModel
from desktop.view_models.states import SignInStep
from tests.support.fakes import ALICE, MIKL, FakeCompany, FakeReset, FakeSignIn
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
        FakeCompany(),
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
        FakeCompany(),
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
        port,
        reset,
        FakeCompany(),
        english,
        product="",
        server="",
        role=Role.CLIENT,
        other_product="",
        persistent=True,
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


@pytest.fixture
async def card(english: Language) -> AsyncIterator[Callable[..., SignInViewModel]]:
    """Makes log-in cards of either app before a company's log-in."""
    made: list[SignInViewModel] = []

    def make(
        company: FakeCompany, role: Role = Role.CLIENT, way_back: Callable[[], int | None] = lambda: None
    ) -> SignInViewModel:
        made.append(
            SignInViewModel(
                FakeSignIn(company.user),
                FakeReset(),
                company,
                english,
                product="",
                server="",
                role=role,
                other_product="MiKL Hub",
                persistent=True,
                way_back=way_back,
            )
        )
        made[-1].look_for_company()
        return made[-1]

    yield make
    for each in made:
        await each.close()


MakeCard = Callable[..., SignInViewModel]


async def test_a_company_is_offered_by_its_name_and_only_where_there_is_one(
    card: MakeCard, english: Language
) -> None:
    contoso, nameless, none = card(FakeCompany("Contoso")), card(FakeCompany("")), card(FakeCompany(None))
    await until(lambda: contoso.state.company_label and nameless.state.company_label)
    assert contoso.state.company_label == "Sign in with Contoso"
    assert nameless.state.company_label == "Sign in with your company"
    assert none.state.company_label == ""
    english.use("fr")
    assert contoso.state.company_label == "Se connecter avec Contoso"


async def test_a_service_that_is_away_is_asked_again_about_the_company(
    card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.view_models.sign_in.LOOK_DELAYS_S", (0.0,))
    company = FakeCompany("Contoso")
    company.fail_with = ApiErrorCode.UNREACHABLE
    model = card(company)
    await asyncio.sleep(0.01)
    assert model.state.company_label == ""
    company.fail_with = None
    await until(lambda: model.state.company_label)


async def test_the_browser_has_the_word_until_its_code_signs_in(card: MakeCard) -> None:
    company = FakeCompany("Contoso", ALICE)
    model = card(company)
    heard: list[User] = []
    opened: list[str] = []
    model.signed_in.connect(heard.append)
    model.browser_wanted.connect(opened.append)
    await until(lambda: model.state.company_label)
    model.begin_company(stay_signed_in=True)
    await until(lambda: model.state.step is SignInStep.COMPANY and not model.state.busy)
    assert "Contoso" in model.state.company_text
    model.open_browser_again()
    assert opened == ["https://login.example/1", "https://login.example/1"]
    model.come_back(CompanyLink("abc"))
    model.come_back(CompanyLink("abc"))  # twice: the browser's page was loaded again
    await until(lambda: heard == [ALICE])
    ((attempt, code, stay),) = company.finished
    assert (attempt.authorize_url, code, stay) == ("https://login.example/1", "abc", True)


async def test_a_given_up_attempt_opens_nothing_any_more(card: MakeCard) -> None:
    company = FakeCompany("Contoso", ALICE)
    model = card(company)
    model.begin_company(stay_signed_in=False)
    await until(lambda: model.state.step is SignInStep.COMPANY and not model.state.busy)
    model.show_step(SignInStep.PASSWORD)
    assert (model.state.step, model.state.error) == (SignInStep.PASSWORD, None)
    model.come_back(CompanyLink("abc"))
    await until(lambda: model.state.error is not None)
    assert "not begun in this window" in str(model.state.error)
    assert company.finished == []


@pytest.mark.parametrize(
    ("reason", "role", "words"),
    [
        ("denied", Role.CLIENT, "was cancelled at Contoso"),
        ("refused", Role.CLIENT, "not confirmed by Contoso"),
        ("of-a-newer-service", Role.CLIENT, "not confirmed by Contoso"),
        ("unavailable", Role.CLIENT, "does not answer. Your password still works"),
        ("no-account", Role.CLIENT, "Ask MiKL for an invitation"),
        ("no-account", Role.OPERATOR, "Ask your IT service"),
    ],
)
async def test_whatever_the_browser_comes_back_with_is_said(
    card: MakeCard, reason: str, role: Role, words: str
) -> None:
    company = FakeCompany("Contoso")
    model = card(company, role)
    await until(lambda: model.state.company_label)
    model.begin_company(stay_signed_in=True)
    await until(lambda: model.state.step is SignInStep.COMPANY and not model.state.busy)
    model.come_back(CompanyLink(reason=reason))
    await until(lambda: model.state.error is not None and not model.state.busy)
    assert words in str(model.state.error)
    assert model.state.step is SignInStep.PASSWORD
    assert company.finished == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ApiErrorCode.CODE_EXPIRED, "too old or was not begun in this window"),
        (ApiErrorCode.TOTP_REQUIRED, "your password and a code"),
        (ApiErrorCode.UNREACHABLE, "cannot be reached"),
    ],
)
async def test_a_code_that_the_service_refuses_is_said(
    card: MakeCard, code: ApiErrorCode, words: str
) -> None:
    company = FakeCompany("Contoso")
    model = card(company, Role.OPERATOR)
    model.begin_company(stay_signed_in=True)
    await until(lambda: model.state.step is SignInStep.COMPANY and not model.state.busy)
    company.fail_with = code
    model.come_back(CompanyLink("abc"))
    await until(lambda: model.state.error is not None and not model.state.busy)
    assert words in str(model.state.error)
    assert model.state.step is SignInStep.PASSWORD


async def test_a_company_that_is_no_longer_offered_takes_its_button_away(card: MakeCard) -> None:
    company = FakeCompany("Contoso")
    model = card(company)
    await until(lambda: model.state.company_label)
    company.name = None
    model.begin_company(stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert "no longer offered" in str(model.state.error)
    assert (model.state.company_label, model.state.step) == ("", SignInStep.PASSWORD)


async def test_without_a_browser_the_password_is_left(card: MakeCard) -> None:
    model = card(FakeCompany("Contoso"))
    model.browser_wanted.connect(model.no_browser)
    model.begin_company(stay_signed_in=True)
    await until(lambda: model.state.error is not None and not model.state.busy)
    assert "No browser" in str(model.state.error)
    assert model.state.step is SignInStep.PASSWORD


async def test_an_app_that_listens_says_where(card: MakeCard) -> None:
    company = FakeCompany("Contoso")
    model = card(company, Role.OPERATOR, way_back=lambda: 54321)
    model.begin_company(stay_signed_in=True)
    await until(lambda: model.state.step is SignInStep.COMPANY)
    assert company.ports == [54321]
