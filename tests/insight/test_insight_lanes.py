from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bertkit.insight.lanes import lanes

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])))


@given(SPANS)
def test_no_span_covers_another_in_its_lane(spans: list[tuple[int, int]]) -> None:
    assigned = lanes(spans)
    for index, (first, last) in enumerate(spans):
        for other in range(index):
            apart = last < spans[other][0] or spans[other][1] < first
            assert apart or assigned[index] != assigned[other]


@given(SPANS)
def test_there_are_as_many_lanes_as_spans_share_one_place(spans: list[tuple[int, int]]) -> None:
    deepest = max((sum(first <= place <= last for first, last in spans) for place in range(43)), default=0)
    assert len(set(lanes(spans))) == deepest
    assert set(lanes(spans)) == set(range(deepest))


@given(SPANS.filter(bool))
def test_the_first_span_is_in_the_first_lane(spans: list[tuple[int, int]]) -> None:
    assert lanes(spans)[0] == 0
