"""The look of every window: tokens become colours, fonts, sizes, the palette and the style sheet.

`Look` is what a widget paints with; `Theme` is the `Look` of the application, which follows the
system's light or dark setting and font size and installs the palette and style sheet. The room is
dark in both themes: its widgets paint with `Theme.stage_look`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle

from desktop.view_models.states import Tone
from desktop.views.fonts import interface_family, scale_of
from desktop.views.style_sheet import style_sheet
from resources.reader import AvatarTint, Colours, Radius, Shadow, Sizes, Space, Tokens, TypeStyle, read_tokens


class ThemeChoice(Enum):
    """What the user asked for."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_SCHEMES = {
    ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
    ThemeChoice.LIGHT: Qt.ColorScheme.Light,
    ThemeChoice.DARK: Qt.ColorScheme.Dark,
}

Painted = Colours[QColor]


@dataclass(frozen=True, slots=True)
class Lines:
    """Thickness of drawn lines in pixels, scaled."""

    border: int
    focus: int
    focus_gap: int
    speaking: int


def mix(over: QColor, under: QColor, share: float) -> QColor:
    """`share` (0 to 1) of `over` laid on `under`, as an opaque colour."""
    return QColor(
        round(under.red() + (over.red() - under.red()) * share),
        round(under.green() + (over.green() - under.green()) * share),
        round(under.blue() + (over.blue() - under.blue()) * share),
    )


def _painted(colours: Colours[str]) -> Painted:
    return Colours(**{name: QColor(value) for name, value in asdict(colours).items()})


class Look(QObject):
    """Colours, fonts and sizes for painting; `changed` is emitted after any of them changed.

    Args:
        tokens: the token file.
        dark: which of the two sets of colours.
        scale: multiplies every size, 1.0 to 2.0.
        family: font family.
        animated: whether things move.
    """

    changed = Signal()

    def __init__(
        self,
        tokens: Tokens,
        *,
        dark: bool,
        scale: float,
        family: str,
        animated: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.tokens = tokens
        self._set(dark=dark, scale=scale, family=family, animated=animated)

    def _set(self, *, dark: bool, scale: float, family: str, animated: bool) -> None:
        tokens = self.tokens
        self.dark = dark
        self.scale = scale
        self.family = family
        self.animated = animated
        self.colour: Painted = _painted(tokens.dark if dark else tokens.light)
        self.avatars: tuple[AvatarTint, ...] = tokens.dark_avatars if dark else tokens.light_avatars
        self.space = Space(**{name: self.px(value) for name, value in asdict(tokens.space).items()})
        self.size = Sizes(**{name: self.px(value) for name, value in asdict(tokens.size).items()})
        self.radius = Radius(**{name: self.px(value) for name, value in asdict(tokens.radius).items()})
        self.shadow = Shadow(**{name: self.px(value) for name, value in asdict(tokens.shadow).items()})
        line = tokens.line
        self.line = Lines(line.border, self.px(line.focus), self.px(line.focus_gap), self.px(line.speaking))

    def px(self, length: float) -> int:
        """A length of the token file on this system."""
        return round(length * self.scale)

    def font(self, role: str, *, tabular: bool = False) -> QFont:
        """The font of one step of the type scale; `tabular` for hours and counters."""
        step: TypeStyle = getattr(self.tokens.type, role)
        font = QFont(self.family)
        font.setPixelSize(self.px(step.size_px))
        font.setWeight(QFont.Weight.DemiBold if step.semibold else QFont.Weight.Normal)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def line_height(self, role: str) -> int:
        """Height of one line of a step of the type scale."""
        step: TypeStyle = getattr(self.tokens.type, role)
        return self.px(step.line_px)

    def tone(self, tone: Tone) -> QColor:
        """Colour of a meaning; the word beside it carries it as well."""
        colour = self.colour
        return {
            Tone.NEUTRAL: colour.muted,
            Tone.PRIMARY: colour.primary,
            Tone.SUCCESS: colour.success,
            Tone.WARNING: colour.warning,
            Tone.DANGER: colour.danger,
        }[tone]

    def soft(self, ink: QColor, under: QColor | None = None) -> QColor:
        """A quiet ground for text of the colour `ink`."""
        return mix(ink, under or self.colour.surface, self.tokens.mix.soft)

    def duration_ms(self, usual_ms: int) -> int:
        """A duration of motion, 0 where nothing should move."""
        return usual_ms if self.animated else 0


class Theme(Look):
    """The application's look. Make one, before the first window.

    Args:
        app: gets the Fusion style, the palette, the font and the style sheet.
        choice: light, dark, or as the system is.
        scale: overrides the measured font scale (gallery and tests).
        animated: overrides the system's setting (gallery and tests).
    """

    def __init__(
        self,
        app: QApplication,
        *,
        choice: ThemeChoice = ThemeChoice.SYSTEM,
        scale: float | None = None,
        animated: bool | None = None,
    ) -> None:
        app.setStyle("Fusion")
        self._app = app
        self._choice = choice
        system = QGuiApplication.font()
        if animated is None:
            animated = app.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
        tokens = read_tokens()
        scale = scale_of(system) if scale is None else scale
        family = interface_family(system)
        super().__init__(tokens, dark=False, scale=scale, family=family, animated=animated)
        self.stage_look = Look(tokens, dark=True, scale=scale, family=family, animated=animated, parent=self)
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self.set_choice(choice)

    @property
    def choice(self) -> ThemeChoice:
        """What the user asked for."""
        return self._choice

    def set_choice(self, choice: ThemeChoice) -> None:
        """Change between light, dark and the system's; every window repaints."""
        self._choice = choice
        self._app.styleHints().setColorScheme(_SCHEMES[choice])
        self._follow()

    def set_scale(self, scale: float) -> None:
        """Change the size of everything, 1.0 to 2.0."""
        self.stage_look._set(dark=True, scale=scale, family=self.family, animated=self.animated)  # noqa: SLF001
        self._set(dark=self.dark, scale=scale, family=self.family, animated=self.animated)
        self._install()

    def _follow(self) -> None:
        """Take over what the system says now."""
        dark = self._choice is ThemeChoice.DARK
        if self._choice is ThemeChoice.SYSTEM:
            dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self._set(dark=dark, scale=self.scale, family=self.family, animated=self.animated)
        self._install()

    def _install(self) -> None:
        self._app.setPalette(self._palette())
        self._app.setFont(self.font("body"))
        self._app.setStyleSheet(style_sheet(self.tokens.dark if self.dark else self.tokens.light, self.px))
        self.changed.emit()
        self.stage_look.changed.emit()

    def _palette(self) -> QPalette:
        """The palette from which native and unstyled parts take their colours."""
        colour, role = self.colour, QPalette.ColorRole
        palette = QPalette()
        for target, ink in (
            (role.Window, colour.window),
            (role.WindowText, colour.text),
            (role.Base, colour.surface),
            (role.AlternateBase, colour.raised),
            (role.Text, colour.text),
            (role.Button, colour.raised),
            (role.ButtonText, colour.text),
            (role.BrightText, colour.danger),
            (role.ToolTipBase, colour.raised),
            (role.ToolTipText, colour.text),
            (role.PlaceholderText, colour.muted),
            (role.Highlight, colour.primary),
            (role.HighlightedText, colour.on_primary),
            (role.Link, colour.primary),
            (role.LinkVisited, colour.primary),
            (role.Mid, colour.border),
            (role.Dark, colour.border),
            (role.Light, colour.raised),
        ):
            palette.setColor(target, ink)
        group = QPalette.ColorGroup.Disabled
        for target in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(group, target, mix(colour.text, colour.window, self.tokens.mix.disabled))
        return palette
