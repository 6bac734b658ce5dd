from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bert_checkpoints import CONFIGS

from bertkit.insight import Example, Subject, apply_lens

Get = Callable[..., tuple[Subject, Example]]
CASES = [*((family, "mlprogram") for family in CONFIGS), ("bert", "neuralnetwork")]


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_the_last_stage_is_what_the_model_computes(family: str, kind: str, example_of: Get) -> None:
    subject, example = example_of(family, kind)
    lens = apply_lens(subject, example)
    (start,), (end,) = subject.logits([example.window])
    np.testing.assert_allclose(lens.start_logits[-1], start, atol=1e-5)
    np.testing.assert_allclose(lens.end_logits[-1], end, atol=1e-5)


@pytest.mark.parametrize("family", CONFIGS)
def test_every_stage_is_the_originals_head_on_its_hidden_state(
    family: str, example_of: Get, checkpoint_of: Callable[[str], Path]
) -> None:
    import torch
    import transformers

    subject, example = example_of(family)
    original = transformers.AutoModelForQuestionAnswering.from_pretrained(checkpoint_of(family)).eval()
    with torch.inference_mode():
        given = {name: torch.from_numpy(array).long() for name, array in example.inputs.items()}
        hidden = original(**given, output_hidden_states=True).hidden_states
        wanted = [original.qa_outputs(state)[0].numpy() for state in hidden]
    lens = apply_lens(subject, example)
    filled = example.row.filled
    assert len(wanted) == len(lens.stages)
    for stage, logits in enumerate(wanted):
        np.testing.assert_allclose(lens.start_logits[stage, :filled], logits[:filled, 0], atol=1e-4)
        np.testing.assert_allclose(lens.end_logits[stage, :filled], logits[:filled, 1], atol=1e-4)


def test_stages_follow_the_final_answer(example_of: Get) -> None:
    lens = apply_lens(*example_of("albert"))
    assert [stage.name for stage in lens.stages] == [
        "embeddings",
        *(f"encoder layer {number}" for number in range(1, 9)),
    ]
    last = lens.stages[-1]
    assert last.answer_rank == 1
    assert last.best == lens.answer
    for index, stage in enumerate(lens.stages):
        assert (stage.answer_rank == 1) == (stage.answer_score == stage.best.score)
        assert stage.start_probability == lens.start_probabilities[index, lens.answer.first]
        assert stage.end_probability == lens.end_probabilities[index, lens.answer.last]


@pytest.mark.parametrize(
    ("ranks", "appears", "first"),
    [([9, 4, 1], 2, 2), ([9, 1, 1], 1, 1), ([1, 3, 1], 2, 0), ([1, 1, 1], 0, 0), ([3, 1, 2, 1, 1], 3, 1)],
)
def test_the_answer_appears_where_it_leads_for_good(
    ranks: list[int], appears: int, first: int, example_of: Get
) -> None:
    from dataclasses import replace

    lens = apply_lens(*example_of("bert"))
    names = ["embeddings", *(f"encoder layer {number}" for number in range(1, len(ranks)))]
    stages = tuple(
        replace(lens.stages[0], name=name, answer_rank=rank) for name, rank in zip(names, ranks, strict=True)
    )
    lens = replace(lens, stages=stages)
    assert (lens.appears_at, lens.first_seen_at) == (appears, first)
    assert ("in the embeddings already" in lens.sentence) == (appears == 0)
    assert ("is then overtaken" in lens.sentence) == (first < appears)
    assert ("from there on" in lens.sentence) == (appears < len(ranks) - 1)


def test_text_and_plain_values(example_of: Get) -> None:
    lens = apply_lens(*example_of("bert"))
    lines = str(lens).splitlines()
    assert lines[1] == lens.sentence
    assert len(lines) == 2 + 2 + 3
    json = lens.to_json()
    assert json["start_probabilities"].shape == (3, 24)
    assert json["stages"][-1]["answer_rank"] == 1
    assert json["appears_at"] == lens.appears_at


def test_progress_can_end_the_work(example_of: Get) -> None:
    subject, example = example_of("bert")
    seen: list[int] = []

    def cancel(done: int, total: int) -> None:
        seen.append(done)
        assert total == 3
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_lens(subject, example, progress=cancel)
    assert seen == [1, 2]
