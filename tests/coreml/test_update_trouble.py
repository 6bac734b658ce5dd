"""Two writers at once tear nothing, a full disk leaves the old model, malformed examples are named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="this system does not limit the size of files")

from update_trouble import Store, full_disk, malformed_examples, two_writers


@pytest.fixture(params=["mlmodel", "mlpackage"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store.make(tmp_path, request.param)


def test_of_two_processes_that_write_one_waits_or_is_refused(made: Store) -> None:
    waiting = two_writers(made, 3, 60)
    assert (waiting["kept"], waiting["refused"], waiting["versions"], waiting["torn"]) == (6, 0, 6, 0)
    hasty = two_writers(made, 3, 0)
    assert hasty["kept"] + hasty["refused"] == 6
    assert (hasty["versions"], hasty["torn"]) == (waiting["versions"] + hasty["kept"], 0)


def test_a_disk_that_is_full_at_any_byte_leaves_the_old_model_and_says_so(made: Store) -> None:
    found = full_disk(made)
    assert found["tried"] > 20
    assert found["refused"] == found["intact"] == found["tried"]


def test_a_hundred_malformed_examples_are_refused_by_index(tmp_path: Path) -> None:
    assert malformed_examples(tmp_path, 100) == {"malformed": 100, "refused": 100}


@pytest.mark.slow
def test_the_program_prints_all_figures(tmp_path: Path) -> None:
    script = Path(__file__).with_name("update_trouble.py")
    done = subprocess.run([sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "'malformed': 1000, 'refused': 1000" in done.stdout
    assert done.stdout.count("'torn': 0") == 4
