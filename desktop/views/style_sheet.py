"""The application's style sheet, made from the tokens.

It covers only what Qt draws itself: text editors inside our field frames, scroll bars, tool tips
and context menus. Everything else paints itself with a `Look`.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Template

from resources.reader import Colours, read_tokens

_SHEET = Template("""
QLineEdit, QPlainTextEdit, QTextBrowser {
  background: transparent; border: none; padding: 0; margin: 0; color: $text;
  selection-background-color: $primary; selection-color: $on_primary; placeholder-text-color: $muted;
}
QLineEdit:disabled, QPlainTextEdit:disabled {
  color: $muted;
}
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: ${bar}px; margin: 0; border: none; }
QScrollBar::handle:vertical {
  background: $border; border-radius: ${handle_radius}px; margin: ${inset}px; min-height: ${least}px;
}
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar:horizontal { background: transparent; height: ${bar}px; margin: 0; border: none; }
QScrollBar::handle:horizontal {
  background: $border; border-radius: ${handle_radius}px; margin: ${inset}px; min-width: ${least}px;
}
QScrollBar::handle:horizontal:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QToolTip {
  background: $raised; color: $text; border: ${border_width}px solid $border; padding: ${tip}px;
}
QMenu {
  background: $surface; color: $text; border: ${border_width}px solid $border; padding: ${tip}px;
}
QMenu::item { padding: ${tip}px ${menu}px; border-radius: ${radius}px; }
QMenu::item:selected { background: $raised; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: ${border_width}px; background: $border; margin: ${tip}px; }
""")


def style_sheet(colours: Colours[str], px: Callable[[float], int]) -> str:
    """The style sheet in these colours; `px` scales a length of the token file."""
    tokens = read_tokens()
    space = tokens.space
    return _SHEET.substitute(
        text=colours.text,
        muted=colours.muted,
        border=colours.border,
        primary=colours.primary,
        on_primary=colours.on_primary,
        raised=colours.raised,
        surface=colours.surface,
        bar=px(space.s),
        inset=px(space.xxs) - 1,
        handle_radius=(px(space.s) - 2 * (px(space.xxs) - 1)) // 2,
        least=px(space.xl),
        tip=px(space.xxs),
        menu=px(space.m),
        radius=px(tokens.radius.field),
        border_width=tokens.line.border,
    )
