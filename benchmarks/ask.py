"""Wall time and peak memory of `bertkit ask` as a process, on a one-page document, with the compiled reader cached.

python benchmarks/ask.py [--rounds 15] [--json out.json]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bertkit.resources import resource

_PAGE_CHARACTERS = 3000
_QUESTION = "Who built the first tower?"


def run(document: Path) -> tuple[float, float]:
    """Ask once; return seconds of wall time and the process's peak memory in MB."""
    command = [sys.executable, "-m", "bertkit", "ask", str(document), "-q", _QUESTION, "--json"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Ask again and again, and report medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "page.txt"
        text = resource("documents/lighthouses.txt").read_text(encoding="utf-8")
        document.write_text(text[:_PAGE_CHARACTERS], encoding="utf-8")
        run(document)  # compiles the reader where it is not cached
        runs = [run(document) for _ in range(arguments.rounds)]
    figures = {
        "seconds": statistics.median(seconds for seconds, _ in runs),
        "fastest_seconds": min(seconds for seconds, _ in runs),
        "peak_megabytes": statistics.median(peak for _, peak in runs),
    }
    print(", ".join(f"{name} {value:.2f}" for name, value in figures.items()))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
