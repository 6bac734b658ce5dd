"""Static HTML consists of what an untrusted notebook keeps, and text stays text."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.widgets import svg, units
from bertkit.widgets.html import Html, joined, picture, tag
from bertkit.widgets.texts import columns


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(_TEXT, _TEXT)
def test_text_and_attributes_come_back_as_they_were(text: str, title: str) -> None:
    reader = _read(tag("span", text, title=title))
    assert reader.text == text
    assert reader.tags == [("span", {"title": title})]


def test_markup_is_only_what_was_made_here() -> None:
    inner = tag("b", "<i>")
    assert joined([inner, "<b>"]) == "<b>&lt;i&gt;</b>&lt;b&gt;"
    assert isinstance(tag("p", [inner, " & "]), Html)


@pytest.mark.parametrize("name", ["script", "style", "iframe", "svg", "input", "object"])
def test_tags_that_would_be_removed_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="untrusted"):
        tag(name, "x")


@pytest.mark.parametrize(
    "attributes", [{"onclick": "x"}, {"role": "tree"}, {"src": "a.png"}, {"href": "javascript:alert(1)"}]
)
def test_attributes_that_run_fetch_or_vanish_are_refused(attributes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"survive|fetched"):
        tag("a", "x", **attributes)


@given(st.text())
def test_pictures_are_well_formed_whatever_their_labels(label: str) -> None:
    drawing = svg.drawing(10, 10, [svg.text(label, 1, 2), svg.element("path", d=svg.printable(label))])
    root = ElementTree.fromstring(drawing)
    text = root.find(f"{{{svg.NAMESPACE}}}text")
    assert text is not None
    assert (text.text or "").replace("\r", "\n") == svg.printable(label).replace("\r\n", "\n").replace("\r", "\n")


def test_pictures_are_data_with_words() -> None:
    reader = _read(picture(svg.drawing(4, 4, []), 'a "graph"'))
    ((name, attributes),) = reader.tags
    assert name == "img"
    assert attributes["alt"] == 'a "graph"'
    assert str(attributes["src"]).startswith("data:image/svg+xml;base64,")


def test_columns_align_and_keep_control_characters_out() -> None:
    lines = columns([["a", "12"], ["bb\x1b[2J", "3"]], right=[1])
    assert lines == ["a       12", "bb\ufffd[2J   3"]
    assert columns([]) == []


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1.0 k"), (22_516_994, "22.5 M"), (3_000_000_000, "3.0 G")]
)
def test_counts_are_short(number: int, text: str) -> None:
    assert units.count(number) == text


def test_sizes_and_shapes_are_in_words() -> None:
    assert units.size(12) == "12 B"
    assert units.size(45_000_000) == "45.0 MB"
    assert units.shape((1, None, 384)) == f"1 {units.TIMES} ? {units.TIMES} 384"
    assert units.shape(()) == "scalar"
    assert [units.plural(count, "layer") for count in (1, 2)] == ["1 layer", "2 layers"]
