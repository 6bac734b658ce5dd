"""Writes the embedded reader, `data/models/minilm-l6-reader.mlpackage`, from its Hugging Face checkpoint.

    python data/generators/make_reader.py CHECKPOINT --questions FILE.jsonl.xz [FILE.jsonl.xz ...]

CHECKPOINT is the fine-tuned MiniLM reader (see NOTICE for what it was trained on). The questions are those of the
development set that have an answer. The temperature is fitted to every second article, in the order of their titles;
the other articles judge the result. The null threshold stays 0: this checkpoint tells questions without an answer from
hard ones too poorly for any threshold to help someone who asks in words of their own.
"""

from __future__ import annotations

import argparse
import json
import lzma
import tempfile
from pathlib import Path

from bertkit.bert import convert
from bertkit.qa import Reader, evaluate
from bertkit.qa.datasets import read_questions
from bertkit.qa.recalibrate import recalibrate
from bertkit.resources import DEFAULT_MODEL

_OUT = Path(__file__).resolve().parents[1] / "models" / DEFAULT_MODEL
_LENGTHS = (32, 384)  # the checkpoint was fine-tuned on rows of at most 384 tokens
_MAX_BATCH = 32


def halves(files: list[Path], folder: Path) -> tuple[Path, Path]:
    """Write the questions of every second article to one file and the others to another, and return both."""
    rows = [json.loads(line) for file in files for line in lzma.decompress(file.read_bytes()).splitlines()]
    titles = sorted({row["title"] for row in rows})
    written = folder / "fitted.jsonl", folder / "held_back.jsonl"
    for path, chosen in zip(written, (set(titles[0::2]), set(titles[1::2])), strict=True):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows if row["title"] in chosen]
        path.write_text("\n".join(lines), encoding="utf-8")
    return written


def main() -> None:
    """Convert, calibrate, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    arguments = parser.parse_args()
    conversion = convert(
        arguments.checkpoint, _OUT, lengths=_LENGTHS, batch=_MAX_BATCH, compress="int8", progress=print
    )
    print(conversion.summary())
    with tempfile.TemporaryDirectory() as folder:
        fitted, held_back = halves(arguments.questions, Path(folder))
        print(recalibrate(_OUT, read_questions(fitted)).summary())
        print(f"On the articles held back:\n{evaluate(held_back, Reader(_OUT)).summary()}")


if __name__ == "__main__":
    main()
