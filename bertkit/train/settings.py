"""Everything that a training can be told, checked before anything heavy is imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_type_hints

from bertkit.coreml.update.duration import seconds_of
from bertkit.errors import InputError

STAGES = ("answers", "recurring", "cloze", "masked")
PRECISIONS = ("auto", "float32", "bfloat16")
STORAGES = ("float16", "float32")

_SHARES = ("no_answer_windows", "negatives", "edits", "warm_up", "distill_weight", "dropout", "mask_share")
_AT_LEAST_ONE = ("epochs", "steps", "rows", "length", "batch_tokens", "evaluate_limit", "threads")
_POSITIVE = ("rate", "layer_decay", "clip", "distill_temperature")


@dataclass(frozen=True)
class Settings:
    """How to train.

    Attributes:
        stage: what is learned: `answers` from known questions; from plain text `recurring` (a sentence with a gap is
            answered in another paragraph), `cloze` (questions made of statements) or `masked` (gaps are filled).
        data: files or folders to learn from; `file=0.2` takes a fifth of a file each epoch, `file=2` all of it twice.
        dev: a file of known questions that is never learned from; F1 and exact match are reported on it.
        evaluate_every: training time between evaluations on `dev`, for example `15m`; "" only at the end.
        evaluate_limit: the evaluations on the way ask only so many questions, spread over the file.
        teachers: checkpoints whose answers are imitated; several count as their mean.
        distill_weight: share of the loss that imitates the teachers; the rest is the known answers.
        distill_temperature: logits are divided by it where teachers are imitated.
        epochs: how often all data are seen. Training ends with whichever of these three comes first.
        steps: how many batches are learned.
        budget: wall-clock time, for example `90m`, the making of rows included.
        rows: the most rows made of plain text for each epoch.
        length: the longest row in tokens.
        overlap: passage tokens that neighboring windows share.
        batch_tokens: padded tokens of a batch.
        no_answer_windows: share of the windows without the answer that are kept, to learn silence.
        negatives: questions asked of another paragraph of their article, as a share of the questions.
        edits: questions of which a word was changed so that nothing answers them (English), as a share of the
            questions.
        mask_share: share of the tokens that the stage `masked` hides.
        rate: the highest learning rate.
        warm_up: share of the training in which the rate rises; then it falls in a line to zero.
        weight_decay: of matrices.
        layer_decay: each layer learns at this share of the rate of the layer above it.
        beta2: of AdamW.
        clip: the highest norm of a gradient.
        average: decay of the exponential moving average of the weights, which is what is kept; 0 keeps the last ones.
        dropout: in attention and after layers.
        freeze_words: whether word embeddings stay as they are.
        gradient_checkpointing: trades time for memory.
        compile: whether torch.compile is used.
        precision: of the arithmetic; `auto` is bfloat16 where the processor has it.
        device: `auto`, `cpu` or `cuda`.
        threads: CPU threads; None leaves it to torch.
        seed: of order, choice and dropout.
        checkpoint_every: training time between checkpoints.
        storage: number format of the weights that are written.
        layers: with `hidden`, a new and smaller network is trained, whose word embeddings come from the checkpoint's.
        hidden: size of its vectors.
        heads: its attention heads.
        intermediate: size inside its feed-forward layers.
    """

    stage: str = "answers"
    data: tuple[str, ...] = ()
    dev: str = ""
    evaluate_every: str = ""
    evaluate_limit: int | None = 1000
    teachers: tuple[str, ...] = ()
    distill_weight: float = 0.7
    distill_temperature: float = 2.0
    epochs: float | None = None
    steps: int | None = None
    budget: str = ""
    rows: int = 60_000
    length: int = 384
    overlap: int = 128
    batch_tokens: int = 6144
    no_answer_windows: float = 0.15
    negatives: float = 0.0
    edits: float = 0.0
    mask_share: float = 0.15
    rate: float = 1e-4
    warm_up: float = 0.05
    weight_decay: float = 0.01
    layer_decay: float = 1.0
    beta2: float = 0.98
    clip: float = 1.0
    average: float = 0.0
    dropout: float = 0.0
    freeze_words: bool = True
    gradient_checkpointing: bool = False
    compile: bool = False
    precision: str = "auto"
    device: str = "auto"
    threads: int | None = None
    seed: int = 0
    checkpoint_every: str = "5m"
    storage: str = "float16"
    layers: int | None = None
    hidden: int | None = None
    heads: int | None = None
    intermediate: int | None = None

    def __post_init__(self) -> None:
        self._check_choices()
        self._check_ranges()
        for name in ("budget", "evaluate_every", "checkpoint_every"):
            if getattr(self, name):
                seconds_of(getattr(self, name))
        new = [name for name in ("layers", "hidden", "heads", "intermediate") if getattr(self, name) is not None]
        if len(new) not in (0, 4):
            raise InputError(f"A new network needs layers, hidden, heads and intermediate; got only {', '.join(new)}.")
        if self.hidden is not None and self.heads is not None and self.hidden % self.heads:
            raise InputError(f"hidden must be a multiple of heads, got {self.hidden} and {self.heads}.")

    def _check_choices(self) -> None:
        choices = {"stage": STAGES, "precision": PRECISIONS, "storage": STORAGES, "device": ("auto", "cpu", "cuda")}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise InputError(f'{name} must be one of {", ".join(allowed)}, got "{getattr(self, name)}".')

    def _check_ranges(self) -> None:
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} must be from 0 to 1, got {getattr(self, name)}.")
        for name in _AT_LEAST_ONE:
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise InputError(f"{name} must be above 0, got {value}.")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise InputError(f"{name} must be above 0, got {getattr(self, name)}.")
        if not 0 <= self.average < 1:
            raise InputError(f"average must be at least 0 and below 1, got {self.average}.")
        if self.length % 8:
            raise InputError(f"length must be a multiple of 8, got {self.length}.")
        if self.batch_tokens < self.length:
            raise InputError(f"batch_tokens must hold a row of {self.length} tokens, got {self.batch_tokens}.")

    @property
    def budget_seconds(self) -> float | None:
        """The wall-clock budget, None without one."""
        return seconds_of(self.budget) if self.budget else None

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def with_values(self, values: Mapping[str, Any]) -> Settings:
        """Return the settings with others by name, as JSON holds them.

        Raises:
            InputError: there is no such setting, or a value is of the wrong kind or out of range.
        """
        types = get_type_hints(Settings)
        for name in values:
            if name not in types:
                raise InputError(f'There is no setting "{name}". Settings: {", ".join(types)}.')
        return replace(self, **{name: _checked(name, value, types[name]) for name, value in values.items()})


def parse(text: str) -> tuple[str, Any]:
    """Read `name=value`, as it is written on the command line; lists have commas, and `none` is no value.

    Raises:
        InputError: there is no such setting, or the value is of the wrong kind.
    """
    name, separator, value = text.partition("=")
    if not separator:
        raise InputError(f'A setting is written as name=value, got "{text}".')
    known = {field.name: field.default for field in fields(Settings)}
    if isinstance(known.get(name), tuple):
        return name, [part for part in value.split(",") if part]
    if isinstance(known.get(name), str):
        return name, value
    if value.lower() in ("none", "true", "false"):
        return name, {"none": None, "true": True, "false": False}[value.lower()]
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise InputError(
            f'"{value}" is no value for the setting "{name}": wanted a number, true, false or none.'
        ) from (error)


def _checked(name: str, value: Any, kind: Any) -> Any:
    """Return a value in the setting's own type."""
    wanted = str(kind).removeprefix("<class '").removesuffix("'>")
    if "tuple" in wanted:
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif value is None:
        if "None" in wanted:
            return None
    elif isinstance(value, bool):
        if wanted == "bool":
            return value
    elif isinstance(value, str):
        if wanted == "str":
            return value
    elif "float" in wanted and isinstance(value, int | float):
        return float(value)
    elif "int" in wanted and isinstance(value, int):
        return value
    raise InputError(f'The setting "{name}" takes {wanted}, got {value!r}.')
