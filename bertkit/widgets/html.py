"""Static HTML from nothing but what an untrusted notebook keeps: some tags, inline styles, and pictures as data URIs.

Text is escaped wherever it enters, so hostile names stay text. A tag or attribute that JupyterLab would remove is an
error here rather than a surprise there.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

TAGS = frozenset({
    "a", "b", "br", "code", "dd", "details", "div", "dl", "dt", "em", "figcaption", "figure", "h3", "h4", "hr",
    "i", "img", "li", "mark", "meter", "ol", "p", "pre", "small", "span", "strong", "summary", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "alt", "class", "colspan", "dir", "height", "high", "href", "low", "max", "min", "open", "scope", "src",
    "style", "title", "value", "width",
})  # fmt: skip
_VOID = frozenset({"br", "hr", "img"})
_PICTURE = "data:image/svg+xml;base64,"
_RASTER = "data:image/png;base64,"


class Html(str):
    """Markup that is safe to insert as it is. Every other string is text and is escaped."""

    __slots__ = ()


Content = str | Iterable[str]


def tag(name: str, content: Content = "", **attributes: str | int | float | bool | None) -> Html:
    """Return an element.

    Args:
        name: one of `TAGS`.
        content: `Html` is inserted, other text is escaped; several are joined.
        attributes: one of `ATTRIBUTES` each; `class_` for class. None and False leave the attribute out, True writes it
            without a value.

    Raises:
        ValueError: an untrusted notebook would remove the tag, an attribute, or where it points to.
    """
    if name not in TAGS:
        raise ValueError(f"<{name}> does not survive in an untrusted notebook; wanted one of {', '.join(sorted(TAGS))}")
    written = "".join(_attribute(name.rstrip("_"), value) for name, value in attributes.items())
    return Html(f"<{name}{written}>") if name in _VOID else Html(f"<{name}{written}>{joined(content)}</{name}>")


def joined(content: Content) -> Html:
    """Return text, markup or several of both as one piece of markup."""
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(escape(content))
    return Html("".join(joined(part) for part in content))


def _attribute(name: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    if name not in ATTRIBUTES:
        raise ValueError(f'the attribute "{name}" does not survive in an untrusted notebook')
    if value is True:
        return f" {name}"
    if name == "src" and not str(value).startswith((_PICTURE, _RASTER)):
        raise ValueError("a picture must be a data URI of SVG or PNG, so that nothing is fetched")
    if name == "href" and not str(value).startswith("#"):
        raise ValueError('a link must stay in the document ("#..."), so that nothing is fetched')
    return f' {name}="{escape(str(value))}"'


def picture(svg: str, alt: str, width: int | None = None) -> Html:
    """Return an SVG drawing as an image; `alt` says in words what it shows."""
    source = _PICTURE + base64.b64encode(svg.encode()).decode("ascii")
    return tag("img", src=source, alt=alt, width=width, style="max-width:100%;height:auto")


def bitmap(png: bytes, alt: str, width: int | None = None) -> Html:
    """Return a PNG as an image; `alt` says in words what it shows."""
    source = _RASTER + base64.b64encode(png).decode("ascii")
    return tag("img", src=source, alt=alt, width=width, style="max-width:100%;height:auto")
