"""A model pair as text."""

from __future__ import annotations

from bertkit.inspect.atlas import Atlas
from bertkit.widgets import texts
from bertkit.widgets.model_pair.partners import Partners
from bertkit.widgets.model_pair.rows import HEADER, paired_rows


def text_pair(title: str, file: Atlas, original: Atlas, partners: Partners) -> str:
    """Return one line for each pair of layers."""
    rows = [HEADER, *paired_rows(file, original, partners)]
    return "\n".join([title, partners.statement, "", *texts.columns(rows, right=[5])])
