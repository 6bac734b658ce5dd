"""From the places of headings to the sections they open."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.qa.document import Span


def sections(headings: Sequence[tuple[int, str]], length: int) -> tuple[Span, ...]:
    """Return one span a heading, up to the next heading or the end.

    Args:
        headings: offset and words of each heading, ascending.
        length: characters in the text.
    """
    ends = [*(start for start, _ in headings), length][1:]
    return tuple(Span(start, end, label) for (start, label), end in zip(headings, ends, strict=True))
