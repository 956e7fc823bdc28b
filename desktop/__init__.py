"""Desktop apps of MiKL Visio: the Hub and the participant app."""

import os

# PySide 6.11 makes each of its classes when it is first needed, and two threads that need classes at the
# same moment crash the process (seen in Shiboken's search for the class of a returned QIODevice). Our
# device threads use Qt beside the main thread, so all classes are made at import. Must be set before
# PySide6 is first imported: hence here, where every app comes by first.
os.environ.setdefault("PYSIDE6_OPTION_LAZY", "0")
