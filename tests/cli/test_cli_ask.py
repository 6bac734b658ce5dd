"""`bertkit ask`: documented output, one-line reasons, and no heavy imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bertkit.qa import Document
from bertkit.resources import resource

_LIGHTHOUSES = resource("documents/lighthouses.txt")
_QUESTION = "Who built the first tower?"


def test_json_is_one_documented_object_a_question_and_nothing_else(bertkit) -> None:
    run = bertkit("ask", _LIGHTHOUSES, "-q", _QUESTION, "-q", "When did it fall?", "--top-k", 2, "--json")
    assert run.code == 0
    results = [json.loads(line) for line in run.out.splitlines()]
    assert [result["question"] for result in results] == [_QUESTION, "When did it fall?"]
    text = Document.open(_LIGHTHOUSES).text
    for result in results:
        assert result.keys() == {"question", "answers", "no_answer"}
        assert result["no_answer"].keys() == {"score", "probability"}
        assert len(result["answers"]) == 2
        for answer in result["answers"]:
            assert answer.keys() == {"text", "start", "end", "score", "probability", "document", "page"}
            assert text[answer["start"] : answer["end"]] == answer["text"]
            assert 0 <= answer["probability"] <= 1
            assert answer["document"] == str(_LIGHTHOUSES)
    assert "Winstanley" in results[0]["answers"][0]["text"]


def test_answers_are_shown_in_their_context(bertkit) -> None:
    run = bertkit("ask", _LIGHTHOUSES, "-q", _QUESTION)
    assert run.code == 0
    assert "Winstanley" in run.out
    assert "The first tower was the work of" in run.out
    assert run.error == ""


def test_pages_are_told(bertkit) -> None:
    report = resource("documents/eskerby_water_report.pdf")
    run = bertkit("ask", report, "-q", "Who wrote the report?", "--top-k", 1, "--json")
    page = json.loads(run.out)["answers"][0]["page"]
    assert page in range(1, 8)


def _bad_inputs(folder: Path) -> dict[str, tuple[list[object], str]]:
    (folder / "empty.txt").write_text("  \n")
    (folder / "garbage.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "truncated.pdf").write_bytes(resource("documents/eskerby_water_report.pdf").read_bytes()[:900])
    (folder / "table.xyz").write_text("words")
    broken = folder / "broken.mlpackage"
    broken.mkdir()
    ask = ["ask", _LIGHTHOUSES, "-q", _QUESTION]
    return {
        "missing document": (["ask", folder / "none.txt", "-q", _QUESTION], "none.txt"),
        "folder as document": (["ask", folder, "-q", _QUESTION], str(folder)),
        "empty document": (["ask", folder / "empty.txt", "-q", _QUESTION], "empty.txt"),
        "binary garbage": (["ask", folder / "garbage.txt", "-q", _QUESTION], "garbage.txt"),
        "truncated PDF": (["ask", folder / "truncated.pdf", "-q", _QUESTION], "truncated.pdf"),
        "unknown kind": (["ask", folder / "table.xyz", "-q", _QUESTION], ".pdf"),
        "empty question": (["ask", _LIGHTHOUSES, "-q", " "], "question"),
        "long question": (["ask", _LIGHTHOUSES, "-q", "why " * 600], "600"),
        "missing model": ([*ask, "--model", folder / "none.mlpackage"], "none.mlpackage"),
        "broken model": ([*ask, "--model", broken], "broken.mlpackage"),
    }


_BAD_INPUTS = (
    "missing document",
    "folder as document",
    "empty document",
    "binary garbage",
    "truncated PDF",
    "unknown kind",
    "empty question",
    "long question",
    "missing model",
    "broken model",
)


@pytest.mark.parametrize("name", _BAD_INPUTS)
def test_bad_input_is_one_line_on_stderr_and_exit_code_2(bertkit, tmp_path: Path, name: str) -> None:
    arguments, named = _bad_inputs(tmp_path)[name]
    run = bertkit(*arguments)
    assert run.code == 2
    assert run.out == ""
    (reason,) = run.error.splitlines()
    assert reason.startswith("bertkit: ")
    assert named in reason


def test_bad_usage_is_exit_code_2(bertkit) -> None:
    run = bertkit("ask", _LIGHTHOUSES)
    assert run.code == 2
    assert "--question" in run.error
    assert run.out == ""


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = _process("ask", tmp_path / "none.txt", "-q", _QUESTION, "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "FileError" in done.stderr


def test_a_cached_reader_needs_no_heavy_package(bertkit, cache_home: Path) -> None:
    assert bertkit("ask", _LIGHTHOUSES, "-q", _QUESTION, "--json").code == 0
    script = (
        "import sys; sys.argv = ['bertkit', *sys.argv[1:]]\n"
        "from bertkit.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "ask", str(_LIGHTHOUSES), "-q", _QUESTION, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(cache_home), check=True)
    assert "Winstanley" in done.stdout
    assert not {"torch", "coremltools", "transformers", "sklearn", "openvino_telemetry"} & set(done.stderr.split())


@pytest.mark.slow
def test_an_unwritable_cache_is_told_and_answers_come_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder is wanted")
    done = _process("ask", _LIGHTHOUSES, "-q", _QUESTION, "--json", cache=tmp_path / "file")
    assert done.returncode == 0
    assert "Winstanley" in done.stdout
    assert "cannot be kept" in done.stderr


def _process(*arguments: object, cache: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bertkit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=_environment(cache), check=False)


def _environment(cache: Path | None) -> dict[str, str]:
    return os.environ | ({} if cache is None else {"XDG_CACHE_HOME": str(cache)})
