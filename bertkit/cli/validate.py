"""`bertkit validate`: does a Core ML model keep the specification's rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bertkit.coreml.validate import Problem

_INVALID = 1


def validate(
    model: Annotated[Path, typer.Argument(help="A .mlpackage or .mlmodel.")],
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Check a model by the rules of the specification, without running it or reading its weights.

    Exit codes: 0 valid, 1 invalid, 2 not readable. With --json, one object: valid (true or false) and problems (rule,
    where, message).

    Examples:
      bertkit validate reader.mlpackage
      bertkit validate personal.mlmodel --json
    """
    from bertkit.coreml.validate import validate as validate_model

    report = validate_model(model)
    if as_json:
        print_json(report.to_json())
    elif report.valid:
        typer.echo(f"{model} is valid.")
    else:
        typer.echo("\n".join([*problem_lines(report.problems), f"{model} breaks {_rules(report.problems)}."]))
    if not report.valid:
        raise typer.Exit(_INVALID)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Return problems as lines: each rule, below it the places that break it."""
    by_rule: dict[str, list[Problem]] = {}
    for problem in problems:
        by_rule.setdefault(problem.rule, []).append(problem)
    return [
        line
        for rule, broken in by_rule.items()
        for line in (rule, *(f"  {problem.where}: {problem.message}" for problem in broken))
    ]


def _rules(problems: tuple[Problem, ...]) -> str:
    rules = len({problem.rule for problem in problems})
    return f"{rules} rule{'s' * (rules != 1)} in {len(problems)} place{'s' * (len(problems) != 1)}"
