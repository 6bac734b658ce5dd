from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from bert_checkpoints import CONFIGS, make_checkpoint

from bertkit.cli import main


@dataclass(frozen=True)
class Run:
    """What a command printed and how it ended."""

    code: int
    out: str
    error: str


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny random checkpoint."""
    return make_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny-bert", "bert", CONFIGS["bert"])


@pytest.fixture(scope="session")
def tiny(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return that checkpoint as an ML Program."""
    from bertkit.bert import convert

    return convert(checkpoint, tmp_path_factory.mktemp("tiny") / "tiny.mlpackage", lengths=(24, 40)).path


@pytest.fixture
def bertkit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cache_home: Path
) -> Callable[..., Run]:
    """Run a command in this process."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["bertkit", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Run(ended.value.code or 0, printed.out, printed.err)

    return run
