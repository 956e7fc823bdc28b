"""Application icons of every size and system, drawn from the marks in `resources/icons`."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from installers.environment import BuildError, run
from installers.products import ROOT, Installable

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)

# Drawn in a process of its own: Qt's libraries do not belong into the one that builds.
_DRAW = """
import sys
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
app = QGuiApplication(sys.argv[:1])
source, folder, *sizes = sys.argv[1:]
renderer = QSvgRenderer(source)
for size in map(int, sizes):
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    if not renderer.isValid() or not image.save(f"{folder}/{size}.png"):
        raise SystemExit(f"cannot draw {source}")
"""


def svg_of(product: Installable) -> Path:
    """The product's mark."""
    return ROOT / "resources" / "icons" / f"{product.icon}.svg"


def draw_pngs(product: Installable, folder: Path) -> dict[int, Path]:
    """PNG files of every size.

    Returns:
        Edge in pixels → file.

    Raises:
        BuildError: the mark cannot be drawn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [str(size) for size in SIZES]
    run(
        [sys.executable, "-c", _DRAW, svg_of(product), folder, *sizes],
        env={"QT_QPA_PLATFORM": "offscreen"},
    )
    return {size: folder / f"{size}.png" for size in SIZES}


def write_ico(pngs: dict[int, Path], target: Path) -> None:
    """Windows' icon file, which may hold PNGs as they are (since Windows Vista)."""
    chosen = [(size, pngs[size].read_bytes()) for size in (16, 24, 32, 48, 64, 128, 256)]
    offset = 6 + 16 * len(chosen)
    entries, images = b"", b""
    for size, data in chosen:
        edge = size % 256  # 256 is written as 0
        entries += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(data), offset + len(images))
        images += data
    target.write_bytes(struct.pack("<HHH", 0, 1, len(chosen)) + entries + images)


def write_icns(pngs: dict[int, Path], target: Path) -> None:
    """The icon file of macOS: PNGs, each with a four-letter type (ic07 is 128 px)."""
    kinds = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}
    chunks = b""
    for kind, size in kinds.items():
        data = pngs[size].read_bytes()
        chunks += kind + struct.pack(">I", len(data) + 8) + data
    target.write_bytes(b"icns" + struct.pack(">I", len(chunks) + 8) + chunks)


def make_icons(product: Installable, folder: Path) -> dict[int, Path]:
    """All icon files of a product: `<size>.png` in a folder of their own, `.ico` and `.icns`.

    Raises:
        BuildError: the mark cannot be drawn.
    """
    pngs = draw_pngs(product, folder / product.program)
    if not all(path.stat().st_size for path in pngs.values()):
        raise BuildError(f"an icon of {product.name} is empty")
    write_ico(pngs, folder / f"{product.program}.ico")
    write_icns(pngs, folder / f"{product.program}.icns")
    return pngs
