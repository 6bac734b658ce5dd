"""SVG drawings as text, for pictures in static forms. Attribute names take underscores for dashes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

NAMESPACE = "http://www.w3.org/2000/svg"


def element(name: str, content: str | Iterable[str] = "", **attributes: str | float | None) -> str:
    """Return an element; attribute values are escaped, `content` must be elements or come from `text`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def text(content: str, x: float, y: float, **attributes: str | float | None) -> str:
    """Return a line of text; characters that XML forbids are replaced."""
    return element("text", escape(printable(content)), x=x, y=y, **attributes)


def printable(content: str) -> str:
    """Replace what XML 1.0 cannot hold by the replacement character."""
    return "".join(character if _allowed(ord(character)) else "\ufffd" for character in content)


def drawing(width: float, height: float, content: Iterable[str], style: str = "") -> str:
    """Return a whole drawing; `style` is a style sheet that applies inside it only."""
    inner = [element("style", escape(style))] if style else []
    box = f"0 0 {_plain(width)} {_plain(height)}"
    return element("svg", [*inner, *content], xmlns=NAMESPACE, width=width, height=height, viewBox=box)


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def _allowed(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
