"""Layouts: nothing overlaps, what follows stands below, the same graph gives the same picture."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bertkit.widgets.flow import Shape, draw
from bertkit.widgets.layout import Layout, Node, lay_out
from bertkit.widgets.treemap import treemap


@st.composite
def _graphs(strategy):
    count = strategy(st.integers(1, 14))
    nodes = [Node(f"n{at}", strategy(st.sampled_from([20.0, 90.0, 180.0])), 30.0) for at in range(count)]
    ends = st.integers(0, count - 1)
    edges = strategy(st.lists(st.tuples(ends, ends), max_size=30))
    return nodes, [(f"n{source}", f"n{target}") for source, target in edges]


def _overlapping(layout: Layout) -> list[tuple[str, str]]:
    return [
        (a.id, b.id)
        for a, b in itertools.combinations(layout.boxes, 2)
        if min(a.x + a.width, b.x + b.width) - max(a.x, b.x) > 0.01
        and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > 0.01
    ]


@settings(max_examples=150, deadline=None)
@given(_graphs())
def test_boxes_do_not_overlap_and_lie_inside(graph) -> None:
    layout = lay_out(*graph)
    assert [box.id for box in layout.boxes] == [node.id for node in graph[0]]
    assert not _overlapping(layout)
    for box in layout.boxes:
        assert -0.1 <= box.x <= layout.width - box.width + 0.1
        assert -0.1 <= box.y <= layout.height - box.height + 0.1


@settings(max_examples=150, deadline=None)
@given(_graphs())
def test_edges_lead_down_from_box_to_box(graph) -> None:
    layout = lay_out(*graph)
    at = {box.id: box for box in layout.boxes}
    for line in layout.lines:
        source, target = at[line.source], at[line.target]
        assert source.y + source.height <= target.y
        assert line.points[0] == pytest.approx((source.x + source.width / 2, source.y + source.height), abs=0.11)
        assert line.points[-1] == pytest.approx((target.x + target.width / 2, target.y), abs=0.11)
        assert all(above[1] <= below[1] for above, below in itertools.pairwise(line.points))


@settings(max_examples=60, deadline=None)
@given(_graphs())
def test_only_edges_that_close_a_cycle_are_left_out(graph) -> None:
    nodes, edges = graph
    drawn = {(line.source, line.target) for line in lay_out(nodes, edges).lines}
    order = {node.id: at for at, node in enumerate(nodes)}
    forward = {edge for edge in edges if order[edge[0]] < order[edge[1]]}
    assert drawn <= set(edges)
    if forward == set(edges):
        assert drawn == forward


@settings(max_examples=30, deadline=None)
@given(_graphs())
def test_the_same_graph_gives_the_same_picture(graph) -> None:
    assert lay_out(*graph) == lay_out(*graph)


def test_a_chain_is_straight() -> None:
    layout = lay_out(
        [Node(name, 50.0 + 10 * at, 30.0) for at, name in enumerate("abcd")], [*itertools.pairwise("abcd")]
    )
    assert len({round(box.x + box.width / 2) for box in layout.boxes}) == 1


def test_a_graph_without_nodes_is_empty() -> None:
    assert lay_out([], []) == Layout(0.0, 0.0, (), ())


def test_two_hundred_nodes_are_placed_quickly() -> None:
    nodes = [Node(str(at), 120.0, 36.0) for at in range(200)]
    edges = [(str(at), str(at + step)) for at in range(190) for step in (1, 4, 9)]
    started = time.perf_counter()
    lay_out(nodes, edges)
    assert time.perf_counter() - started < 2  # 0.2 s on an idle core


def test_the_picture_and_the_live_view_share_every_number() -> None:
    flow = draw([Shape("a", "a", "a", "linear", "matrix"), Shape("b", "b", "b", "add", "elementwise")], [("a", "b")])
    picture, live = flow.to_svg(), flow.to_json()
    for box in live["boxes"]:
        assert f"translate({box['x']:g} {box['y']:g})" in picture
        assert f'width="{box["width"]:g}"' in picture


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1_000_000), max_size=20))
def test_tiles_fill_the_rectangle_in_proportion(sizes: list[int]) -> None:
    tiles = treemap(sizes, 640, 220)
    total = sum(sizes)
    assert {tile.index for tile in tiles} == {at for at, size in enumerate(sizes) if size > 0}
    for tile in tiles:
        assert tile.width * tile.height == pytest.approx(sizes[tile.index] / total * 640 * 220, rel=1e-6)
        assert tile.x >= -1e-3
        assert tile.x + tile.width <= 640 + 1e-3
        assert tile.y + tile.height <= 220 + 1e-3
