"""Icons: our own drawings, tinted at run time and sharp at every scale.

The drawings in `resources/icons` are 24×24 with `currentColor`; a tint replaces that word before
the drawing is rendered at the pixels of the screen. Rendered icons are kept.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources.reader import data_path

WINDOW_ICON_SIZES_PX = (16, 20, 24, 32, 40, 48, 64, 128, 256)


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return data_path("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _rendered(name: str, rgba: int, size_px: int, ratio: float) -> QPixmap:
    colour = QColor.fromRgba(rgba)
    source = _drawing(name).replace("currentColor", colour.name())
    renderer = QSvgRenderer(QByteArray(source.encode()))
    pixels = max(1, round(size_px * ratio))
    image = QImage(QSize(pixels, pixels), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setOpacity(colour.alphaF())
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon_pixmap(name: str, colour: QColor, size_px: int, ratio: float = 1.0) -> QPixmap:
    """One icon as a square picture.

    Args:
        name: file name in `resources/icons`, without its ending.
        colour: the tint; marks keep their own colours.
        size_px: side in device-independent pixels.
        ratio: device pixels per pixel.

    Raises:
        ResourceError: there is no such icon.
    """
    return _rendered(name, colour.rgba(), size_px, ratio)


def paint_icon(painter: QPainter, name: str, colour: QColor, target: QRectF) -> None:
    """Paint an icon into a square, on whole device pixels."""
    ratio = painter.device().devicePixelRatioF()
    side = round(target.width())
    painter.drawPixmap(round(target.x()), round(target.y()), icon_pixmap(name, colour, side, ratio))


def window_icon(mark: str) -> QIcon:
    """The icon of a product's windows, from its mark."""
    icon = QIcon()
    for size in WINDOW_ICON_SIZES_PX:
        icon.addPixmap(icon_pixmap(mark, QColor(Qt.GlobalColor.black), size))
    return icon
