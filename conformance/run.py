"""Run suites in processes of their own, a chunk at a time, going on where the last run ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from conformance.results import STARTED, Result, append, read
from conformance.sample import draw, functions_of
from conformance.suites import Suite

HERE = Path(__file__).parent
_NO_TESTS = 5  # pytest's exit code
_CHUNK = 400  # cases a process: converters leave memory behind
# numpy's vectorized argsort leaves equal values in any order, and the tests of topK compare their indices.
_UNSTABLE_SORTS = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR AVX2 FMA3"


def collected(suite: Suite, folder: Path) -> list[str]:
    """Return the ids of all cases of a suite, collected once and kept in `folder`.

    Raises:
        SystemExit: pytest cannot collect them.
    """
    path = folder / f"{suite.name}.ids"
    if not path.exists():
        modules = [f"coremltools.{module}" for module in suite.modules]
        done = _pytest(["--collect-only", "-qq", "--conformance-collected", str(path), "--pyargs", *modules], folder)
        if not path.exists():
            raise SystemExit(f"The suite {suite.name} cannot be collected:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return path.read_text(encoding="utf-8").splitlines()


def run(suite: Suite, folder: Path, *, workers: int, timeout: int, again: bool = False) -> None:
    """Run the cases of a suite that have no result yet.

    Args:
        suite: which cases.
        folder: where ids and results are kept.
        workers: how many processes at a time.
        timeout: seconds of the processor that a case may take.
        again: whether failed cases are run again, after a change.
    """
    path = folder / f"{suite.name}.jsonl"
    chosen = draw(collected(suite, folder), suite.sample)
    retried = {STARTED, "failed"} if again else {STARTED}  # what only started was interrupted with its run
    done = {name for name, result in read(path).items() if result.outcome not in retried}
    waiting = [name for name in chosen if name not in done]
    while waiting:
        print(f"{suite.name}: {len(waiting)} of {len(chosen)} cases to run", flush=True)
        chunks = [waiting[start : start + _CHUNK] for start in range(0, len(waiting), _CHUNK)]
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(lambda chunk: run_cases(chunk, path, folder, timeout), chunks))
        left = _left(waiting, path)
        if len(left) == len(waiting):
            _settle(left, path, any(found))
            return
        waiting = left


def _settle(names: Sequence[str], path: Path, found: bool) -> None:
    """Write down cases that pytest collects once and not again, such as those without parameters.

    Raises:
        SystemExit: they are there, and none of them could be run.
    """
    if found:
        raise SystemExit(f"None of {len(names)} cases ran, for example {names[0]}; see last.log beside {path}.")
    for name in names:
        append(path, Result(name, "skipped", message="pytest finds no case of this name again"))


def _left(waiting: Sequence[str], path: Path) -> list[str]:
    """Return the cases that have no result yet, after those that ended the interpreter are written down as failed."""
    results = read(path)
    for name in waiting:
        if name in results and results[name].outcome == STARTED:
            append(path, replace(results[name], outcome="failed", refusals=1, message="The interpreter ended."))
    return [name for name in waiting if name not in results]


def run_cases(names: Sequence[str], results: Path, folder: Path, timeout: int) -> bool:
    """Run some cases in one process of this interpreter.

    Args:
        names: their ids.
        results: what became of them is appended here.
        folder: where the process runs, and leaves its output as `last.log`.
        timeout: seconds of the processor that a case may take.

    Returns:
        Whether pytest found any of them.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".ids", encoding="utf-8") as chosen:
        chosen.write("\n".join(names))
        chosen.flush()
        options = [
            f"--conformance-ids={chosen.name}",
            f"--conformance-results={results}",
            f"--conformance-commit={_commit()}",
        ]
        modules = sorted({function.split("::")[0] for function in functions_of(names)})
        dotted = [module.removesuffix(".py").replace("/", ".") for module in modules]
        done = _pytest(["-q", *options, f"--conformance-timeout={timeout}", "--pyargs", *dotted], folder)
    (folder / "last.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.returncode != _NO_TESTS


def _commit() -> str:
    """Return the commit of this checkout, marked where it has changes; empty outside of one, or without git."""
    if shutil.which("git") is None:
        return ""
    command = ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--exclude", "*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _pytest(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    ini = HERE / "pytest.ini"
    # Compiled test modules are not kept: those of an ordinary pytest count no assertions.
    environment = {
        **os.environ,
        "NPY_DISABLE_CPU_FEATURES": _UNSTABLE_SORTS,
        "OMP_NUM_THREADS": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # they take longer to import than a hundred cases to run
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(HERE.parent),
    }
    command = [sys.executable, "-m", "pytest", "-c", str(ini), "--rootdir", sys.prefix, "-p", "conformance.plugin"]
    options = ["-W", "ignore", "--continue-on-collection-errors"]
    return subprocess.run(
        [*command, *options, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
