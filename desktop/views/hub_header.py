"""The line above the Hub's pages: title, search, and the page's buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.controls import Button, ButtonKind
from desktop.views.fields import FieldFrame, IconMark, LineEditor
from desktop.views.rail import Page
from desktop.views.text import Text
from desktop.views.theme import Look


class HubHeader(QWidget):
    """Shows what belongs to the page that is shown.

    Args:
        look: colours, fonts and sizes.
    """

    searched = Signal(str)
    """The words of the search changed."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._page = Page.MEETINGS
        self._allowed = False
        self._title = Text(look, "title", name="pageTitle")
        self._look = look
        frame = FieldFrame(look)
        frame.add(IconMark(look, "search", size="small_icon"))
        self._search = LineEditor(look, "searchField", frame)
        self._search.setClearButtonEnabled(False)
        frame.add(self._search, stretch=1)
        frame.setFixedWidth(look.size.search_field)
        self._search_frame = frame
        self.schedule = Button(look, "scheduleButton", ButtonKind.FILLED, icon="plus")
        self.start_now = Button(look, "startNowButton", icon="play")
        self.invite = Button(look, "inviteButton", ButtonKind.FILLED, icon="plus")
        space = look.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space.xxs, 0, space.xxs + space.s, 0)
        row.setSpacing(space.s)
        row.addWidget(self._title, 1)
        row.addWidget(self._search_frame)
        for button in (self.start_now, self.schedule, self.invite):
            row.addWidget(button)
        self.setFixedHeight(look.size.control)
        self._search.textChanged.connect(self.searched)
        self.retranslate()

    @property
    def wanted(self) -> str:
        """What is searched for."""
        return self._search.text()

    def show_page(self, page: Page, heading: str, *, searchable: bool, allowed: bool) -> None:
        """Show a page's parts.

        Args:
            page: the page.
            heading: its title.
            searchable: there is something to search in.
            allowed: the person may plan and invite.
        """
        if page is not self._page:
            self._page = page
            self._search.clear()
            self._name_search()
        self._title.setText(heading)
        self._search_frame.setVisible(searchable)
        self.schedule.setVisible(allowed and page is Page.MEETINGS)
        self.start_now.setVisible(allowed and page is Page.MEETINGS)
        self.invite.setVisible(allowed and page is Page.CLIENTS)

    def set_compact(self, compact: bool) -> None:
        """Only icons on the buttons that can do without words, and less room to type a search in."""
        self.start_now.set_compact(compact)
        whole = self._look.size.search_field
        self._search_frame.setFixedWidth(whole * 4 // 5 if compact else whole)

    def focus_search(self) -> None:
        """Put the keyboard on the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def retranslate(self) -> None:
        """Speak the new language."""
        self.schedule.set_label(self.tr("Schedule"))
        self.schedule.setToolTip(self.tr("Schedule a meeting"))
        self.start_now.set_label(self.tr("Start now"))
        self.invite.set_label(self.tr("Invite a client"))
        self._search.setPlaceholderText(self.tr("Search"))
        self._name_search()

    def _name_search(self) -> None:
        clients = self._page is Page.CLIENTS
        self._search.setAccessibleName(self.tr("Search clients") if clients else self.tr("Search meetings"))
