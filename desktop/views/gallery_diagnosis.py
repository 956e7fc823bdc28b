"""The gallery's scenes of the configuration test: while it runs, all well, and with trouble."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.diagnosis_states import Check, CheckRow, DiagnosisState, Outcome
from desktop.views.diagnosis_window import DiagnosisWindow
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_states import Samples
from desktop.views.static_models import StaticModel
from desktop.views.theme import Theme


class StaticDiagnosis(StaticModel[DiagnosisState]):
    """A test that never ends."""

    def start(self) -> None:
        """Keep the intention."""
        self.sent.append(("start",))


def states(samples: Samples) -> dict[str, DiagnosisState]:
    """The test at its stages."""
    say = samples.say
    titles = {
        Check.SERVICE: "Service",
        Check.CLOCK: say("Horloge de cet ordinateur", "Clock of this computer"),
        Check.SIGN_IN: say("Votre compte", "Your account"),
        Check.MEDIA: say("Serveur vidéo", "Video server"),
        Check.RELAY_UDP: say("Relais (UDP)", "Relay (UDP)"),
        Check.RELAY_TCP: say("Relais (TCP)", "Relay (TCP)"),
        Check.DEVICES: say("Caméra, micro, haut-parleur", "Camera, microphone, loudspeaker"),
        Check.VERSION: say("Version de l’application", "Version of the app"),
    }
    trouble = {
        Check.RELAY_UDP: CheckRow(
            Check.RELAY_UDP,
            titles[Check.RELAY_UDP],
            Outcome.WARNED,
            sentence=say(
                "Votre réseau bloque la voie rapide du son et de l’image\u00a0; on prend l’autre.",
                "Your network blocks the fast way for sound and picture; meetings use the slower one.",
            ),
            it_sentence=say(
                "Autorisez l’UDP vers le relais (turn.example.org:3478 no answer)",
                "Allow UDP to the relay (turn.example.org:3478 no answer)",
            ),
        ),
        Check.DEVICES: CheckRow(
            Check.DEVICES,
            titles[Check.DEVICES],
            Outcome.FAILED,
            sentence=say(
                "Aucun micro n’a été trouvé. Branchez-en un, puis recommencez.",
                "No microphone was found. Plug one in, then test again.",
            ),
            it_sentence=say(
                "Le système ne liste aucune entrée audio (microphone=0)",
                "The system lists no audio input (microphone=0)",
            ),
        ),
    }
    passed = {check: CheckRow(check, title, Outcome.PASSED) for check, title in titles.items()}
    running = [
        passed[check] if check in (Check.SERVICE, Check.CLOCK) else CheckRow(check, title, running=True)
        for check, title in titles.items()
    ]
    return {
        "running": DiagnosisState(tuple(running), running=True, headline=say("Test en cours…", "Testing…")),
        "well": DiagnosisState(
            tuple(passed.values()), headline=say("Tout fonctionne", "Everything works"), report="x"
        ),
        "trouble": DiagnosisState(
            tuple(trouble.get(check, row) for check, row in passed.items()),
            headline=say("1 point demande votre attention", "1 thing needs attention"),
            all_well=False,
            report="x",
        ),
    }


def _window(state: DiagnosisState, theme: Theme) -> QWidget:
    return DiagnosisWindow(StaticDiagnosis(state), theme, mark="mark-visio")


def scenes(samples: Samples) -> Iterator[Scene]:
    """The window at each stage."""
    for name, state in states(samples).items():
        yield Scene("diagnosis", name, partial(_window, state))
