"""`bertkit train`: a checkpoint learns to answer questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json, progress_bar
from bertkit.errors import InputError

if TYPE_CHECKING:
    from bertkit.train.progress import Reporter
    from bertkit.train.settings import Settings

_INTERRUPTED = 130


def train(
    checkpoint: Annotated[str | None, typer.Argument(help="A checkpoint's folder, or its id on the hub.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder of the new checkpoint.")] = None,
    data: Annotated[list[str] | None, typer.Option(help="A file or folder, also as FILE=SHARE; repeatable.")] = None,
    recipe: Annotated[str | None, typer.Option(help="Settings to begin with: a recipe's name or a .json file.")] = None,
    dev: Annotated[Path | None, typer.Option(help="Known questions to report F1 on; never learned from.")] = None,
    stage: Annotated[str | None, typer.Option(help="answers, recurring, cloze or masked.")] = None,
    teacher: Annotated[list[str] | None, typer.Option(help="A checkpoint to imitate; repeatable.")] = None,
    budget: Annotated[str | None, typer.Option(help="Wall-clock time, for example 90m.")] = None,
    epochs: Annotated[float | None, typer.Option(help="How often all data are seen.")] = None,
    steps: Annotated[int | None, typer.Option(help="How many batches are learned.")] = None,
    rate: Annotated[float | None, typer.Option(help="The highest learning rate.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of order, choice and dropout.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
    threads: options.Threads = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="Any setting, as NAME=VALUE; repeatable.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the training that was interrupted.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Print recipes and settings, and do nothing else.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Train a BERT checkpoint to answer questions, and write a new checkpoint for `bertkit convert`.

    Data are SQuAD JSON or JSON lines, also compressed; for the stages recurring, cloze and masked JSON lines of plain
    text with a title. Options given here win over --set, and both over the recipe. Training runs on the CPU or a GPU;
    on several GPUs with: torchrun --nproc-per-node N -m bertkit train ...

    Ctrl-C keeps the state beside NEW, from which the same command with --resume goes on.

    Examples:
      bertkit train minilm --data squad/ --dev dev.jsonl --recipe reader --budget 90m --out reader
      bertkit train minilm --data squad/ --dev dev.jsonl --recipe reader --budget 90m --out reader --resume
      bertkit train minilm --data articles.jsonl.xz --stage recurring --steps 3000 --out warmed-up
      bertkit train reader --data squad/ --recipe tiny --teacher reader --out tiny-reader
      bertkit train reader --data squad/ --data reddit.jsonl=0.2 --set negatives=0.1 --set average=0.999 --out better
      bertkit train --list
    """
    from bertkit.train import train as train_checkpoint

    given = {"stage": stage, "budget": budget, "epochs": epochs, "steps": steps, "rate": rate, "seed": seed}
    lists = {"data": data or None, "teachers": teacher or None}
    others = {"device": device, "threads": threads, "dev": None if dev is None else str(dev)}
    settings = _settings(recipe, set_ or [], {**given, **lists, **others})
    if list_:
        _list(settings, as_json)
        return
    if checkpoint is None or out is None:
        raise InputError("Name a checkpoint to begin with and --out, the folder of the new one; see: bertkit train -h")
    with progress_bar("training", "%") as bar:
        trained = train_checkpoint(checkpoint, out, settings, resume=resume, report=_reporter(bar))
    if as_json:
        print_json({**trained.__dict__, "path": str(trained.path), "score": trained.score and trained.score.__dict__})
    else:
        typer.echo(trained.summary())
    if not trained.finished:
        typer.echo("bertkit: interrupted. The same command with --resume goes on.", err=True)
        raise typer.Exit(_INTERRUPTED)
    if not as_json:
        typer.echo(f"Next: bertkit convert {out} {out}.mlpackage; bertkit calibrate {out}.mlpackage QUESTIONS")


def _settings(recipe: str | None, assignments: list[str], given: dict[str, Any]) -> Settings:
    from bertkit.train.recipes import recipe as read_recipe
    from bertkit.train.settings import Settings, parse

    settings = Settings() if recipe is None else read_recipe(recipe)
    settings = settings.with_values(dict(parse(text) for text in assignments))
    return settings.with_values({name: value for name, value in given.items() if value is not None})


def _reporter(bar: Any) -> Reporter | None:
    if bar is None:
        return None

    def report(now: Any) -> None:
        bar(round(100 * now.fraction), 100, now.summary())

    return report


def _list(settings: Settings, as_json: bool) -> None:
    from bertkit.train import recipes

    if as_json:
        print_json({"recipes": {name: recipes.about(name) for name in recipes.names()}, "settings": settings.to_json()})
        return
    for name in recipes.names():
        typer.echo(f"{name:12} {recipes.about(name)}")
    typer.echo("")
    for setting, value in settings.to_json().items():
        typer.echo(f"{setting} = {value}")
