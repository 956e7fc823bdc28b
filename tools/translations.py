"""Collects the sentences of the windows and compiles their translations: `python -m tools.translations`.

Two catalogues per language: `views` (words that never change) and `view_models` (words that
depend on data). Source sentences are English; `…_en.ts` holds plural forms only. The compiled
`.qm` files lie beside the sources and are committed, so that nobody needs Qt's tools to run the
apps. `--check` changes nothing and fails when a catalogue is not complete or not up to date.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
SCRIPTS = Path(sys.executable).parent

SOURCES = {
    "views": ("desktop/views",),
    "view_models": ("desktop/view_models", "desktop/app"),
}
LANGUAGES = ("fr", "en")

SAME_IN_FRENCH = frozenset(
    {
        "min",
        "Client",
        "Clients",
        "Participants",
        "Message",
        "Messages",
        "Chat",
        "Agenda",
        "Code",
        "{day}, {hours} · {title}",
        "Licence",
        "Proxy",
        "Service",
        "Notifications",
        "Version {version}",
    }
)
"""Sentences whose French is spelled as the English."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One `.ts` file and what belongs to it."""

    name: str
    language: str

    @property
    def source(self) -> Path:
        """The sentences and their translations."""
        return FOLDER / f"{self.name}_{self.language}.ts"

    @property
    def compiled(self) -> Path:
        """What the apps load."""
        return self.source.with_suffix(".qm")


class TranslationToolError(Exception):
    """One of Qt's tools failed; the message is its own."""


def catalogues(names: list[str]) -> list[Catalogue]:
    """The catalogues with these names, in every language."""
    return [Catalogue(name, language) for name in names for language in LANGUAGES]


def _run(program: str, *arguments: str | Path) -> None:
    """Run one of Qt's tools.

    Raises:
        TranslationToolError: it is missing or it failed.
    """
    path = shutil.which(f"pyside6-{program}", path=str(SCRIPTS)) or shutil.which(f"pyside6-{program}")
    if path is None:
        raise TranslationToolError(f"pyside6-{program} is not installed")
    done = subprocess.run(
        [path, *(str(argument) for argument in arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TranslationToolError(f"{program}: {done.stdout}{done.stderr}".strip())


def _python_files(name: str) -> list[Path]:
    found = [path for folder in SOURCES[name] for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path.relative_to(ROOT) for path in found]


def collect(catalogue: Catalogue, target: Path) -> None:
    """Bring the sentences of the sources into a `.ts` file; translations that are there stay."""
    files = _python_files(catalogue.name)
    if not files:
        return
    plural = ("-pluralonly",) if catalogue.language == "en" else ()
    _run(
        "lupdate",
        *files,
        *plural,
        *("-silent", "-no-obsolete", "-locations", "none", "-source-language", "en"),
        *("-target-language", catalogue.language, "-ts", target),
    )


def compile_to(source: Path, target: Path) -> None:
    """Compile one `.ts` file; unfinished sentences are left out."""
    _run("lrelease", "-silent", "-nounfinished", source, "-qm", target)


def _messages(path: Path) -> Iterator[tuple[str, ET.Element]]:
    """Every message of a `.ts` file with its context's name."""
    root = ET.parse(path).getroot()  # noqa: S314  (our own file)
    for context in root.iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name", ""), message


def _keys(path: Path) -> set[tuple[str, str]]:
    return {(context, message.findtext("source", "")) for context, message in _messages(path)}


def _problems_of_message(language: str, context: str, message: ET.Element) -> Iterator[str]:
    source = message.findtext("source", "")
    where = f"{context}: {source!r}"
    translation = message.find("translation")
    if translation is None or translation.get("type") == "unfinished":
        yield f"{where} is not translated"
        return
    forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
    if not all(form.strip() for form in forms):
        yield f"{where} has an empty translation"
    if language == "fr" and source in forms and source not in SAME_IN_FRENCH:
        yield f"{where} is the same in French; add it to SAME_IN_FRENCH if that is right"
    if any(source.count(sign) and sign not in form for sign in ("{", "%n") for form in forms):
        yield f"{where} lost a placeholder"


def problems(catalogue: Catalogue) -> list[str]:
    """What is wrong with one catalogue; empty when it is complete and compiled."""
    source = catalogue.source
    if not _python_files(catalogue.name):
        return []
    if not source.is_file():
        return [f"{source.name} is missing"]
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / source.name
        shutil.copyfile(source, fresh)
        collect(catalogue, fresh)
        wanted, present = _keys(fresh), _keys(source)
        found += [f"{context}: {text!r} is missing" for context, text in sorted(wanted - present)]
        found += [f"{context}: {text!r} is no longer used" for context, text in sorted(present - wanted)]
        binary = Path(folder) / catalogue.compiled.name
        compile_to(source, binary)
        if not catalogue.compiled.is_file() or catalogue.compiled.read_bytes() != binary.read_bytes():
            found.append(f"{catalogue.compiled.name} is not up to date")
    for context, message in _messages(source):
        found += _problems_of_message(catalogue.language, context, message)
    return [f"{source.name}: {problem}" for problem in found]


def update(catalogue: Catalogue) -> None:
    """Collect and compile one catalogue in place."""
    if not _python_files(catalogue.name):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    collect(catalogue, catalogue.source)
    compile_to(catalogue.source, catalogue.compiled)


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 when everything is well."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.translations", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("names", nargs="*", metavar="CATALOGUE", help="views, view_models; default both")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if something is missing")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(SOURCES)
    if unknown:
        parser.error(f"no such catalogue: {', '.join(sorted(unknown))}")
    chosen = catalogues(options.names or list(SOURCES))
    try:
        if not options.check:
            for catalogue in chosen:
                update(catalogue)
        found = [problem for catalogue in chosen for problem in problems(catalogue)]
    except TranslationToolError as error:
        print(error, file=sys.stderr)
        return 2
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print("translations are complete")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
