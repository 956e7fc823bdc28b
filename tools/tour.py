"""Writes the two-minute tour: `python -m tools.tour` (`python3 dev.py tour`).

Pictures are taken of the same scenes as the gallery's, so they show what the windows look like now;
the words are here. Written are `docs/tour-fr.md`, `docs/tour-en.md`, their pictures in `docs/images/tour/`
and the README's two pictures. Text and pictures are committed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
IMAGES = DOCS / "images"
README_PICTURES = {"hub": ("hub", "day-waiting"), "room": ("room", "chat")}
"""Name in `docs/images` → window and state, in English and light."""


@dataclass(frozen=True, slots=True)
class Step:
    """One picture of the tour with its words.

    Attributes:
        window, state: the scene.
        french, english: what it shows and what to do there.
    """

    window: str
    state: str
    french: str
    english: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some steps under a heading."""

    french: str
    english: str
    steps: tuple[Step, ...]


TITLES = {"fr": "MiKL Hub et MiKL Visio en deux minutes", "en": "MiKL Hub and MiKL Visio in two minutes"}
INTRODUCTIONS = {
    "fr": "MiKL prépare et tient ses réunions dans **MiKL Hub** ; chaque client les rejoint avec "
    "**MiKL Visio**.",
    "en": "MiKL prepares and holds his meetings in **MiKL Hub**; each client joins them with **MiKL Visio**.",
}
CHAPTERS = (
    Chapter(
        "MiKL prépare",
        "MiKL prepares",
        (
            Step(
                "hub",
                "filled",
                "La prochaine réunion est en haut, un bouton la démarre. Le menu « ⋯ » d’une ligne la "
                "modifie, la "
                "déplace, l’annule ou la met dans l’agenda.",
                "The next meeting is on top, one button starts it. The menu “⋯” of a row edits it, moves it, "
                "cancels it or puts it into the calendar.",
            ),
            Step(
                "schedule",
                "weekly",
                "Planifier : le client, un titre, le jour et l’heure, et si besoin chaque semaine. Les "
                "chevauchements se voient avant d’enregistrer.",
                "Scheduling: the client, a title, day and hour, weekly if need be. Overlaps are seen before "
                "saving.",
            ),
            Step(
                "hub",
                "panel-planned",
                "À droite de la liste : l’ordre du jour que le client lit, et la note privée qu’il ne voit "
                "jamais.",
                "Beside the list: the agenda that the client reads, and the private note that he never sees.",
            ),
            Step(
                "hub",
                "clients-list",
                "Les clients : inviter, renvoyer l’invitation, désactiver, et les réunions de chacun.",
                "The clients: invite, invite again, deactivate, and each one’s meetings.",
            ),
        ),
    ),
    Chapter(
        "Le client arrive",
        "The client arrives",
        (
            Step(
                "sign-in",
                "invitation",
                "Le lien de l’invitation ouvre l’application ; il reste à choisir un mot de passe.",
                "The link of the invitation opens the app; what remains is to choose a password.",
            ),
            Step(
                "participant",
                "running",
                "Rien que ses réunions : la prochaine, celles qui suivent, et un bouton pour rejoindre.",
                "Nothing but his meetings: the next one, those that follow, and one button to join.",
            ),
            Step(
                "prejoin",
                "waiting",
                "Avant l’heure, la salle d’attente : son image, son micro, ses appareils. Il entre tout "
                "seul dès que "
                "MiKL démarre.",
                "Before the hour, the waiting room: picture, microphone, devices. He is taken in by "
                "himself when "
                "MiKL starts.",
            ),
            Step(
                "hub",
                "day-waiting",
                "MiKL voit qui attend et depuis quand, et prévient d’un clic qu’il a cinq minutes de retard.",
                "MiKL sees who waits and since when, and says in one click that he is five minutes late.",
            ),
        ),
    ),
    Chapter(
        "La réunion",
        "The meeting",
        (
            Step(
                "room",
                "one-to-one",
                "L’autre en grand, soi-même dans un coin que l’on déplace. En bas : micro, caméra, partage, "
                "messages, participants, quitter.",
                "The other one large, oneself in a corner that can be moved. Below: microphone, camera, "
                "sharing, "
                "messages, participants, leave.",
            ),
            Step(
                "room",
                "chat",
                "Les messages de la réunion, gardés jusqu’à sa fin.",
                "The messages of the meeting, kept until its end.",
            ),
            Step(
                "share",
                "picker",
                "Partager un écran ou une fenêtre : on voit ce que l’on choisit avant de le montrer.",
                "Sharing a screen or a window: what is chosen is seen before it is shown.",
            ),
            Step(
                "room",
                "people",
                "À plusieurs : les mains levées dans leur ordre, et ce que l’organisateur peut faire.",
                "In a group: raised hands in their order, and what the host can do.",
            ),
            Step(
                "room",
                "ended-next",
                "À la fin : la durée réelle et la prochaine réunion.",
                "At the end: the real duration, and the next meeting.",
            ),
        ),
    ),
    Chapter(
        "En cas de doute",
        "When in doubt",
        (
            Step(
                "diagnosis",
                "trouble",
                "*Tester ma configuration* dit en moins d’une minute ce qui ne va pas, avec une phrase pour "
                "l’utilisateur et une pour le service informatique.",
                "*Test my setup* says in less than a minute what is wrong, with a sentence for the user "
                "and one "
                "for the IT department.",
            ),
        ),
    ),
)


def picture_of(number: int, step: Step, language: str) -> str:
    """File name of a step's picture, from 1."""
    return f"{number:02d}-{step.window}-{step.state}-{language}.png"


def page(language: str) -> str:
    """The tour in one language, as Markdown."""
    lines = [f"# {TITLES[language]}", "", INTRODUCTIONS[language], ""]
    number = 0
    for chapter in CHAPTERS:
        lines += [f"## {chapter.french if language == 'fr' else chapter.english}", ""]
        for step in chapter.steps:
            number += 1
            words = step.french if language == "fr" else step.english
            lines += [
                words,
                "",
                f"![{words.split('.')[0]}](images/tour/{picture_of(number, step, language)})",
                "",
            ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Take the pictures and write the pages; fails where a scene is gone."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415, TID251  (after the line above)

    from desktop.views.gallery import render_gallery  # noqa: PLC0415
    from desktop.views.theme import ThemeChoice  # noqa: PLC0415

    steps = [step for chapter in CHAPTERS for step in chapter.steps]
    windows = frozenset({step.window for step in steps} | {window for window, _ in README_PICTURES.values()})
    folder = IMAGES / "tour"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory(prefix="tour-") as name:
        taken = Path(name)
        render_gallery(app, taken, themes=(ThemeChoice.LIGHT,), windows=windows, larger_text=False)
        for language in TITLES:
            for number, step in enumerate(steps, 1):
                shot = taken / f"{step.window}-{step.state}-{language}-light.png"
                shutil.copy(shot, folder / picture_of(number, step, language))
            (DOCS / f"tour-{language}.md").write_text(page(language), encoding="utf-8")
        for file, (window, state) in README_PICTURES.items():
            shutil.copy(taken / f"{window}-{state}-en-light.png", IMAGES / f"{file}.png")
    sys.stderr.write(f"{len(steps)} pictures in each of {len(TITLES)} languages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
