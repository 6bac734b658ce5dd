"""`bertkit codegen`: a module on the screen or in a file."""

from __future__ import annotations

from pathlib import Path

MODEL = Path(__file__).resolve().parents[2] / "data" / "models" / "drawing-to-emoji.mlmodel"


def test_a_module_is_printed_or_written(bertkit, tmp_path: Path) -> None:
    printed = bertkit("codegen", MODEL).out
    compile(printed, "printed", "exec")
    assert bertkit("codegen", MODEL, "--out", tmp_path / "emoji.py").code == 0
    assert (tmp_path / "emoji.py").read_text(encoding="utf-8") == printed


def test_what_cannot_be_written_is_said_in_one_line(bertkit, tmp_path: Path) -> None:
    run = bertkit("codegen", MODEL, "--out", tmp_path / "missing" / "emoji.py")
    assert run.code == 2
    assert len(run.error.splitlines()) == 1
    assert "emoji.py" in run.error
