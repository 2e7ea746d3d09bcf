"""A chart's numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.blueprints.chart import chart


def test_bars_stand_on_the_ground_beside_each_other():
    drawn = chart([("a", 0, ""), ("b", 100, "one"), ("c", 200, "two")], unit=100)
    assert drawn.top == 200
    assert [(one.y, one.height) for one in drawn.bars] == [(100, 0), (50, 50), (0, 100)]
    assert drawn.bars[0].x + drawn.bars[0].width < drawn.bars[1].x
    assert drawn.line == ""


def test_the_line_of_before_is_on_the_same_scale():
    drawn = chart([("a", 100, ""), ("b", 0, "")], [0, 400], unit=100)
    assert drawn.top == 400
    assert drawn.line == "25.000,100.00 75.000,0.00"
    assert chart([("a", 100, "")], [0]).line == ""


@pytest.mark.parametrize(
    ("value", "unit", "top"),
    [(0, 100, 100), (1, 100, 100), (101, 100, 200), (39_000, 100, 40_000), (7, 1, 8), (11, 1, 20)],
)
def test_the_scale_ends_at_a_round_number(value, unit, top):
    assert chart([("a", value, "")], unit=unit).top == top


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=90), st.sampled_from([1, 100, 1000]))
def test_nothing_leaves_the_drawing(values, unit):
    drawn = chart([("", one, "") for one in values], values, unit=unit)
    assert drawn.top <= max(10 * max(values), unit)
    for bar in drawn.bars:
        assert 0 <= bar.y <= 100
        assert 0 <= bar.x < bar.x + bar.width <= 100.001
