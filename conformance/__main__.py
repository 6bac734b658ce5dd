"""`python -m conformance`: run the suites, and write `conformance.json` and `docs/conformance.md`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from conformance import quick
from conformance.report import write
from conformance.run import run
from conformance.suites import SUITES, suite


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("--suite", action="append", help="a suite to run; may be repeated; all without it")
    parser.add_argument("--sample", type=int, help="run so many cases of each suite at most")
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    parser.add_argument("--timeout", type=int, default=180, help="processor seconds a case may take")
    parser.add_argument("--folder", type=Path, default=Path(".conformance"), help="where results are kept")
    parser.add_argument("--again", action="store_true", help="run failed cases again")
    parser.add_argument("--report", action="store_true", help="only write the report of the results there are")
    parser.add_argument("--quick", action="store_true", help="choose the sample of the default tests from the results")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(exist_ok=True)
    chosen = SUITES if options.suite is None else tuple(suite(name) for name in options.suite)
    for one in () if options.report or options.quick else chosen:
        sample = one.sample if options.sample is None else options.sample
        run(replace(one, sample=sample), folder, workers=options.workers, timeout=options.timeout, again=options.again)
    if options.quick:
        quick.choose(folder, quick.SHARES)
    elif not write(folder):
        raise SystemExit("Some failures are of no known cause: see docs/conformance.md, and known_failures.json.")


if __name__ == "__main__":
    main()
