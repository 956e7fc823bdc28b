"""The gallery's scenes of the settings: every kind of row, locked, wrong, and as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.account_settings import modules_of
from desktop.view_models.settings_states import (
    RowKind,
    SettingRow,
    SettingsPage,
    SettingsSection,
    SettingsState,
)
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_states import Samples
from desktop.views.settings_window import SettingsWindow
from desktop.views.static_settings import StaticSettings
from desktop.views.theme import Theme


def states(samples: Samples) -> dict[str, SettingsState]:
    """The window on each page."""
    say = samples.say
    system = ("system", say("Comme le système", "As the system"))
    plain = SettingsState(
        pages=(
            (SettingsPage.GENERAL, say("Général", "General")),
            (SettingsPage.DEVICES, say("Son et image", "Sound and picture")),
            (SettingsPage.NOTIFICATIONS, say("Notifications", "Notifications")),
            (SettingsPage.NETWORK, say("Réseau", "Network")),
            (SettingsPage.ACCOUNT, say("Compte", "Account")),
            (SettingsPage.ABOUT, say("À propos", "About")),
        ),
    )
    language = SettingRow(
        "language",
        RowKind.CHIPS,
        say("Langue", "Language"),
        value="system",
        options=(system, ("fr", "Français"), ("en", "English")),
    )
    themes = (system, ("light", say("Clair", "Light")), ("dark", say("Sombre", "Dark")))
    theme = SettingRow(
        "theme",
        RowKind.CHIPS,
        say("Couleurs", "Colours"),
        value="dark",
        options=themes,
        locked=True,
        enabled=False,
    )
    camera = SettingRow("camera", RowKind.LIST, say("Caméra", "Camera"), options=(("", system[1]),), value="")
    microphone = replace(
        camera,
        key="microphone",
        label=say("Micro", "Microphone"),
        value="x",
        options=(("", system[1]), ("x", "Jabra Evolve2 40 SE")),
        help=say("Jabra Evolve2 40 SE n’est pas branché.", "Jabra Evolve2 40 SE is not plugged in."),
    )
    echo = SettingRow(
        "echo_cancellation",
        RowKind.SWITCH,
        say("Supprimer l’écho du haut-parleur", "Remove the echo of the loudspeaker"),
        on=True,
    )
    loudspeaker = replace(camera, key="speaker", label=say("Haut-parleur", "Loudspeaker"))
    noise = replace(
        echo, key="noise_suppression", label=say("Supprimer les bruits de fond", "Remove background noise")
    )
    gain = replace(
        echo, key="gain_control", label=say("Ajuster le volume de ma voix", "Adjust the volume of my voice")
    )
    blur = replace(
        echo,
        key="background_blur",
        label=say("Flou d’arrière-plan", "Background blur"),
        help=say(
            "L’image est traitée ici\u202f; il se désactive de lui-même si l’ordinateur est trop lent.",
            "The picture is worked on here; it turns itself off where the computer is too slow.",
        ),
    )
    no_blur = replace(
        blur,
        on=False,
        enabled=False,
        help=say("Cette installation ne le contient pas.", "This installation does not contain it."),
    )
    reminders = replace(
        echo,
        key="notify_reminders",
        label=say("Des réunions à venir", "Coming meetings"),
        help=say("10 minutes et 1 minute avant.", "10 minutes and 1 minute before."),
    )
    ring = replace(echo, key="ring", label=say("Avec un son", "With a sound"), enabled=False)
    attempt = SettingRow("try_notification", RowKind.BUTTON, action=say("Essayer", "Try it"))
    proxy = SettingRow(
        "proxy_mode",
        RowKind.CHIPS,
        say("Proxy du réseau", "Proxy of the network"),
        value="manual",
        options=(system, ("none", say("Aucun", "None")), ("manual", say("Celui-ci", "This one"))),
    )
    address = SettingRow(
        "proxy_url",
        RowKind.TEXT,
        say("Adresse du proxy", "Address of the proxy"),
        value="proxy.example.org",
        error=say(
            "Saisissez une adresse telle que http://proxy.example.org:3128, sans mot de passe.",
            "Enter an address such as http://proxy.example.org:3128, without a password.",
        ),
    )
    relay = SettingRow(
        "relay_only",
        RowKind.SWITCH,
        say("Par des relais uniquement", "Through relays alone"),
        say(
            "Pour les réseaux qui ne laissent rien passer d’autre. Le son peut arriver plus tard.",
            "For networks that let nothing else through. Sound may arrive later.",
        ),
        on=True,
        locked=True,
        enabled=False,
    )
    old = SettingRow("old_password", RowKind.SECRET, say("Mot de passe actuel", "Current password"))
    change = SettingRow(
        "change_password",
        RowKind.BUTTON,
        action=say("Changer le mot de passe", "Change the password"),
        main=True,
    )
    here = SettingRow(
        "end_session:1", RowKind.WORDS, "MiKL Visio · Windows", say("Cet appareil", "This device")
    )
    there = SettingRow(
        "end_session:2",
        RowKind.WORDS,
        "MiKL Visio · Linux",
        "192.0.2.7",
        action=say("Déconnecter", "Sign out there"),
    )
    # A key that opens nothing, as the service would write it.
    otpauth = "otpauth://totp/MiKL:mikl%40demo.visio?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=MiKL"
    scanned = SettingRow(
        "secret",
        RowKind.CODE,
        say(
            "Scannez ceci avec votre application d’authentification, ou saisissez la clé à la main :",
            "Scan this with your authenticator app, or enter the key by hand:",
        ),
        "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
        modules=modules_of(otpauth),
    )
    recovery = SettingRow(
        "recovery",
        RowKind.WORDS,
        say(
            "Conservez ces codes de secours sur papier : chacun sert une fois",
            "Keep these recovery codes on paper: each works once",
        ),
        " ".join(f"{word}-QRST-UVWX-YZ23" for word in ("ABCD", "EFGH", "JKLM", "NPQR", "STUV", "WXYZ")),
    )
    current = SettingRow(
        "totp_code", RowKind.TEXT, say("Le code actuel de l’application", "The app's current code")
    )
    switch_on = SettingRow("confirm_totp", RowKind.BUTTON, action=say("Activer", "Switch on"), main=True)
    version = SettingRow("version", RowKind.WORDS, "MiKL Visio", "Version 0.1.0")
    libraries = SettingRow(
        "notices", RowKind.BUTTON, action=say("Afficher les bibliothèques", "Show the libraries")
    )
    section = SettingsSection
    return {
        "general": replace(plain, sections=(section(say("Apparence", "Appearance"), (language, theme)),)),
        "devices": replace(
            plain,
            page=SettingsPage.DEVICES,
            sections=(
                section(say("Appareils", "Devices"), (camera, microphone, loudspeaker)),
                section(say("Mon image", "My picture"), (blur,)),
                section(say("Ma voix", "My voice"), (echo, noise, gain)),
            ),
        ),
        "devices-without-blur": replace(
            plain,
            page=SettingsPage.DEVICES,
            sections=(
                section(say("Mon image", "My picture"), (no_blur,)),
                section(say("Ma voix", "My voice"), (echo, noise, gain)),
            ),
        ),
        "notifications": replace(
            plain,
            page=SettingsPage.NOTIFICATIONS,
            sections=(
                section(say("Me prévenir", "Tell me about"), (reminders, ring)),
                section("", (attempt,)),
            ),
        ),
        "network": replace(
            plain,
            page=SettingsPage.NETWORK,
            sections=(section("Proxy", (proxy, address)), section(say("Son et image", "Sound"), (relay,))),
        ),
        "account": replace(
            plain,
            page=SettingsPage.ACCOUNT,
            sections=(
                section(say("Mot de passe", "Password"), (old, change)),
                section(say("Où vous êtes connecté", "Where you are signed in"), (here, there)),
            ),
            notice=say("Votre mot de passe est changé.", "Your password is changed."),
            notice_id=1,
        ),
        "second-factor": replace(
            plain,
            page=SettingsPage.ACCOUNT,
            sections=(
                section(say("Second facteur", "Second factor"), (scanned, recovery, current, switch_on)),
            ),
        ),
        "about": replace(
            plain,
            page=SettingsPage.ABOUT,
            sections=(section("", (version,)), section(say("Logiciels libres", "Open source"), (libraries,))),
        ),
    }


def _window(state: SettingsState, theme: Theme) -> QWidget:
    return SettingsWindow(StaticSettings(state), theme, mark="mark-visio")


def scenes(samples: Samples) -> Iterator[Scene]:
    """The window on each page."""
    for name, state in states(samples).items():
        yield Scene("settings", name, partial(_window, state))
