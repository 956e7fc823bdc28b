"""The gallery's scenes of the log-in card beyond the password: second factor, reset, invitation, company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.states import ErrorText, SignInState, SignInStep
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_states import SERVER, Samples
from desktop.views.sign_in_window import SignInWindow
from desktop.views.static_models import StaticSignIn
from desktop.views.theme import Theme


def states(samples: Samples) -> dict[str, SignInState]:
    """The card in each step."""
    say = samples.say
    plain = SignInState(
        product="MiKL Visio",
        server=SERVER,
        can_be_invited=True,
        password_hint=say(
            "Au moins 10 caractères\u00a0; quatre mots sans lien font l’affaire.",
            "At least 10 characters; four unrelated words are a good one.",
        ),
    )
    sent = say(
        "Si alice@demo.visio a un compte, un message est en route. Ouvrez son lien, ou collez ici le code.",
        "If alice@demo.visio has an account, a message is on its way. Open its link, or paste the code here.",
    )
    weak = say(
        "Ce mot de passe se devine trop facilement. Choisissez-en un plus long, par exemple quatre mots.",
        "This password is too easy to guess. Choose a longer one, such as four words.",
    )
    expired = say(
        "Ce lien n’est plus valable. Demandez-en un nouveau.",
        "This link is no longer valid. Ask for a new one.",
    )
    offered = replace(
        plain,
        company_label=say("Se connecter avec Contoso", "Sign in with Contoso"),
        company_text=say(
            "Connectez-vous sur la page de Contoso qu’affiche votre navigateur. "
            "La suite se passe alors ici, sans rien faire.",
            "Sign in on the page of Contoso that your browser shows. This window goes on by itself then.",
        ),
    )
    unknown = say(
        "Personne n’a invité l’adresse que vous avez chez Contoso. Demandez une invitation à MiKL.",
        "Nobody has invited the address that you have at Contoso. Ask MiKL for an invitation.",
    )
    return {
        "company": offered,
        "company-waiting": replace(offered, step=SignInStep.COMPANY),
        "company-unknown": replace(offered, error=ErrorText(unknown)),
        "second-factor": replace(plain, product="MiKL Hub", step=SignInStep.SECOND_FACTOR),
        "forgotten": replace(plain, step=SignInStep.FORGOTTEN, email="alice@demo.visio"),
        "reset-sent": replace(plain, step=SignInStep.NEW_PASSWORD, notice=sent),
        "reset-weak": replace(plain, step=SignInStep.NEW_PASSWORD, code_known=True, password_error=weak),
        "invitation": replace(plain, step=SignInStep.INVITATION, code_known=True),
        "invitation-expired": replace(plain, step=SignInStep.INVITATION, code_error=expired),
    }


def _window(state: SignInState, theme: Theme) -> QWidget:
    return SignInWindow(StaticSignIn(state), theme, mark="mark-visio")


def scenes(samples: Samples) -> Iterator[Scene]:
    """The card in each step."""
    for name, state in states(samples).items():
        yield Scene("sign-in", name, partial(_window, state))
