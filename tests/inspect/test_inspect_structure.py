"""Modules are found by module map, by name or by order; what repeats is folded; what flows is drawn as it flows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bertkit.coreml import Package
from bertkit.coreml.parameters import Parameter, parameters_of
from bertkit.inspect.atlas import Atlas, atlas_of
from bertkit.inspect.block import Block
from bertkit.inspect.folding import FoldedBlock, fold
from bertkit.inspect.layers import Layer, Value, layers_of
from bertkit.inspect.stages import stages

_SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"


def _layer(name: str, kind: str = "linear", count: int = 4, **rest: object) -> Layer:
    learned = (Parameter(f"{name}.w", name, (count,), "float32", count, 4 * count),) if count else ()
    return replace(Layer(name, kind, parameters=learned), **rest)


def _names(block: FoldedBlock) -> list[str]:
    return [part.name if isinstance(part, FoldedBlock) else part.sample.name for part in block.parts]


def test_equal_neighbors_fold_and_keep_every_name() -> None:
    inner = [Block(f"layer_{at}", "EncoderLayer", (_layer(f"{at}__a"), _layer(f"{at}__b"))) for at in range(3)]
    folded = fold(Block("", "Model", tuple(inner)))
    (block,) = folded.parts
    assert isinstance(block, FoldedBlock)
    assert (block.name, block.instances) == ("layer_*", ("layer_0", "layer_1", "layer_2"))
    assert [[copy.name for copy in layer.layers] for layer in block.layers()] == [
        ["0__a", "1__a", "2__a"],
        ["0__b", "1__b", "2__b"],
    ]


@pytest.mark.parametrize(
    "different",
    [
        _layer("1__b", count=5),
        _layer("1__b", kind="add"),
        _layer("1__b", outputs=(Value("y", "float16", (1, 2)),)),
    ],
    ids=["parameters", "type", "shape"],
)
def test_modules_that_differ_stay_apart(different: Layer) -> None:
    first = Block("layer_0", "", (_layer("0__a"), _layer("0__b")))
    second = Block("layer_1", "", (_layer("1__a"), different))
    assert _names(fold(Block("", "", (first, second)))) == ["layer_0", "layer_1"]


def test_modules_of_other_names_stay_apart() -> None:
    pair = [Block(name, "", (_layer(f"{name}a"), _layer(f"{name}b"))) for name in ("query", "key")]
    assert _names(fold(Block("", "", tuple(pair)))) == ["query", "key"]


def test_folds_inside_folds_order_names_with_outer_instances_slowest() -> None:
    def stack(outer: int) -> Block:
        inner = [Block(f"ffn_{at}", "", (_layer(f"{outer}.{at}.a"), _layer(f"{outer}.{at}.b"))) for at in range(2)]
        return Block(f"layer_{outer}", "", tuple(inner))

    folded = fold(Block("", "", (stack(0), stack(1))))
    (first, _) = folded.layers()
    assert [layer.name for layer in first.layers] == ["0.0.a", "0.1.a", "1.0.a", "1.1.a"]


def test_flat_layers_become_stages_and_repeated_stages_blocks() -> None:
    layers = [_layer("stem", "conv", 3)]
    for at in range(3):
        layers += [
            _layer(f"conv_{2 * at}", "conv", 8),
            _layer(f"relu_{at}", "relu", 0),
            _layer(f"conv_{2 * at + 1}", "conv", 9),
        ]
    folded = fold(Block("", "", stages(layers)))
    stem, block = folded.parts
    assert isinstance(stem, FoldedBlock)
    assert isinstance(block, FoldedBlock)
    assert (stem.name, block.name, len(block.instances)) == ("stem", "block *", 3)
    assert [part.kind for part in block.parts if isinstance(part, FoldedBlock)] == ["conv + relu", "conv"]


def test_one_stage_alone_is_no_module() -> None:
    layers = [_layer("dense"), _layer("softmax", "softmax", 0)]
    assert stages(layers) == tuple(layers)


@pytest.fixture(scope="module")
def package(program: Path) -> Package:
    return Package.open(program)


@pytest.fixture(scope="module")
def atlas(package: Package) -> Atlas:
    return atlas_of(package)


def test_a_module_map_names_the_kinds(atlas: Atlas) -> None:
    assert atlas.structure.source == "module map"
    kinds = {entry.block.name: (entry.block.kind, entry.copies) for entry in atlas.entries}
    assert kinds["layer_*"] == ("EncoderLayer", 3)
    assert kinds["feed_forward"] == ("FeedForward", 3)
    assert kinds["span_head"] == ("SpanHead", 1)


def test_every_parameter_of_the_file_belongs_to_one_layer(atlas: Atlas, package: Package) -> None:
    counted = sum(layer.parameter_count for layer in atlas.all_layers)
    assert counted == sum(parameter.count for parameter in parameters_of(package))


def test_paths_spell_every_copy(atlas: Atlas) -> None:
    entry = next(entry for entry in atlas.entries if entry.block.name == "feed_forward")
    assert atlas.paths(entry) == [f"encoder/layer_{at}/feed_forward" for at in range(3)]


def test_the_residual_edge_leads_past_the_feed_forward(atlas: Atlas) -> None:
    entry = next(entry for entry in atlas.entries if entry.block.instances)
    graph = atlas.graph(entry, deep=True)
    kinds = ["input", *(part.sample.kind for part in graph.parts), "output"]
    assert len(graph.inputs) == len(graph.outputs) == 1
    edges = {(kinds[source], kinds[target]) for source, target in graph.edges}
    assert edges == {
        ("input", "linear"), ("linear", "gelu"), ("gelu", "linear"),
        ("linear", "add"), ("input", "add"), ("add", "output"),
    }  # fmt: skip


def test_a_folded_module_is_one_node_and_its_inner_chain_no_edge(atlas: Atlas) -> None:
    graph = atlas.graph(atlas.entries[0], deep=False)
    names = [part.name for part in graph.parts if isinstance(part, FoldedBlock)]
    assert names == ["embeddings", "encoder", "span_head"]
    assert len(graph.edges) == 4  # the chain from the input through three modules to the output


def test_operations_show_shapes_and_short_constants(atlas: Atlas) -> None:
    gelu = next(layer for layer in atlas.all_layers if layer.kind == "gelu")
    assert (gelu.outputs[0].dtype, gelu.outputs[0].shape) == ("float32", (1, 6, 32))
    assert gelu.settings == {"mode": "EXACT"}


def test_network_layers_show_variants_and_what_may_be_updated(network: Path) -> None:
    layers = {layer.name: layer for layer in layers_of(Package.open(network))}
    assert layers["dense_relu"].variant == "ReLU"
    assert [name for name, layer in layers.items() if layer.updatable] == ["dense2"]


def test_names_with_separators_make_modules(tmp_path: Path) -> None:
    from sample_models import write_network

    atlas = atlas_of(Package.open(write_network(tmp_path / "m.mlmodel", layer="head/part/dense")))
    assert atlas.structure.source == "names"
    assert "head/part" in atlas.paths(atlas.entries[2])


@pytest.mark.skipif(not _SHARED.is_dir(), reason="there is no ../shared/data/coreml")
def test_every_foreign_model_has_an_atlas_that_counts_all_its_layers() -> None:
    for path in sorted(_SHARED.glob("*.mlmodel")):
        package = Package.open(path)
        atlas = atlas_of(package)
        assert sum(len(layer.layers) for layer in atlas.layers) == len(layers_of(package)), path.name
        for entry in atlas.entries:
            graph = atlas.graph(entry, deep=True)
            assert all(
                0 <= end < len(graph.inputs) + len(graph.parts) + len(graph.outputs)
                for edge in graph.edges
                for end in edge
            )


def test_inputs_of_an_operation_are_in_the_order_of_their_parameters(program: Path) -> None:
    layers = {layer.name: layer for layer in layers_of(Package.open(program))}
    before = "embeddings__projection"
    for at in range(3):
        prefix = f"encoder__layer_{at}__"
        inputs = [value.name for value in layers[f"{prefix}residual"].inputs]
        assert inputs == [before, f"{prefix}feed_forward__dense"]  # x, y of the add
        before = f"{prefix}residual"
