"""The mails' sentences, in French and English; `{…}` are filled by `letters`.

Nothing here is markup: the same sentences go into the plain part and, escaped, into the HTML part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from resources.brand import ORGANISATION, PARTICIPANT

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Sentences:
    """What one kind of mail says.

    Attributes:
        subject: its subject line.
        body: its paragraphs.
        button: what its link says; None when it has none.
        footer: a last paragraph in small print.
    """

    subject: str
    body: tuple[str, ...]
    button: str | None = None
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What all mails of one language share."""

    greeting: str
    signature: str
    when: str
    minutes: str
    subject: str
    reason: str
    previously: str
    link_hint: str
    days: tuple[str, ...]
    months: tuple[str, ...]


_NOT_ME_FR = "Si ce n’était pas vous, demandez tout de suite un nouveau mot de passe depuis l’application."
_NOT_ME_EN = "If this was not you, ask for a new password from the app right away."

WORDS: dict[Language, Words] = {
    "fr": Words(
        greeting="Bonjour {name},",
        signature=ORGANISATION,
        when="Quand",
        minutes="Durée prévue : {minutes} min",
        subject="Objet",
        reason="Raison",
        previously="Auparavant",
        link_hint="Si le bouton ne fonctionne pas, copiez ce lien :",
        days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        months=(
            "janvier", "février", "mars", "avril", "mai", "juin",
            "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        ),
    ),
    "en": Words(
        greeting="Hello {name},",
        signature=ORGANISATION,
        when="When",
        minutes="Planned length: {minutes} min",
        subject="About",
        reason="Reason",
        previously="Before",
        link_hint="If the button does not work, copy this link:",
        days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        months=(
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
    ),
}  # fmt: skip

_APP = PARTICIPANT.name

SENTENCES: dict[Language, dict[str, Sentences]] = {
    "fr": {
        "mail.invite": Sentences(
            f"{ORGANISATION} vous invite sur {_APP}",
            (
                f"{ORGANISATION} vous invite à vos réunions en vidéo sur {_APP}.",
                (
                    f"Installez d’abord {_APP}, puis ouvrez ce lien pour choisir votre mot de passe. "
                    "Il sert une seule fois, jusqu’au {until}."
                ),
            ),
            button="Accepter l’invitation",
            footer="Vous n’attendiez pas cette invitation ? Ignorez ce message : aucun accès n’est ouvert.",
        ),
        "mail.reset": Sentences(
            "Choisir un nouveau mot de passe",
            ("Vous avez demandé un nouveau mot de passe. Ce lien sert une seule fois, jusqu’au {until}.",),
            button="Choisir un mot de passe",
            footer="Vous n’avez rien demandé ? Ignorez ce message : votre mot de passe ne change pas.",
        ),
        "mail.password-changed": Sentences(
            "Votre mot de passe a été changé",
            (
                "Votre mot de passe a été changé le {at}. Vos autres appareils ont été déconnectés.",
                _NOT_ME_FR,
            ),
        ),
        "mail.session-reused": Sentences(
            "Un appareil a été déconnecté par précaution",
            (
                (
                    "L’accès enregistré sur un appareil ({device}) a été utilisé deux fois. Quelqu’un l’a "
                    "peut-être copié : par précaution, cet appareil a été déconnecté le {at}."
                ),
                "Si c’est le vôtre, reconnectez-vous simplement. " + _NOT_ME_FR,
            ),
        ),
        "mail.meeting-scheduled": Sentences(
            "Réunion le {start} : {title}",
            ("{operator} a planifié une réunion avec vous.",),
            button=f"Ouvrir dans {_APP}",
            footer="Le fichier joint l’ajoute à votre agenda.",
        ),
        "mail.meetings-scheduled": Sentences(
            "{count} réunions à partir du {start} : {title}",
            ("{operator} a planifié {count} réunions avec vous.",),
            button=f"Ouvrir dans {_APP}",
            footer="Le fichier joint les ajoute à votre agenda.",
        ),
        "mail.meeting-moved": Sentences(
            "Réunion déplacée au {start} : {title}",
            ("{operator} a déplacé votre réunion.",),
            button=f"Ouvrir dans {_APP}",
            footer="Le fichier joint met votre agenda à jour.",
        ),
        "mail.meeting-cancelled": Sentences(
            "Réunion annulée : {title}",
            ("{operator} a annulé votre réunion.",),
            footer="Le fichier joint la retire de votre agenda.",
        ),
        "mail.meetings-cancelled": Sentences(
            "{count} réunions annulées : {title}",
            ("{operator} a annulé {count} de vos réunions.",),
            footer="Le fichier joint met votre agenda à jour.",
        ),
        "mail.meeting-waiting": Sentences(
            "{operator} vous attend : {title}",
            ("{operator} vous attend : la réunion a commencé.",),
            button="Rejoindre la réunion",
        ),
    },
    "en": {
        "mail.invite": Sentences(
            f"{ORGANISATION} invites you to {_APP}",
            (
                f"{ORGANISATION} invites you to your video meetings on {_APP}.",
                (
                    f"Install {_APP} first, then open this link to choose your password. "
                    "It works once, until {until}."
                ),
            ),
            button="Accept the invitation",
            footer="You did not expect this invitation? Ignore this message: no access is opened.",
        ),
        "mail.reset": Sentences(
            "Choose a new password",
            ("You asked for a new password. This link works once, until {until}.",),
            button="Choose a password",
            footer="You asked for nothing? Ignore this message: your password does not change.",
        ),
        "mail.password-changed": Sentences(
            "Your password was changed",
            ("Your password was changed on {at}. Your other devices were signed out.", _NOT_ME_EN),
        ),
        "mail.session-reused": Sentences(
            "A device was signed out as a precaution",
            (
                (
                    "The access kept on a device ({device}) was used twice. Somebody may have copied it: "
                    "as a precaution, that device was signed out on {at}."
                ),
                "If it is yours, simply sign in again. " + _NOT_ME_EN,
            ),
        ),
        "mail.meeting-scheduled": Sentences(
            "Meeting on {start}: {title}",
            ("{operator} has scheduled a meeting with you.",),
            button=f"Open in {_APP}",
            footer="The attached file adds it to your calendar.",
        ),
        "mail.meetings-scheduled": Sentences(
            "{count} meetings from {start}: {title}",
            ("{operator} has scheduled {count} meetings with you.",),
            button=f"Open in {_APP}",
            footer="The attached file adds them to your calendar.",
        ),
        "mail.meeting-moved": Sentences(
            "Meeting moved to {start}: {title}",
            ("{operator} has moved your meeting.",),
            button=f"Open in {_APP}",
            footer="The attached file updates your calendar.",
        ),
        "mail.meeting-cancelled": Sentences(
            "Meeting cancelled: {title}",
            ("{operator} has cancelled your meeting.",),
            footer="The attached file removes it from your calendar.",
        ),
        "mail.meetings-cancelled": Sentences(
            "{count} meetings cancelled: {title}",
            ("{operator} has cancelled {count} of your meetings.",),
            footer="The attached file updates your calendar.",
        ),
        "mail.meeting-waiting": Sentences(
            "{operator} is waiting for you: {title}",
            ("{operator} is waiting for you: the meeting has begun.",),
            button="Join the meeting",
        ),
    },
}


def language_of(locale: str) -> Language:
    """French for French locales, English for all others."""
    return "fr" if locale.partition("-")[0] == "fr" else "en"


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a profile; UTC where this machine does not know the name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """Date and time with the zone's name: "mardi 3 mars 2026 à 14:00 (Europe/Paris)"."""
    local, words = at.astimezone(zone), WORDS[language]
    day, month, clock = words.days[local.weekday()], words.months[local.month - 1], f"{local:%H:%M}"
    if language == "fr":
        number = "1er" if local.day == 1 else str(local.day)
        return f"{day} {number} {month} {local.year} à {clock} ({zone.key})"
    return f"{day}, {local.day} {month} {local.year} at {clock} ({zone.key})"


def short_moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """Day and time for a subject line: "3 mars, 14:00"."""
    local = at.astimezone(zone)
    number = "1er" if language == "fr" and local.day == 1 else str(local.day)
    return f"{number} {WORDS[language].months[local.month - 1]}, {local:%H:%M}"
