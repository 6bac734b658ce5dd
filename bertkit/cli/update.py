"""`bertkit update`: training examples in, a new model out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json, progress_bar
from bertkit.errors import InputError

if TYPE_CHECKING:
    from bertkit.coreml.update import UpdateContext, UpdateTask

_INTERRUPTED = 130
_SECONDS_BETWEEN_LOOKS = 0.1


def update(
    model: Annotated[Path, typer.Argument(help="An updatable .mlmodel or .mlpackage.")],
    examples: Annotated[Path, typer.Argument(help="A .npz, a .jsonl or a folder of examples.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The model to write, in the format of MODEL.")],
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs; the model's own number when not given.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Examples of a mini-batch.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the order of the examples.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the update that was interrupted.")] = False,
    budget: Annotated[str | None, typer.Option(help="Stop after this time, for example 90s or 3m.")] = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Train an updatable Core ML model on examples and write the model that results.

    EXAMPLES is a .npz whose arrays are named like the training inputs, first axis the examples; a .jsonl with one
    object an example; or a folder, of .npz files, one an example, or with a folder of images for each label. MODEL is
    not changed. What the options leave open is as the model declares, and they are held to the limits it declares.

    Ctrl-C and the end of the budget keep a checkpoint beside NEW, from which --resume goes on.

    Examples:
      bertkit update head.mlmodel corrections.npz --out mine.mlmodel --epochs 5
      bertkit update head.mlmodel corrections.npz --out mine.mlmodel --epochs 5 --resume
    """
    from bertkit.coreml import Configuration
    from bertkit.coreml.update import UpdateTask
    from bertkit.coreml.update.duration import seconds_of

    seconds = None if budget is None else seconds_of(budget)
    if out.suffix != model.suffix:
        raise InputError(f"The new model has the format of {model.name}: name it {out.stem}{model.suffix}.")
    if out.resolve() == model.resolve():
        raise InputError(f"{model} is the model to learn from and stays as it is. Give the new one another name.")
    checkpoint = out.with_name(f"{out.name}.checkpoint")
    _prepare(checkpoint, resume)
    given = {"epochs": epochs, "miniBatchSize": batch_size, "learningRate": learning_rate, "seed": seed}
    parameters = {name: value for name, value in given.items() if value is not None}
    ended: list[UpdateContext] = []
    task = UpdateTask(
        model,
        examples,
        Configuration(parameters=parameters),
        completion_handler=ended.append,
        checkpoint=checkpoint,
    )
    stopped = _follow(task, seconds)
    if stopped == "interrupted":
        typer.echo(f"bertkit: interrupted {_place(task)}. The same command with --resume goes on.", err=True)
        raise typer.Exit(_INTERRUPTED)
    if stopped is None:
        task.result()
    ended[0].save(out)
    if stopped is None:
        checkpoint.unlink(missing_ok=True)
    _report(task, out, stopped is None, as_json)


def _prepare(checkpoint: Path, resume: bool) -> None:
    if resume and not checkpoint.exists():
        raise InputError(f"There is nothing to resume: {checkpoint} does not exist. Leave --resume out to begin.")
    if not resume:
        checkpoint.unlink(missing_ok=True)


def _follow(task: UpdateTask, seconds: float | None) -> str | None:
    """Train; return `interrupted` or `budget` if the task was stopped, None if it ended by itself."""
    begun = time.monotonic()
    stopped = None
    with progress_bar("training", "%") as report:
        try:
            task.resume()
            while stopped is None and not task.wait(_SECONDS_BETWEEN_LOOKS):
                if report is not None:
                    report(round(100 * task.fraction), 100, f"loss {task.metrics.loss:.4g}")
                if seconds is not None and time.monotonic() - begun > seconds:
                    stopped = "budget"
        except KeyboardInterrupt:
            stopped = "interrupted"
    if stopped is not None:
        task.cancel()
        task.wait()
        if task.error is None:  # it came to its end in the meantime
            return None
    return stopped


def _place(task: UpdateTask) -> str:
    count = len(task.loss_curve)
    return f"after {count} {'epoch' if count == 1 else 'epochs'}"


def _report(task: UpdateTask, out: Path, finished: bool, as_json: bool) -> None:
    curve = task.loss_curve
    if as_json:
        values: dict[str, Any] = {
            "model": str(out),
            "examples": task.example_count,
            "epochs": len(curve),
            "finished": finished,
            "loss": list(curve),
        }
        print_json(values)
        return
    for epoch, loss in enumerate(curve, start=1):
        typer.echo(f"epoch {epoch}: loss {loss:.6g}")
    typer.echo(f"{out}: learned {task.example_count} examples")
    if not finished:
        typer.echo(f"The budget ended {_place(task)}. The same command with --resume goes on.")
