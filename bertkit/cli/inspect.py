"""`bertkit inspect`: what is inside a Core ML model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json
from bertkit.cli.validate import problem_lines

if TYPE_CHECKING:
    from bertkit.inspect import Inspection, Module

_SHOWN_CHARACTERS = 100


def inspect(
    model: Annotated[Path | None, typer.Argument(help="A .mlpackage or .mlmodel; the embedded reader if none.")] = None,
    depth: Annotated[int, typer.Option(min=0, help="How deep to show the module tree.")] = 3,
    why_not_updatable: Annotated[
        bool,
        typer.Option("--why-not-updatable", help="Only say, rule by rule, what keeps the model from being updated."),
    ] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Show metadata, interface, parameters by module, and what may be updated.

    Examples:
      bertkit inspect reader.mlpackage
      bertkit inspect reader.mlpackage --json
      bertkit inspect reader.mlmodel --why-not-updatable
    """
    from bertkit.inspect import inspect_model
    from bertkit.resources import default_model

    path = default_model() if model is None else model
    if why_not_updatable:
        _explain(path, as_json)
        return
    inspection = inspect_model(path)
    if as_json:
        print_json(inspection.to_json())
    else:
        typer.echo("\n".join(_lines(inspection, depth)))


def _explain(path: Path, as_json: bool) -> None:
    """Print what keeps a model from being updated; as JSON, `updatable` and the `problems`."""
    from bertkit.coreml import Package
    from bertkit.coreml.validate import why_not_updatable

    problems = why_not_updatable(Package.open(path))
    if as_json:
        print_json({"updatable": not problems, "problems": [problem.to_json() for problem in problems]})
    else:
        typer.echo("\n".join(problem_lines(problems) or [f"{path} can be updated."]))


def _lines(inspection: Inspection, depth: int) -> Iterable[str]:
    description = inspection.description
    yield f"{inspection.path}  ({inspection.size_bytes / 1e6:.1f} MB)"
    version = f"specification version {description.specification_version}"
    yield f"{description.model_type}, {version} ({description.operating_systems})"
    yield from _section("Metadata", _metadata(inspection))
    for function in description.functions:
        title = "" if len(description.functions) == 1 else f" of {function.name}"
        yield from _section(f"Inputs{title}", map(str, function.inputs))
        yield from _section(f"Outputs{title}", map(str, function.outputs))
        yield from _section(f"States{title}", map(str, function.states))
    yield from _section("Parameters by module", _tree(inspection.modules, depth, ""))
    if inspection.update_parameters is None:
        yield from _section("Update parameters", ["none: this model is not updatable"])
    else:
        yield from _section("Update parameters", map(_update_parameter, inspection.update_parameters.items()))
        yield from _section("Update interface", map(str, description.training_inputs))


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    lines = list(lines)
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _metadata(inspection: Inspection) -> Iterable[str]:
    metadata = inspection.description.metadata
    for name in ("short_description", "author", "license", "version"):
        if value := getattr(metadata, name):
            yield f"{name.replace('_', ' ')}: {_shortened(value)}"
    for key, value in metadata.user_defined.items():
        yield f"{key}: {_shortened(value)}"


def _update_parameter(item: tuple[str, Any]) -> str:
    name, value = item
    if name == "losses":
        value = [f"{loss.get('type')} of {loss.get('input')} against {loss.get('target')}" for loss in value]
    if isinstance(value, list):
        return f"{name}: {', '.join(map(str, value))}"
    if not isinstance(value, dict):
        return f"{name}: {value}"
    allowed = ""
    if "range" in value:
        allowed = f"  (allowed: {value['range'][0]} to {value['range'][1]})"
    elif "set" in value:
        allowed = f"  (allowed: {', '.join(map(str, value['set']))})"
    return f"{name}: {value['default']}{allowed}"


def _tree(module: Module, depth: int, indent: str) -> Iterable[str]:
    name = f"{indent}{module.name}" if module.name else "(whole model)"
    mark = "  updatable" if module.updatable else ""
    yield f"{name:44s}{module.parameters:>12,d} numbers {module.bytes:>12,d} bytes{mark}"
    if depth > 0:
        for child in module.children.values():
            yield from _tree(child, depth - 1, f"{indent}  ")


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}… ({len(text):,d} characters)"
