"""Questions and answers as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bertkit.widgets.ask_document.asked import Asked


def rows_of(history: Iterable[Asked]) -> list[dict[str, Any]]:
    """Return one row an answer, and one for "no answer" with rank 0."""
    rows: list[dict[str, Any]] = []
    for asked in history:
        result = asked.result
        shared = {
            "question": result.question,
            "document": asked.document.source,
            "windows_read": asked.windows_read,
            "windows": asked.windows,
            "seconds": asked.seconds,
        }
        silence = {"rank": 0, "answer": None, "probability": result.no_answer.probability}
        rows.append({**shared, **silence})
        for rank, answer in enumerate(result, start=1):
            found = {"rank": rank, "answer": answer.text, "probability": answer.probability, "score": answer.score}
            where = {"start": answer.start, "end": answer.end, "page": answer.page, "heading": answer.heading}
            rows.append({**shared, **found, **where, "places": 1 + len(answer.support)})
    return rows
