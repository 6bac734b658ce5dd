"""A file beside its original: which layers belong together, and what stands alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from bert_checkpoints import CONFIGS, make_checkpoint

from bertkit.bert import convert
from bertkit.errors import InputError
from bertkit.widgets.model_map.opening import open_atlas
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.model_pair.panel import ModelPairPanel
from bertkit.widgets.model_pair.panel import pair as beside

_QUICK = ("bert",)


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow) for name in sorted(CONFIGS)],
)
def paired(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModelPairPanel:
    folder = tmp_path_factory.mktemp("pair")
    checkpoint = make_checkpoint(folder / "tiny", request.param, CONFIGS[request.param])
    convert(checkpoint, folder / "tiny.mlpackage", lengths=(24,))
    return beside(ModelMapPanel(open_atlas(folder / "tiny.mlpackage")), open_atlas(checkpoint))


def test_partners_compute_values_of_one_size(paired: ModelPairPanel) -> None:
    file = {layer.name: layer for layer in paired.maps["file"].atlas.all_layers}
    original = {layer.name: layer for layer in paired.maps["original"].atlas.all_layers}
    partners = paired.partners.originals
    assert len(set(partners.values())) == len(partners)
    for own, other in partners.items():
        shapes = [layer.outputs[0].shape for layer in (file[own], original[other])]
        # The last size is a constant of the model; what is in front depends on the input.
        assert len({shape[-1] for shape in shapes if shape is not None and shape[-1] is not None}) <= 1, (own, other)


def test_every_linear_layer_of_the_encoder_has_a_partner(paired: ModelPairPanel) -> None:
    partners = paired.partners
    linear = [layer for layer in paired.maps["file"].atlas.all_layers if layer.kind == "linear"]
    unmatched = [layer.name for layer in linear if layer.name not in partners.originals]
    assert [name for name in unmatched if name.startswith("encoder__")] == []
    everything = {layer.name for layer in paired.maps["file"].atlas.all_layers}
    assert everything == partners.originals.keys() | set(partners.only_file)


def test_a_foreign_file_has_no_partners_and_says_why(pair: tuple[Path, Path], network: Path) -> None:
    panel = beside(ModelMapPanel(open_atlas(network)), open_atlas(pair[1]))
    assert panel.partners.originals == {}
    assert "does not say what it was converted from" in panel.text({})


def test_two_originals_are_no_pair(pair: tuple[Path, Path]) -> None:
    atlas = open_atlas(pair[1])
    with pytest.raises(InputError, match="beside a Core ML file; tiny-bert is a Hugging Face model"):
        beside(ModelMapPanel(atlas), atlas)
