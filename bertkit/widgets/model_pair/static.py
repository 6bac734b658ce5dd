"""A model pair as static HTML."""

from __future__ import annotations

from bertkit.inspect.atlas import Atlas
from bertkit.widgets import blocks, units
from bertkit.widgets.html import Html, joined
from bertkit.widgets.model_pair.partners import Partners
from bertkit.widgets.model_pair.rows import HEADER, paired_rows


def static_pair(title: str, file: Atlas, original: Atlas, partners: Partners) -> Html:
    """Return the table of partners, and folded below it the layers that have none."""
    rows = [
        [blocks.code(name), kind, blocks.code(partner), *rest]
        for name, kind, partner, *rest in paired_rows(file, original, partners)
    ]
    alone = [
        blocks.section(
            f"{units.plural(len(names), 'layer')} only in {where}",
            joined([part for name in names for part in (blocks.code(name), " ")]),
        )
        for where, names in (("the file", partners.only_file), ("the original", partners.only_original))
        if names
    ]
    table = [blocks.table(HEADER, rows, numeric=[5])] if rows else []
    return blocks.frame(title, partners.statement, *table, *alone)
