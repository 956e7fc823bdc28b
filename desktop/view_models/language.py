"""Which language the user reads: translators for Qt, a locale for dates and durations.

Source sentences are English. French is the default on French systems; everything else reads
English. `Language` is made once by the wiring and passed to whoever needs words.
"""

from __future__ import annotations

import logging
from pathlib import Path

from babel import Locale
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

log = logging.getLogger(__name__)

LANGUAGES = ("fr", "en")


def system_language() -> str:
    """`fr` when the system's first known interface language is French, else `en`."""
    for name in QLocale.system().uiLanguages():
        code = name.split("-")[0].split("_")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


class Language(QObject):
    """The language in use; switching it retranslates every window without a restart.

    Signals:
        changed(str): after the translators were swapped; carries the new code. Windows hear Qt's
            own LanguageChange event as well; view-models listen here.
    """

    changed = Signal(str)

    def __init__(self, translations: Path, code: str | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = translations
        self._translators: list[QTranslator] = []
        self._code = ""
        self.use(code or system_language())

    @property
    def code(self) -> str:
        """`fr` or `en`."""
        return self._code

    @property
    def locale(self) -> Locale:
        """Babel's locale of the language, for dates and durations."""
        return Locale.parse(self._code)

    def use(self, code: str) -> None:
        """Switch to `fr` or `en`; anything else means the system's language."""
        if code not in LANGUAGES:
            code = system_language()
        if code == self._code:
            return
        self.close()
        self._code = code
        QLocale.setDefault(QLocale(QLocale.Language.French if code == "fr" else QLocale.Language.English))
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        self._install("qtbase", Path(qt_folder))
        self._install("view_models", self._folder)
        self._install("views", self._folder)
        self.changed.emit(code)

    def close(self) -> None:
        """Take the translators out of the application again."""
        for translator in self._translators:
            QCoreApplication.removeTranslator(translator)
        self._translators = []
        self._code = ""

    def _install(self, name: str, folder: Path) -> None:
        translator = QTranslator(self)
        if translator.load(str(folder / f"{name}_{self._code}.qm")):
            QCoreApplication.installTranslator(translator)
            self._translators.append(translator)
        elif name != "qtbase":
            # The tests of `tools.translations` keep this from shipping; the app stays usable in English.
            log.warning("translation %s for %s is missing", name, self._code)
