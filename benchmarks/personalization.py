"""What corrections teach a reader: F1 before and after on two subject areas, with a spread over seeds.

    python benchmarks/personalization.py AREA.jsonl.xz [AREA.jsonl.xz ...] --general FILE.jsonl.xz

Each area's passages are split at random into those whose corrections are taught (one question each) and those held
back, so that no passage is in both. The head is trained as `Reader.personalize` trains it, with the general questions
that ship with bertkit repeated beside the corrections. The encoder reads every passage once; its states are kept for
all seeds.
"""

from __future__ import annotations

import argparse
import json
import lzma
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.bert.head import HeadOptions
from bertkit.coreml import Configuration, Model
from bertkit.errors import InputError
from bertkit.qa import Document, Reader
from bertkit.qa.personal import Personal
from bertkit.qa.personal.general import general_questions
from bertkit.qa.personal.lesson import Known, Lesson
from bertkit.qa.personal.personalization import copies_of

_TAUGHT = (32, 128)


def read_lessons(personal: Personal, path: Path, count: int) -> list[Lesson]:
    """Return the first question of `count` passages, in an order of their own, as the head sees them."""
    rows = [json.loads(line) for line in lzma.decompress(path.read_bytes()).splitlines()]
    np.random.default_rng(0).shuffle(rows)
    first = {row["context"]: row for row in reversed(rows) if row["answers"]}
    lessons: list[Lesson] = []
    for context, row in first.items():
        answer, *also = row["answers"]
        start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        known = Known(row["question"], Document.from_text(context), start, end, tuple(one["text"] for one in also))
        try:
            lessons += personal.lessons([known])
        except InputError:
            continue  # the answer fits into no window
        if len(lessons) == count:
            break
    return lessons


def f1(head: Model, lessons: Sequence[Lesson]) -> float:
    """Return the mean F1 in percent."""
    return 100 * statistics.fmean(lesson.grade(lesson.answer(head))[0] for lesson in lessons)


def learn(
    personal: Personal, taught: Sequence[Lesson], repeated: Sequence[Lesson], parameters: Mapping[str, Any]
) -> Model:
    """Train the head in use, and return the new one."""
    lessons = [*list(taught) * copies_of(len(taught), len(repeated)), *repeated]
    examples = [example for lesson in lessons for example in lesson.examples()]
    configuration = Configuration(engine="torch", parameters=dict(parameters))
    task = personal.store.update(examples, configuration, checkpoint=None)
    task.resume()
    return task.result().model


def spread(values: Sequence[float]) -> str:
    """Return mean and standard deviation."""
    return f"{statistics.fmean(values):5.1f} ±{statistics.stdev(values) if len(values) > 1 else 0:4.1f}"


def main() -> None:
    """Teach, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("areas", type=Path, nargs="+")
    parser.add_argument("--general", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--held-back", type=int, default=150)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--units", type=int, default=0)
    parser.add_argument("--rate", type=float, default=HeadOptions().learning_rate)
    parser.add_argument("--epochs", type=int, default=HeadOptions().epochs)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        personal = Personal(Reader(arguments.model), folder)
        personal.prepare(HeadOptions(units=arguments.units))
        repeated = list(personal.lessons(general_questions()[0]))
        general = read_lessons(personal, arguments.general, arguments.held_back)
        before = personal.head()
        print(f"units {arguments.units}, rate {arguments.rate}, epochs {arguments.epochs}, {arguments.seeds} seeds")
        print(f"{'area':28} taught  set        before        after       gain")
        for path in arguments.areas:
            lessons = read_lessons(personal, path, max(_TAUGHT) + arguments.held_back)
            for count in _TAUGHT:
                pairs: dict[str, list[tuple[float, float]]] = {"taught": [], "held back": [], "general": []}
                for seed in range(arguments.seeds):
                    order = np.random.default_rng(seed).permutation(len(lessons))
                    taught = [lessons[at] for at in order[:count]]
                    held_back = [lessons[at] for at in order[max(_TAUGHT) :]]
                    parameters = {"learningRate": arguments.rate, "epochs": arguments.epochs, "seed": seed}
                    after = learn(personal, taught, repeated, parameters)
                    for name, group in (("taught", taught), ("held back", held_back), ("general", general)):
                        pairs[name].append((f1(before, group), f1(after, group)))
                for name, found in pairs.items():
                    old, new = zip(*found, strict=True)
                    gains = [b - a for a, b in found]
                    area = path.name.split(".")[0]
                    print(f"{area:28} {count:6}  {name:9}  {spread(old)}  {spread(new)}  {spread(gains)}", flush=True)


if __name__ == "__main__":
    main()
