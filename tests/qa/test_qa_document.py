from __future__ import annotations

import pytest

from bertkit.errors import InputError
from bertkit.qa import Document
from bertkit.qa.document import Span

PAGES = (Span(0, 5, "1"), Span(6, 11, "2"), Span(11, 20, "3"))


def test_text_is_kept_as_it_is() -> None:
    text = "\ufeff \r\nCafe\u0301\x00 \U0001f600\n"
    assert Document.from_text(text).text == text


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (4, 1), (5, 1), (6, 2), (10, 2), (11, 3), (19, 3)])
def test_page_of_counts_the_gap_between_pages_to_the_page_before(offset: int, page: int) -> None:
    assert Document("x" * 20, pages=PAGES).page_of(offset) == page


def test_heading_of_is_the_nearest_before() -> None:
    document = Document("x" * 20, headings=(Span(3, 9, "First"), Span(9, 20, "Second")))
    assert [document.heading_of(offset) for offset in (0, 3, 8, 9)] == [None, "First", "First", "Second"]


def test_without_pages_and_headings_there_are_none() -> None:
    document = Document.from_text("words")
    assert document.page_of(2) is None
    assert document.heading_of(2) is None


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_empty_text_is_refused(text: str) -> None:
    with pytest.raises(
        InputError, match=rf"The document 'notes' is empty: {len(text)} characters, none of them visible"
    ):
        Document.from_text(text, "notes")


def test_text_of_another_type_is_refused() -> None:
    with pytest.raises(InputError, match="must be a str, got bytes"):
        Document(b"words")  # type: ignore[arg-type]


@pytest.mark.parametrize("pages", [(Span(0, 21, "1"),), (Span(5, 9, "1"), Span(8, 10, "2")), (Span(4, 3, "1"),)])
def test_spans_outside_the_text_or_overlapping_are_refused(pages: tuple[Span, ...]) -> None:
    with pytest.raises(InputError, match="pages must be spans in order, without overlap, inside the text of 20 char"):
        Document("x" * 20, pages=pages)


def test_equal_documents_are_one() -> None:
    assert len({Document.from_text("a b"), Document.from_text("a b"), Document.from_text("a b", "other")}) == 2


def test_repr_does_not_print_the_text() -> None:
    assert repr(Document.from_text("long " * 1000, "novel")) == "Document(source='novel')"


@pytest.mark.parametrize(
    ("source", "name"),
    [("text", "text"), ("/home/me/report.pdf", "report.pdf"), ("C:\\docs\\report.pdf", "report.pdf"), ("/", "/")],
)
def test_the_name_is_the_last_part_of_the_source(source: str, name: str) -> None:
    assert Document("The lamp.", source).name == name
