"""A bar chart as numbers: heights in percent of a round top, so that a template only draws."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bar", "Chart", "chart"]

STEPS = (1, 2, 3, 4, 5, 6, 8, 10)  # a scale ends at one of these times a power of ten
GAP = 0.25  # of a bar's room


@dataclass(frozen=True)
class Bar:
    """One value, in a drawing of 100 by 100 with its origin at the top left."""

    label: str
    said: str  # the value in words, shown under the pointer and in the table
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Bars, the line of what was before behind them, and the scale at the side."""

    bars: tuple[Bar, ...]
    line: str  # points of a polyline; empty where there was nothing
    top: int  # what the full height stands for


def chart(
    values: Sequence[tuple[str, int, str]], before: Sequence[int] = (), *, unit: int = 1
) -> Chart:
    """Draw (label, value, said). The scale ends at a round number of `unit`s, and holds both."""
    top = _round_up(max([value for _, value, _ in values] + list(before), default=0), unit)
    room = 100 / max(len(values), 1)
    bars = tuple(
        Bar(
            label,
            said,
            round(number * room + room * GAP / 2, 3),
            round(room * (1 - GAP), 3),
            round(100 - 100 * value / top, 2),
            round(100 * value / top, 2),
        )
        for number, (label, value, said) in enumerate(values)
    )
    points = [
        f"{(number + 0.5) * room:.3f},{100 - 100 * value / top:.2f}"
        for number, value in enumerate(before)
    ]
    return Chart(bars, " ".join(points) if any(before) else "", top)


def _round_up(value: int, unit: int) -> int:
    scale = unit
    while True:
        for step in STEPS:
            if step * scale >= value:
                return step * scale
        scale *= 10
