from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bert_checkpoints import CONFIGS

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, hide_tokens, silence_heads
from bertkit.insight.original_names import canonical, original_names
from bertkit.qa import Document

Get = Callable[..., tuple[Subject, Example]]
TEXT = "the old lamp of the harbor. oil was dear."


@pytest.fixture
def lamp(fake: Subject) -> Example:
    return fake.example("lamp", Document.from_text(TEXT))


def test_hiding_the_answer_moves_it(fake: Subject, lamp: Example) -> None:
    inside = [
        token.index
        for token in lamp.row
        if token.part == "passage" and token.text in "lamp" and token.start in range(8, 12)
    ]
    change = hide_tokens(fake, lamp, inside)
    assert change.before.text == "lamp"
    assert not change.same
    assert change.kept_score < change.before.score - 15
    assert 'the answer was "lamp" and becomes' in str(change)
    assert change.to_json()["same"] is False


def test_hiding_what_does_not_matter_keeps_the_answer(fake: Subject, lamp: Example) -> None:
    last = lamp.row.places("passage")[-1]
    change = hide_tokens(fake, lamp, [last])
    assert change.same
    assert change.kept_score == change.before.score
    assert str(change).startswith(f'With "." (token {last}) hidden: the answer is still "lamp"')


def test_hidden_tokens_become_the_mask_token(example_of: Get) -> None:
    subject, example = example_of("bert")
    tokens = [example.row.places("question")[0], example.row.places("passage")[2]]
    ids = {name: array.copy() for name, array in example.inputs.items()}
    ids["input_ids"][0, tokens] = example.tokenization.vocabulary.mask_id
    wanted = subject.model.predict(ids)
    change = hide_tokens(subject, example, tokens)
    np.testing.assert_allclose(change.start_logits, wanted["start_logits"][0], atol=1e-6)
    np.testing.assert_allclose(change.end_logits, wanted["end_logits"][0], atol=1e-6)
    assert example.tokenization.vocabulary.piece(4) == "[MASK]"


@pytest.mark.parametrize("tokens", [[], [0], [-1], [1, 9999], [63]])
def test_only_words_can_be_hidden(tokens: list[int], fake: Subject, lamp: Example) -> None:
    with pytest.raises(InputError, match="must be places of the question or the passage"):
        hide_tokens(fake, lamp, tokens)


@pytest.mark.parametrize("family", CONFIGS)
def test_silencing_a_head_is_zeroing_its_part_of_the_context(
    family: str, example_of: Get, checkpoint_of: Callable[[str], Path]
) -> None:
    import torch
    import transformers

    subject, example = example_of(family)
    original = transformers.AutoModelForQuestionAnswering.from_pretrained(checkpoint_of(family)).eval()
    heads = original.config.num_attention_heads
    name = original_names(family, subject.lowered.layers)["encoder__layer_0__attention__output__dense"]
    called: list[int] = []

    def silence(module: torch.nn.Module, arguments: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        called.append(1)
        context = arguments[0].clone()
        size = context.shape[-1] // heads
        if len(called) == 1:
            context[..., size : 2 * size] = 0
        return (context,)

    for module_name, module in original.named_modules():
        if canonical(module_name) == name:
            module.register_forward_pre_hook(silence)
    with torch.inference_mode():
        given = {key: torch.from_numpy(array).long() for key, array in example.inputs.items()}
        wanted = original(**given).start_logits[0].numpy()
    change = silence_heads(subject, example, [(0, 1)])
    filled = example.row.filled
    np.testing.assert_allclose(change.start_logits[:filled], wanted[:filled], atol=1e-4)
    assert not np.allclose(change.start_logits, subject.logits([example.window])[0][0], atol=1e-4)


@pytest.mark.parametrize("kind", ["mlprogram", "neuralnetwork"])
def test_silencing_everything_leaves_no_attention(kind: str, example_of: Get) -> None:
    subject, example = example_of("bert", kind)
    every = [(layer, head) for layer in range(2) for head in range(4)]
    change = silence_heads(subject, example, every)
    words = Document.from_text("w8 w40 w2 w15 w3 the w33 w9 nothing w7 w20 thes w1")
    other = silence_heads(subject, subject.example("w3 w9", words, window=0), every)
    assert change.start_logits[0] == pytest.approx(other.start_logits[0], abs=1e-6)
    assert "layer 2 head 2 and 2 more silenced" in str(change)


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ([], "at least one head to silence, got none"),
        ([(2, 0)], "has 2 layers, counted from 0; got layer 2"),
        ([(0, 0), (1, 4)], "4 heads in each layer, counted from 0; got head 4"),
    ],
)
def test_heads_that_are_not_there_are_refused(heads: list[tuple[int, int]], message: str, example_of: Get) -> None:
    with pytest.raises(InputError, match=message):
        silence_heads(*example_of("bert"), heads)
