"""A folder that looks like a Windows payload, for tests of the MSI where Windows' own is not at hand.

The programs are real Windows programs (mingw): they write their command line into a file beside
themselves, which is how a test sees what a link or a shortcut starts.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from installers.environment import run
from installers.products import PRODUCTS

_SOURCE = r"""
#include <stdio.h>
#include <windows.h>
int WINAPI WinMain(HINSTANCE self, HINSTANCE former, LPSTR line, int show) {
    char place[MAX_PATH];
    if (!GetEnvironmentVariableA("STAND_IN_LOG", place, MAX_PATH)) return 3;
    FILE *file = fopen(place, "a");
    if (!file) return 4;
    fprintf(file, "%s\n", GetCommandLineA());
    fclose(file);
    return 0;
}
"""


def compile_program(target: Path) -> Path:
    """A Windows program that notes how it was started."""
    source = target.with_suffix(".c")
    source.write_text(_SOURCE)
    # No time stamp in the file: the same source gives the same program.
    options = ["-Os", "-s", "-mwindows", "-Wl,--no-insert-timestamp"]
    run(["x86_64-w64-mingw32-gcc", *options, "-o", target, source])
    source.unlink()
    return target


def write_payload(folder: Path, program: Path) -> Path:
    """Fill a folder with both programs, copies of `program`, and a few files below `_internal`."""
    folder.mkdir(parents=True, exist_ok=True)
    for product in PRODUCTS:
        shutil.copyfile(program, folder / f"{product.program}.exe")
    internal = folder / "_internal"
    (internal / "PySide6" / "plugins" / "platforms").mkdir(parents=True, exist_ok=True)
    (internal / "licences").mkdir(exist_ok=True)
    library = internal / "PySide6" / "plugins" / "platforms" / "qwindows.dll"
    shutil.copyfile(folder / f"{PRODUCTS[0].program}.exe", library)
    (internal / "base_library.zip").write_bytes(b"PK stand-in")
    (internal / "licences" / "THIRD-PARTY.txt").write_text("stand-in\n")
    return folder
