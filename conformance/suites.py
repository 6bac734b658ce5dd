"""Which of coremltools' tests make up the conformance run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Suite:
    """Some modules of tests that ship inside the coremltools wheel.

    Attributes:
        name: on the command line and in the table.
        modules: dotted, below `coremltools`.
        sample: how many cases are drawn for a run, by test function in turn; None for all of them.
    """

    name: str
    modules: tuple[str, ...]
    sample: int | None = None


SUITES = (
    Suite("neural_network", ("test.neural_network",)),
    Suite("pipeline", ("test.pipeline",)),
    Suite("sklearn", ("test.sklearn_tests",)),
    Suite("xgboost", ("test.xgboost_tests",)),
    Suite(
        "states_functions",
        (
            "test.ml_program.test_utils",
            "test.api.test_api_examples",
            "converters.mil.frontend.torch.test.test_torch_stateful_model",
        ),
    ),
    Suite("mil_ops", ("converters.mil.mil.ops.tests",)),
    Suite("torch", ("converters.mil.frontend.torch.test",), sample=3000),
)


def suite(name: str) -> Suite:
    """Return a suite by its name.

    Raises:
        SystemExit: there is none of that name.
    """
    for known in SUITES:
        if known.name == name:
            return known
    raise SystemExit(f"There is no suite {name}. There are: {', '.join(known.name for known in SUITES)}.")
