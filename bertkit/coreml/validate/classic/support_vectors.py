"""Rules about support vector machines."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.classic.interface_checks import NUMBERS, wrong_types
from bertkit.coreml.validate.interface.classes import labels_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_REGRESSOR, _CLASSIFIER = "supportVectorRegressor", "supportVectorClassifier"
_SPARSE = "sparseSupportVectors"


def _vector_count(subject: Subject) -> int | None:
    kind = subject.content.WhichOneof("supportVectors")
    return None if kind is None else len(getattr(subject.content, kind).vectors)


@rule("svm.inputs", _REGRESSOR, _CLASSIFIER)
def inputs_are_numbers(subject: Subject) -> Iterable[Finding]:
    """A support vector machine takes numbers and arrays."""
    yield from wrong_types(subject, "input", NUMBERS)


@rule("svm.kernel", _REGRESSOR, _CLASSIFIER)
def kernel_is_set(subject: Subject) -> Iterable[Finding]:
    """The kernel is one that exists, with parameters that are not negative."""
    kind = subject.content.kernel.WhichOneof("kernel")
    if kind is None:
        yield "", "A kernel is required: linearKernel, rbfKernel, polyKernel or sigmoidKernel; none is set."
        return
    kernel = getattr(subject.content.kernel, kind)
    for name in ("gamma", "degree"):
        if name in kernel.DESCRIPTOR.fields_by_name and getattr(kernel, name) < 0:
            yield "", f"{name} of the kernel must not be negative, it is {getattr(kernel, name)}."


@rule("svm.vectors", _REGRESSOR, _CLASSIFIER)
def vectors_are_given(subject: Subject) -> Iterable[Finding]:
    """Support vectors are sparse or dense; dense ones have one length, sparse ones count from 1."""
    kind = subject.content.WhichOneof("supportVectors")
    if kind is None:
        yield "", "Support vectors are required, sparse or dense; none are set."
    elif kind == _SPARSE:
        for position, vector in enumerate(subject.content.sparseSupportVectors.vectors):
            if any(node.index < 1 for node in vector.nodes):
                yield f"vector {position}", "The indices of a sparse support vector begin at 1; one is smaller."
    else:
        lengths = {len(vector.values) for vector in subject.content.denseSupportVectors.vectors}
        if len(lengths) > 1:
            yield "", f"Dense support vectors must have one length; they have {', '.join(map(str, sorted(lengths)))}."


@rule("svm.coefficients", _REGRESSOR)
def every_vector_has_a_coefficient(subject: Subject) -> Iterable[Finding]:
    """A regressor has a coefficient for every support vector."""
    vectors, alphas = _vector_count(subject), len(subject.content.coefficients.alpha)
    if vectors is not None and vectors != alphas:
        yield "", f"There are {alphas} coefficients for {vectors} support vectors; wanted one each."


@rule("svm.class-coefficients", _CLASSIFIER)
def classes_have_coefficients(subject: Subject) -> Iterable[Finding]:
    """There is a row of coefficients fewer than classes, each with one for every support vector."""
    _, labels = labels_of(subject.content)
    rows, vectors = subject.content.coefficients, _vector_count(subject)
    if labels and len(rows) != len(labels) - 1:
        yield "", f"{len(labels)} classes need {len(labels) - 1} rows of coefficients; there are {len(rows)}."
    for position, row in enumerate(rows):
        if vectors is not None and len(row.alpha) != vectors:
            yield (
                f"coefficients {position}",
                f"There are {len(row.alpha)} coefficients for {vectors} support vectors; wanted one each.",
            )


@rule("svm.class-vectors", _CLASSIFIER)
def vectors_belong_to_classes(subject: Subject) -> Iterable[Finding]:
    """The numbers of support vectors of all classes add up."""
    _, labels = labels_of(subject.content)
    counts, vectors = list(subject.content.numberOfSupportVectorsPerClass), _vector_count(subject)
    if labels and len(counts) != len(labels):
        yield "", f"numberOfSupportVectorsPerClass has {len(counts)} entries for {len(labels)} classes."
    if vectors is not None and sum(counts) != vectors:
        yield "", f"numberOfSupportVectorsPerClass adds up to {sum(counts)}; there are {vectors} support vectors."


@rule("svm.probabilities", _CLASSIFIER)
def pairs_have_probabilities(subject: Subject) -> Iterable[Finding]:
    """Where probabilities are given, every pair of classes has its two numbers; every pair has an intercept."""
    _, labels = labels_of(subject.content)
    pairs = len(labels) * (len(labels) - 1) // 2
    content = subject.content
    if (content.probA or content.probB) and not len(content.probA) == len(content.probB) == pairs:
        yield (
            "",
            f"probA and probB have a number for each of {pairs} pairs of classes; they have {len(content.probA)} and "
            f"{len(content.probB)}.",
        )
    if labels and len(content.rho) != pairs:
        yield "", f"rho has a number for each of {pairs} pairs of classes; it has {len(content.rho)}."
