"""Rules about models that describe several functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bertkit.coreml.validate.features import listed
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_TOP_LEVEL = ("input", "output", "state", "predictedFeatureName", "predictedProbabilitiesName", "trainingInput")


def _uses_functions(subject: Subject) -> bool:
    return bool(subject.description.functions or subject.description.defaultFunctionName)


@rule("interface.functions-type")
def only_programs_have_functions(subject: Subject) -> Iterable[Finding]:
    """Only an ML Program can have several functions."""
    if _uses_functions(subject) and subject.kind != "mlProgram":
        yield "", f"Only an ML Program can describe functions; this is a {subject.kind}."


@rule("interface.functions-top-level")
def functions_replace_the_top_level(subject: Subject) -> Iterable[Finding]:
    """Features are described either at the top level or in functions."""
    if _uses_functions(subject):
        used = [name for name in _TOP_LEVEL if getattr(subject.description, name)]
        if used:
            yield "", f"A model with functions describes its features there only; {', '.join(used)} must be empty."


@rule("interface.functions-default")
def default_function_exists(subject: Subject) -> Iterable[Finding]:
    """The default function is one of the described ones."""
    if _uses_functions(subject):
        names = [function.name for function in subject.description.functions]
        default = subject.description.defaultFunctionName
        if default not in names:
            yield "", f'The default function "{default}" is not among the described ones: {listed(names)}.'


@rule("interface.functions-unique")
def function_names_are_unique(subject: Subject) -> Iterable[Finding]:
    """No two functions share a name."""
    for name, count in Counter(function.name for function in subject.description.functions).items():
        if count > 1:
            yield f"function {name}", f"The function is described {count} times; wanted once."
