from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bert_checkpoints import CONFIGS
from hypothesis import given
from hypothesis import strategies as st

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, attention_math, map_attention

Get = Callable[..., tuple[Subject, Example]]
CASES = [*((family, "mlprogram") for family in CONFIGS), ("bert", "neuralnetwork")]


def random_shares(count: int, queries: int, keys: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(keys, 0.3), (count, queries)).astype(np.float32)


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_probabilities_are_the_originals(
    family: str, kind: str, example_of: Get, checkpoint_of: Callable[[str], Path]
) -> None:
    import torch
    import transformers

    subject, example = example_of(family, kind)
    original = transformers.AutoModelForQuestionAnswering.from_pretrained(
        checkpoint_of(family), attn_implementation="eager"
    ).eval()
    with torch.inference_mode():
        given = {name: torch.from_numpy(array).long() for name, array in example.inputs.items()}
        wanted = original(**given, output_attentions=True).attentions
    maps = map_attention(subject, example)
    filled = example.row.filled
    assert (maps.layer_count, maps.head_count) == (len(wanted), wanted[0].shape[1])
    for index, layer in enumerate(wanted):
        for head in range(maps.head_count):
            shares = layer[0, head, :filled, :filled].numpy()
            np.testing.assert_allclose(maps.head(index, head), shares, atol=1e-5)


def test_every_row_is_a_distribution(example_of: Get) -> None:
    subject, example = example_of("bert")
    maps = map_attention(subject, example)
    shares = maps.head(1, 2)
    assert shares.shape == (example.row.filled, example.row.filled)
    np.testing.assert_allclose(shares.sum(-1), 1, atol=1e-6)


@given(st.integers(1, 150), st.integers(1, 150))
def test_a_thumbnail_shows_the_highest_of_what_each_field_covers(queries: int, keys: int) -> None:
    shares = random_shares(2, queries, keys)
    small = attention_math.thumbnails(shares, size=16)
    rows, columns = min(queries, 16), min(keys, 16)
    assert small.shape == (2, rows, columns)
    for row in range(rows):
        for column in range(columns):
            below = range(row * queries // rows, (row + 1) * queries // rows)
            beside = range(column * keys // columns, (column + 1) * keys // columns)
            highest = shares[1][np.ix_(below, beside)].max()
            assert small[1, row, column] == round(255 * math.sqrt(highest))


def test_thumbnails_are_at_most_64_and_never_enlarged() -> None:
    assert attention_math.thumbnails(random_shares(1, 384, 384)).shape == (1, 64, 64)
    assert attention_math.thumbnails(random_shares(1, 20, 20)).shape == (1, 20, 20)


@given(st.floats(0, 1))
def test_a_byte_tells_a_probability_to_half_a_percent(share: float) -> None:
    byte = float(attention_math.to_bytes(np.array([share], np.float32))[0])
    assert (byte / 255) ** 2 == pytest.approx(share, abs=0.005)


def test_entropy_is_0_for_one_token_and_the_logarithm_for_all_alike() -> None:
    one = np.zeros((1, 3, 8), np.float32)
    one[:, :, 5] = 1
    alike = np.full((1, 3, 8), 1 / 8, np.float32)
    assert attention_math.entropy_bits(np.concatenate([one, alike])).tolist() == [0, 3]


def test_mass_is_a_mean_over_queries() -> None:
    shares = random_shares(2, 5, 7)
    found = attention_math.mass(shares, [0, 2], [1, 2, 6])
    assert found == pytest.approx([shares[head][[0, 2]][:, [1, 2, 6]].sum() / 2 for head in range(2)], abs=1e-6)


def test_heads_are_described_from_their_probabilities(example_of: Get) -> None:
    subject, example = example_of("bert")
    maps, row = map_attention(subject, example), example.row
    described = maps.heads[1 * maps.head_count + 2]
    assert (described.layer, described.head) == (1, 2)
    shares = maps.head(1, 2)
    question, passage = row.places("question"), row.places("passage")
    assert described.question_to_passage == pytest.approx(shares[np.ix_(question, passage)].sum(-1).mean(), abs=1e-5)
    assert described.passage_to_question == pytest.approx(shares[np.ix_(passage, question)].sum(-1).mean(), abs=1e-5)
    assert described.to_first == pytest.approx(shares[:, 0].mean(), abs=1e-5)
    assert described.to_separators == pytest.approx(shares[:, row.places("special")[1:]].sum(-1).mean(), abs=1e-5)
    assert described.entropy_bits == pytest.approx(-(shares * np.log2(shares)).sum(-1).mean(), abs=1e-4)


def test_links_lead_from_the_question_into_the_passage(example_of: Get) -> None:
    maps = map_attention(*example_of("bert"))
    links = maps.links(count=7)
    assert len(links) == 7
    assert {link.query.part for link in links} == {"question"}
    assert {link.key.part for link in links} == {"passage"}
    everything = [
        maps.head(layer, head)[query, key]
        for layer in range(maps.layer_count)
        for head in range(maps.head_count)
        for query in maps.example.row.places("question")
        for key in maps.example.row.places("passage")
    ]
    assert [link.share for link in links] == sorted(map(float, everything), reverse=True)[:7]
    strongest = links[0]
    assert maps.head(strongest.layer, strongest.head)[strongest.query.index, strongest.key.index] == strongest.share
    assert str(strongest).startswith(
        f'layer {strongest.layer + 1}, head {strongest.head + 1}: "{strongest.query.piece}"'
    )


def test_links_of_chosen_heads_between_all_tokens(example_of: Get) -> None:
    maps = map_attention(*example_of("bert"))
    links = maps.links([(0, 1)], query_part=None, key_part=None, count=3)
    shares = np.sort(maps.head(0, 1), axis=None)[::-1]
    assert [link.share for link in links] == shares[:3].tolist()


def test_an_average_is_the_mean_of_its_heads(example_of: Get) -> None:
    maps = map_attention(*example_of("bert"))
    np.testing.assert_allclose(maps.average([(0, 0), (1, 3)]), (maps.head(0, 0) + maps.head(1, 3)) / 2, atol=1e-7)
    with pytest.raises(InputError, match="at least one head, got none"):
        maps.average([])


@pytest.mark.parametrize("place", [(2, 0), (0, 4), (-1, 0)])
def test_a_head_that_is_not_there_is_refused(place: tuple[int, int], example_of: Get) -> None:
    maps = map_attention(*example_of("bert"))
    with pytest.raises(
        InputError, match=f"2 layers of 4 heads, both counted from 0; got layer {place[0]}, head {place[1]}"
    ):
        maps.head_bytes(*place)


def test_plain_values_and_text(example_of: Get) -> None:
    maps = map_attention(*example_of("bert"))
    json = maps.to_json()
    filled = maps.example.row.filled
    assert json["thumbnails"].shape == (2, 4, filled, filled)
    assert json["thumbnails"].dtype == maps.head_bytes(0, 0).dtype == np.uint8
    np.testing.assert_array_equal(json["thumbnails"][1, 3], maps.head_bytes(1, 3))
    assert len(json["heads"]) == 8
    assert len(json["sentences"]) == 5
    assert json["sentences"][0] == str(maps.links(count=1)[0])
    assert len(str(maps).splitlines()) == 1 + 5 + 2 + 8


def test_progress_can_end_the_work(example_of: Get) -> None:
    subject, example = example_of("bert")
    seen: list[tuple[int, int]] = []

    def cancel(done: int, total: int) -> None:
        seen.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_attention(subject, example, progress=cancel)
    assert seen == [(1, 2)]
