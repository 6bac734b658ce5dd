"""Training examples come from anything, and a bad one is named before anything is learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml.features import Feature, Int64, MultiArray, String
from bertkit.coreml.shapes import FixedShape
from bertkit.coreml.update.examples import read_examples
from bertkit.errors import BertkitError, FileError, InputError

_FEATURES = (
    Feature("x", MultiArray(np.dtype(np.float32), FixedShape((2, 3)))),
    Feature("target", MultiArray(np.dtype(np.int32), FixedShape((1,)))),
    Feature("label", String()),
    Feature("place", Int64()),
)
_COUNT = 5


def _rows() -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return [
        {"x": rng.normal(size=(2, 3)).astype(np.float32), "target": [i], "label": f"l{i}", "place": i}
        for i in range(_COUNT)
    ]


def _columns() -> dict[str, Any]:
    rows = _rows()
    return {name: np.asarray([row[name] for row in rows]) for name in rows[0]}


class _Table:
    """What pandas and polars tables have in common."""

    def __init__(self) -> None:
        self._columns = {name: list(values) for name, values in _columns().items()}
        self.columns = list(self._columns)

    def __getitem__(self, name: str) -> list[Any]:
        return self._columns[name]


def _npz(folder: Path) -> Path:
    np.savez(folder / "e.npz", **_columns())
    return folder / "e.npz"


def _lines(folder: Path) -> Path:
    text = "\n".join(json.dumps({**row, "x": row["x"].tolist()}) for row in _rows())
    (folder / "e.jsonl").write_text(f"{text}\n\n", encoding="utf-8")
    return folder / "e.jsonl"


def _folder(folder: Path) -> Path:
    for index, row in enumerate(_rows()):
        np.savez(folder / f"{index:02d}.npz", **{name: np.asarray(value) for name, value in row.items()})
    return folder


def test_every_source_gives_the_same_examples(tmp_path: Path) -> None:
    folder = tmp_path / "one_each"
    folder.mkdir()
    sources = [
        _rows(),
        (row for row in _rows()),
        _columns(),
        _Table(),
        _npz(tmp_path),
        _lines(tmp_path),
        _folder(folder),
    ]
    digests = {read_examples(_FEATURES, source).digest for source in sources}
    assert len(digests) == 1
    assert read_examples(_FEATURES, _rows()[::-1]).digest not in digests


def test_a_pandas_table_gives_the_same_examples() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(_rows())
    assert read_examples(_FEATURES, table).digest == read_examples(_FEATURES, _rows()).digest


def test_a_single_number_stands_for_an_array_of_one() -> None:
    rows = [{**row, "target": row["target"][0]} for row in _rows()]
    assert read_examples(_FEATURES, rows).digest == read_examples(_FEATURES, _rows()).digest


_BAD: list[tuple[dict[str, Any], str]] = [
    ({"x": np.zeros((3, 2), np.float32)}, r'"x" must be float32 of shape \[2, 3\], got shape \[3, 2\]'),
    ({"x": np.full((2, 3), np.nan)}, '"x" must hold finite numbers only'),
    ({"x": [["a", "b", "c"]] * 2}, '"x" must be'),
    ({"target": [0.5]}, '"target" must be int32'),
    ({"target": [1, 2]}, r'"target" must be int32 of shape \[1\]'),
    ({"label": 3}, '"label" must be one string'),
    ({"place": "near"}, '"place" must be one int64'),
    ({"place": 1.5}, '"place" must be one int64'),
    ({"other": 1}, "not an input: other"),
]


@pytest.mark.parametrize(("change", "message"), _BAD)
@pytest.mark.parametrize("index", [0, 3, _COUNT - 1])
def test_a_bad_example_is_named_by_its_index(change: dict[str, Any], message: str, index: int) -> None:
    rows = _rows()
    rows[index] = {**rows[index], **change}
    with pytest.raises(InputError, match=f"Example {index}: .*{message}"):
        read_examples(_FEATURES, rows)


_junk = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.binary(max_size=3),
    st.lists(st.integers(-9, 9), max_size=4), st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)  # fmt: skip


@given(index=st.integers(0, _COUNT - 1), name=st.sampled_from(["x", "label", "place"]), junk=_junk)
def test_malformed_values_are_refused_by_index(index: int, name: str, junk: Any) -> None:
    rows = _rows()
    if (name == "label" and isinstance(junk, str)) or (name == "place" and isinstance(junk, bool)):
        junk = None
    rows[index] = {**rows[index], name: junk}
    with pytest.raises(BertkitError, match=f"Example {index}: "):
        read_examples(_FEATURES, rows)


@given(index=st.integers(0, _COUNT - 1), junk=_junk.filter(lambda value: not isinstance(value, dict) or value != {}))
def test_malformed_examples_are_refused_by_index(index: int, junk: Any) -> None:
    rows: list[Any] = _rows()
    rows[index] = junk
    with pytest.raises(BertkitError, match=f"Example {index}: "):
        read_examples(_FEATURES, rows)


def test_a_missing_value_is_named() -> None:
    rows = _rows()
    del rows[2]["label"]
    with pytest.raises(InputError, match=r"Example 2: .*missing: label"):
        read_examples(_FEATURES, rows)


@pytest.mark.parametrize("empty", [[], {}, {"x": [], "target": [], "label": [], "place": []}])
def test_no_examples_are_refused(empty: Any) -> None:
    with pytest.raises(InputError, match="There are no training examples"):
        read_examples(_FEATURES, empty)


def test_columns_of_different_lengths_are_refused() -> None:
    columns = _columns()
    columns["label"] = columns["label"][:-1]
    with pytest.raises(InputError, match=r'must hold the same number of examples.*"label" 4'):
        read_examples(_FEATURES, columns)
    with pytest.raises(InputError, match='The column "place" must hold one value an example'):
        read_examples(_FEATURES, {**_columns(), "place": 7})


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no training examples at"):
        read_examples(_FEATURES, tmp_path / "nothing.npz")
    for name, message in (("a.npz", "cannot be read as a .npz"), ("a.jsonl", "cannot be read as text")):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00")
        with pytest.raises(FileError, match=message):
            read_examples(_FEATURES, str(tmp_path / name))
    (tmp_path / "b.jsonl").write_text('{"x": 1}\n{"x": ', encoding="utf-8")
    with pytest.raises(InputError, match=r"Example 0|Line 2"):
        read_examples(_FEATURES, tmp_path / "b.jsonl")
    (tmp_path / "c.csv").write_text("x")
    with pytest.raises(InputError, match="Examples are read from"):
        read_examples(_FEATURES, tmp_path / "c.csv")
    with pytest.raises(InputError, match="got int"):
        read_examples(_FEATURES, 7)
