from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.bert import PairTemplate, ReaderSettings
from bertkit.bert.settings import READER_KEY, SETTINGS_VERSION
from bertkit.errors import ModelError

_ids = st.lists(st.integers(0, 60_000), max_size=3).map(tuple)
_settings = st.builds(
    ReaderSettings,
    family=st.sampled_from(["bert", "roberta"]),
    lengths=st.lists(st.integers(8, 512), min_size=1, max_size=4, unique=True).map(
        lambda values: tuple(sorted(values))
    ),
    max_batch=st.integers(1, 64),
    inputs=st.sampled_from([("input_ids", "attention_mask"), ("input_ids", "attention_mask", "token_type_ids")]),
    pair=st.builds(PairTemplate, _ids, _ids, _ids, st.integers(0, 9), st.integers(0, 1), st.integers(0, 1)),
    temperature=st.floats(0.1, 10),
    null_threshold=st.floats(-20, 20),
)


@given(_settings)
def test_json_and_back(settings: ReaderSettings) -> None:
    assert ReaderSettings.from_json(settings.to_json()) == settings
    assert ReaderSettings.from_metadata({READER_KEY: settings.to_json()}) == settings


def _values() -> dict[str, object]:
    pair = PairTemplate((101,), (102,), (102,), 0, 0, 1)
    text = ReaderSettings("bert", (384,), 1, ("input_ids", "attention_mask"), pair).to_json()
    values: dict[str, object] = json.loads(text)
    return values


def test_special_count() -> None:
    assert PairTemplate((0,), (2, 2), (2,), 1, 0, 0).special_count == 4


def test_newer_version_is_refused() -> None:
    newer = json.dumps({**_values(), "version": SETTINGS_VERSION + 1})
    with pytest.raises(ModelError, match=f"version {SETTINGS_VERSION + 1}.*up to {SETTINGS_VERSION}.*Upgrade"):
        ReaderSettings.from_json(newer)


def test_missing_field_is_named() -> None:
    values = _values()
    del values["lengths"]
    with pytest.raises(ModelError, match="lengths"):
        ReaderSettings.from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "[]", '{"family": "bert"}', '{"version": "1"}', "{"])
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match=READER_KEY):
        ReaderSettings.from_json(text)


def test_model_without_settings_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="bertkit convert"):
        ReaderSettings.from_metadata({"other": "1"})


def test_settings_and_module_map_import_nothing_heavy() -> None:
    code = "import sys, bertkit.bert.settings, bertkit.bert.module_map; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {name.split(".")[0] for name in printed.split()} & {"numpy", "torch", "coremltools", "tokenizers"}
