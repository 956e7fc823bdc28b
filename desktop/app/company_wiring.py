"""The company's log-in around the card: opens the browser, and takes its way back where no link does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop.system.deep_link import DeepLinkError, read_company
from desktop.view_models.sign_in import SignInViewModel

# QtNetwork is loaded by whoever needs it: the card does not wait for it.
if TYPE_CHECKING:
    from desktop.system.loopback import Loopback

log = logging.getLogger(__name__)


class CompanyDesk(QObject):
    """Belongs to one log-in card after the other.

    Signals:
        came_back(CompanyLink): the browser has come back on this machine's loopback.

    Args:
        product: name of the app, for the page that the browser shows then.
        takes_links: links of our scheme come to this app; else it listens on loopback.
    """

    came_back = Signal(object)

    def __init__(self, product: str, *, takes_links: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._product = product
        self._takes_links = takes_links
        self._loopback: Loopback | None = None

    def way_back(self) -> int | None:
        """The port that the browser shall come back to; None for a link."""
        if self._takes_links:
            return None
        if self._loopback is None:
            from desktop.system.loopback import Loopback  # noqa: PLC0415  (see above)

            self._loopback = Loopback(self._page, self)
            self._loopback.returned.connect(self._returned)
        return self._loopback.listen()

    def serve(self, model: SignInViewModel) -> None:
        """Open the browser for this card."""

        def open_browser(address: str) -> None:
            if not QDesktopServices.openUrl(QUrl(address)):
                log.warning("no browser could be opened")
                model.no_browser()

        model.browser_wanted.connect(open_browser)

    def close(self) -> None:
        """The card is over."""
        if self._loopback is not None:
            self._loopback.close()

    def _returned(self, rest: str) -> None:
        try:
            self.came_back.emit(read_company(rest))
        except DeepLinkError:
            log.info("what came back from a browser is none of ours")

    def _page(self) -> tuple[str, str]:
        return self._product, self.tr("You can close this page. The app goes on.")
