"""The screen before a meeting in the gallery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.device_states import DeviceKind, SpeakerTest
from desktop.view_models.prejoin_states import BlurChoice, DeviceChoice, PickerState, PreJoinState
from desktop.view_models.states import PersonState, TileState, Tone
from desktop.views.device_picker import LevelBar
from desktop.views.gallery_scene import Scene, click_on
from desktop.views.gallery_states import ALICE, MIKL, Samples
from desktop.views.prejoin_static_model import StaticPreJoin
from desktop.views.prejoin_window import PreJoinWindow
from desktop.views.static_models import StaticSlot
from desktop.views.theme import Theme


def _states(samples: Samples) -> dict[str, PreJoinState]:
    say = samples.say
    default = say("Périphérique par défaut ({})", "System default ({})")

    def picker(kind: DeviceKind, *names: str, chosen: int = 0) -> PickerState:
        choices = (
            DeviceChoice("", default.format(names[0])),
            *(DeviceChoice(name, name) for name in names),
        )
        return PickerState(
            kind, choices, choices[chosen].value, names[0] if chosen == 0 else names[chosen - 1]
        )

    you = say("Vous", "You")
    own = TileState(key="", person=PersonState(you, "AL", 1), is_self=True, accessible=you)
    ready = PreJoinState(
        title=say("Bilan de mars", "March review"),
        hours=say("lundi 23 novembre, 14:00–15:00", "Monday, November 23, 14:00–15:00"),
        with_whom=MIKL,
        with_whom_line=say("avec MiKL", "with MiKL"),
        line=say("La réunion a commencé il y a 4\u00a0min.", "The meeting started 4\u00a0min ago."),
        line_tone=Tone.SUCCESS,
        own=own,
        camera=picker(DeviceKind.CAMERA, "Logitech BRIO", "FaceTime HD"),
        microphone=picker(
            DeviceKind.MICROPHONE,
            say("Micro interne", "Built-in microphone"),
            "Jabra Evolve2 65 Flex Mono",
            chosen=2,
        ),
        speaker=picker(
            DeviceKind.SPEAKER, say("Haut-parleurs internes", "Built-in speakers"), "Jabra Evolve2"
        ),
        blur=BlurChoice(offered=True),
    )
    waiting = replace(
        ready,
        waiting=True,
        countdown="12:05",
        countdown_line=say(
            "avant l’heure prévue. Vous entrerez automatiquement quand MiKL démarrera.",
            "until the planned hour. You come in by yourself when MiKL starts.",
        ),
        line=say(
            "MiKL n’a pas encore démarré\u00a0: tout est prêt de votre côté.",
            "MiKL has not started yet: everything is ready on your side.",
        ),
        line_tone=Tone.PRIMARY,
    )
    busy = say(
        "Une autre application utilise la caméra. Fermez-la, puis activez la caméra.",
        "Another application is using the camera. Close it, then turn the camera on.",
    )
    denied = say(
        "Le système ne permet pas à cette application d’utiliser le micro. Autorisez-la dans les réglages.",
        "The system does not let this app use the microphone. Allow it in the system’s settings.",
    )
    return {
        "ready": ready,
        "camera-off": replace(
            ready, camera_on=False, microphone_on=False, own=replace(own, camera_on=False, muted=True)
        ),
        "opening": replace(
            ready,
            own=replace(
                own,
                connecting=True,
                connecting_text=say("La caméra démarre…", "The camera starts…"),
            ),
        ),
        "errors": replace(
            ready,
            own=replace(own, camera_on=False),
            camera=replace(ready.camera, error=busy, action=say("Réessayer", "Try again")),
            microphone=replace(
                ready.microphone,
                error=denied,
                action=say("Ouvrir les réglages du système", "Open the system’s settings"),
            ),
        ),
        "nothing": replace(
            ready,
            own=replace(own, camera_on=False),
            camera=PickerState(DeviceKind.CAMERA, shown=say("Aucune caméra", "No camera")),
            microphone=replace(
                ready.microphone,
                note=say("« Jabra » n’est pas branché.", "“Jabra” is not plugged in."),
            ),
        ),
        "blur": replace(ready, blur=BlurChoice(offered=True, on=True)),
        "blur-late": replace(
            ready,
            blur=BlurChoice(
                offered=True,
                note=say(
                    "Il s’est désactivé\u00a0: cet ordinateur n’arrivait plus à suivre.",
                    "It turned itself off: this computer could not keep up.",
                ),
            ),
        ),
        "blur-locked": replace(
            ready,
            blur=BlurChoice(
                offered=True,
                on=True,
                locked=True,
                note=say("Géré par votre organisation", "Managed by your organisation"),
            ),
        ),
        "testing": replace(ready, test=SpeakerTest.RECORDING, skip=True),
        "joining": replace(ready, joining=True),
        "waiting": waiting,
        "waiting-late": replace(
            waiting,
            countdown="",
            countdown_line=say(
                "L’heure prévue est arrivée. Vous entrerez automatiquement quand MiKL démarrera.",
                "The planned hour has come. You come in by yourself when MiKL starts.",
            ),
        ),
        "waiting-nudge": replace(
            waiting,
            countdown="",
            countdown_line=say(
                "L’heure prévue est arrivée. Vous entrerez automatiquement quand MiKL démarrera.",
                "The planned hour has come. You come in by yourself when MiKL starts.",
            ),
            nudge=say("Prévenir MiKL", "Let MiKL know"),
        ),
        "start": replace(
            ready,
            with_whom=ALICE,
            with_whom_line=say("avec Alice Laurent", "with Alice Laurent"),
            line=say(
                "Alice Laurent vous attend depuis 2\u00a0min.",
                "Alice Laurent has been waiting for you for 2\u00a0min.",
            ),
            starts=True,
        ),
        "start-failed": replace(
            ready,
            with_whom=ALICE,
            with_whom_line=say("avec Alice Laurent", "with Alice Laurent"),
            line=say(
                "Le serveur vidéo ne répond pas. La réunion n’a pas changé.",
                "The video server does not answer. The meeting has not changed.",
            ),
            line_tone=Tone.DANGER,
            starts=True,
        ),
        "held": replace(
            waiting,
            countdown="",
            line=say(
                "La réunion est en cours. MiKL sait que vous attendez.",
                "The meeting runs. MiKL knows that you are waiting.",
            ),
            countdown_line=say(
                "Vous entrerez automatiquement dès que MiKL vous acceptera.",
                "You come in by yourself as soon as MiKL lets you in.",
            ),
        ),
        "refused": replace(
            ready,
            line="",
            error=say(
                "MiKL ne peut pas vous faire entrer pour le moment.", "MiKL cannot let you in at the moment."
            ),
        ),
        "gone": replace(
            ready, line="", error=say("Cette réunion a été annulée.", "This meeting was cancelled.")
        ),
    }


def _prepare(window: QWidget) -> None:
    for bar in window.findChildren(LevelBar):
        bar.look_again()


def _menu(window: QWidget) -> None:
    _prepare(window)
    click_on("microphonePicker")(window)


def _small(window: QWidget) -> None:
    _prepare(window)
    window.resize(window.minimumSize())


def _window(state: PreJoinState, slot: StaticSlot, theme: Theme) -> QWidget:
    return PreJoinWindow(StaticPreJoin(state, slot, loudness=0.6), theme, mark="mark-visio")


def scenes(samples: Samples, slot: StaticSlot) -> Iterator[Scene]:
    """The screen in every state; `slot` holds our picture."""
    states = _states(samples)
    for name, state in states.items():
        yield Scene("prejoin", name, partial(_window, state, slot), _prepare)
    yield Scene("prejoin", "menu", partial(_window, states["ready"], slot), _menu)
    yield Scene("prejoin", "small", partial(_window, states["errors"], slot), _small)
