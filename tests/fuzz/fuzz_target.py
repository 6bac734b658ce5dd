"""The fuzz target: everything a user can do with a file, done to a case; and what must hold whatever the case is.

Run as a program it takes case numbers and prints one line of JSON a case, so that the caller sees a crash, a hang or
the memory from outside: `PYTHONPATH=tests/coreml python tests/fuzz/fuzz_target.py FIRST STOP`.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_cases import OUTSIDE, write_case

from bertkit.coreml import Configuration, Model, Package
from bertkit.coreml.example_inputs import example_inputs
from bertkit.coreml.features import FeatureType, MultiArray
from bertkit.coreml.validate import validate, why_not_updatable
from bertkit.errors import BertkitError
from bertkit.inspect import inspect_model

MEMORY_BYTES = 1 << 30
_LARGEST_INPUT = 100_000
_CONFIGURATION = Configuration(engine="torch", threads=1, cache=False)


class EscapeError(BaseException):
    """Something outside the model's folder was opened. No `Exception`, so that nothing catches it on the way."""


def exercise(path: Path) -> str:
    """Open, describe, judge and run a model.

    Returns:
        What came of it: `predicted`, `not run` (an input is too large to make), or `refused: ` and the error's class.
    """
    try:
        package = Package.open(path)
        validate(package.specification)
        why_not_updatable(package)
        inspect_model(path)
        model = Model.load(package, _CONFIGURATION)
        if not all(_is_small(feature.type) for feature in model.description.inputs):
            return "not run"
        model.predict(example_inputs(model.description.inputs, np.random.default_rng(7)))
    except BertkitError as error:
        return f"refused: {type(error).__name__}"
    return "predicted"


def run_case(number: int) -> dict[str, Any]:
    """Exercise one case; what is no refusal comes back as `failure` with its traceback."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder).resolve()
        path = write_case(number, case)
        _watched.append(str(case / OUTSIDE))
        try:
            return {"case": number, "outcome": exercise(path)}
        except (Exception, EscapeError):
            return {"case": number, "outcome": "failure", "traceback": traceback.format_exc()}
        finally:
            _watched.clear()


def _is_small(declared: FeatureType) -> bool:
    """Say whether a value may be made up: what is asked of the model's memory is not to be the input's."""
    if not isinstance(declared, MultiArray) or declared.shape.default is None:
        return True
    return math.prod(declared.shape.default) <= _LARGEST_INPUT


_watched: list[str] = []


def _refuse_escapes(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watched and str(arguments[0]).startswith(_watched[0]):
        raise EscapeError(f"{arguments[0]} was opened")


def _limit_memory() -> None:
    """Let one case allocate so much and no more; what is loaded already does not count."""
    import torch  # noqa: F401 - its address space is not the case's

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main(first: int, stop: int) -> None:
    """Run the cases `first` to `stop`."""
    run_case(first)  # what the first case imports and compiles is not the case's either
    _limit_memory()
    sys.addaudithook(_refuse_escapes)
    for number in range(first, stop):
        print(json.dumps(run_case(number)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
