"""Sound as the spectrogram that VGGish takes (https://arxiv.org/abs/1609.09430)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import Doubles, as_output
from bertkit.errors import InputError, ModelError

_RATE_HZ = 16_000
_SAMPLES, _FRAMES = 15_600, 96
_WINDOW, _HOP, _TRANSFORM = 400, 160, 512
_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 64, 125.0, 7_500.0
_LOG_OFFSET = 0.01


def preprocessing(subject: Subject) -> Predictor:
    """Read a `SoundAnalysisPreprocessing`: 15,600 samples of 16 kHz become [1, 96, 64], frames by mel bands."""
    kind = subject.content.WhichOneof("SoundAnalysisPreprocessingType")
    if kind != "vggish":
        raise ModelError(f"The kind of sound preprocessing is {kind or 'not set'}; wanted vggish.")

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        samples = np.asarray(inputs[subject.input], dtype=np.float64).reshape(-1)
        if len(samples) != _SAMPLES:
            raise InputError(f'The input "{subject.input}" must hold {_SAMPLES} samples (975 ms), got {len(samples)}.')
        return {subject.output: as_output(subject.function.outputs[0], spectrogram(samples)[np.newaxis])}

    return predict


def spectrogram(samples: Doubles) -> Doubles:
    """Return the logarithm of the magnitudes in mel bands.

    Args:
        samples: [15600] of 16 kHz.

    Returns:
        [96, 64] float64.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP][:_FRAMES]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    magnitudes = np.abs(np.fft.rfft(frames * window, _TRANSFORM))
    result: Doubles = np.log(magnitudes @ _bands() + _LOG_OFFSET)
    return result


@cache
def _bands() -> Doubles:
    """Return [frequencies, bands]: triangles in mel, each from the middle of one neighbor to that of the other."""
    frequencies = _mel(np.linspace(0, _RATE_HZ / 2, _TRANSFORM // 2 + 1))[:, np.newaxis]
    edges = np.linspace(_mel(np.asarray(_LOWEST_HZ)), _mel(np.asarray(_HIGHEST_HZ)), _BANDS + 2)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (frequencies - lower) / (center - lower), (upper - frequencies) / (upper - center)
    weights: Doubles = np.clip(np.minimum(rising, falling), 0, None)
    weights[0] = 0  # the constant part of the signal is in no band
    return weights


def _mel(hertz: Any) -> Any:
    return 1127 * np.log1p(hertz / 700)


READERS = {"soundAnalysisPreprocessing": preprocessing}
