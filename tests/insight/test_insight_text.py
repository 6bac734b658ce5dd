from __future__ import annotations

import numpy as np
import pytest

from bertkit.insight.text import bar, shortened, sparkline, table


def test_table_aligns_numbers_to_the_right_and_words_to_the_left() -> None:
    lines = table(("layer", "ms"), [("query", "1.25"), ("a", "10.5")]).splitlines()
    assert lines == ["layer    ms", "-----  ----", "query  1.25", "a      10.5"]


def test_table_without_rows_keeps_its_headers() -> None:
    assert table(("a", "b"), []) == "a  b\n-  -"


def test_sparkline_shows_the_highest_of_what_a_column_covers() -> None:
    values = np.zeros(100)
    values[37] = 1
    line = sparkline(values, width=10)
    assert line == "   █      "


def test_sparkline_of_nothing_is_blank() -> None:
    assert sparkline(np.zeros(3)) == "   "
    assert sparkline(np.zeros(0)) == ""


@pytest.mark.parametrize(("share", "shown"), [(0, ""), (0.5, "██"), (1, "████"), (2, "████"), (-1, ""), (1 / 32, "▏")])
def test_bar_is_as_long_as_its_share(share: float, shown: str) -> None:
    assert bar(share, width=4) == shown


def test_shortened_keeps_both_ends_on_one_line() -> None:
    assert shortened("short\n text", 20) == "short text"
    assert shortened("a very long answer", 9) == "a ve…swer"
    assert len(shortened("x" * 50, 10)) == 10
