"""Ops that coremltools cannot write into a model from plain constants, or whose results are random."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional

from bertkit.coreml.lowering.mil.chance import random_bernoulli, random_categorical, random_normal, random_uniform
from bertkit.coreml.lowering.mil.convolution import conv_quantized
from bertkit.coreml.lowering.mil.pool import max_pool
from bertkit.coreml.lowering.mil.quantize import dequantize
from bertkit.coreml.lowering.mil.recurrent import lstm
from bertkit.coreml.lowering.network.fill import range_dynamic
from bertkit.coreml.lowering.network.recurrent import first_state
from bertkit.errors import UnsupportedError


def test_quantized_weights_are_restored_before_the_convolution() -> None:
    x, weight = torch.randn(1, 2, 5, 5), torch.randint(0, 256, (3, 2, 2, 2), dtype=torch.int32)
    scale, offset, bias = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([1, 2, 3])
    found = conv_quantized(x, weight, "linear", scale, offset, bias, strides=[2, 1])
    restored = weight * scale.reshape(3, 1, 1, 1) + offset.reshape(3, 1, 1, 1)
    torch.testing.assert_close(found, functional.conv2d(x, restored, bias.float(), (2, 1)))


def test_a_lookup_table_in_a_convolution_is_refused() -> None:
    one = torch.ones(1)
    with pytest.raises(UnsupportedError, match="Available: linear"):
        conv_quantized(torch.ones(1, 1, 1), torch.ones(1, 1, 1), "lut", one, one)


def test_dequantize_undoes_quantize() -> None:
    stored = torch.tensor([[0, 10], [255, 3]], dtype=torch.int32)
    found = dequantize(stored, torch.tensor([0.5, 2.0]), torch.tensor([10, 3], dtype=torch.int32), axis=-1)
    np.testing.assert_array_equal(found.numpy(), np.array([[-5, 14], [122.5, 0]], np.float32))
    assert dequantize(stored, torch.tensor(0.5)).dtype == torch.float32


def test_an_lstm_leaves_out_what_its_initial_states_hold_beyond_the_batch() -> None:
    steps, batch, inputs, hidden = 5, 2, 3, 4
    x, initial = torch.randn(steps, batch, inputs), torch.randn(2, steps, hidden)
    weights = (torch.randn(4 * hidden, inputs), torch.randn(4 * hidden, hidden))
    found, expected = lstm(x, *initial, *weights), lstm(x, *initial[:, :batch], *weights)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    blob = initial[0].reshape(1, steps, hidden, 1, 1)
    torch.testing.assert_close(first_state(blob, x, hidden), initial[0][:batch], rtol=0, atol=0)


def test_a_range_takes_numbers_and_vectors_of_one() -> None:
    expected = torch.tensor([3.0, 3.5, 4.0, 4.5])
    torch.testing.assert_close(range_dynamic(5.0, 3.0, 0.5), expected)
    torch.testing.assert_close(range_dynamic((5.0,), (3.0,), (0.5,)), expected)


def test_windows_rounded_up_are_as_many_as_coremltools_says() -> None:
    utils = pytest.importorskip("coremltools.converters.mil.mil.ops.defs._utils")
    for size, margin, width, step in itertools.product((3, 4, 5, 8), (0, 1, 2), (1, 2, 3), (1, 2, 3)):
        pad = (margin, margin)
        arguments = ("custom", (size,), (width,), (step,), (1,), pad)
        (expected,) = utils.spatial_dimensions_out_shape(*arguments, ceil_mode=True)
        found = max_pool(torch.zeros(1, 1, size), [width], [step], "custom", pad, ceil_mode=True)
        assert found.shape[-1] == expected, (size, margin, width, step)


def test_random_values_have_their_distribution() -> None:
    uniform = random_uniform([40_000], low=-2.0, high=4.0, seed=3)
    assert -2 <= uniform.min() < -1.9
    assert 3.9 < uniform.max() < 4
    assert abs(uniform.mean() - 1) < 0.05
    normal = random_normal([40_000], mean=5.0, stddev=0.5, seed=3)
    assert abs(normal.mean() - 5) < 0.02
    assert abs(normal.std() - 0.5) < 0.02
    truths = random_bernoulli([40_000], prob=0.3, seed=3)
    assert set(truths.tolist()) == {0.0, 1.0}
    assert abs(truths.mean() - 0.3) < 0.02


@pytest.mark.parametrize("mode", ["logits", "probs"])
def test_random_places_have_their_probabilities(mode: str) -> None:
    parts = torch.tensor([[0.7, 0.1, 0.2], [0.0, 0.0, 1.0]])
    found = random_categorical(torch.log(parts) if mode == "logits" else parts, mode, size=20_000, seed=5)
    assert found.shape == (2, 20_000)
    assert found.dtype == torch.float32
    shares = torch.stack([(found == place).float().mean(1) for place in range(3)], 1)
    torch.testing.assert_close(shares, parts, atol=0.02, rtol=0)


def test_a_seed_gives_the_same_values_and_its_absence_others() -> None:
    assert torch.equal(random_normal([2, 3], seed=7), random_normal([2, 3], seed=7))
    assert not torch.equal(random_normal([2, 3], seed=7), random_normal([2, 3], seed=8))
    assert not torch.equal(random_normal([2, 3]), random_normal([2, 3]))
