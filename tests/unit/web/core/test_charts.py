"""Geometry of charts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from web.core import charts


@pytest.mark.parametrize(
    ("highest", "top", "step"),
    [(0, 1, 1), (0.5, 0.6, 0.2), (1, 1, 0.5), (8, 8, 2), (33, 40, 10), (74.5, 80, 20), (980, 1000, 500)],
)
def test_axes_end_at_a_round_number(highest: float, top: float, step: float) -> None:
    assert charts.round_up(highest) == pytest.approx((top, step))


def test_values_lie_between_the_bottom_and_the_top() -> None:
    axes = charts.axes_for(Decimal("74.5"), ["a", "b"])
    assert axes.y(0) == axes.bottom and axes.y(80) == charts.TOP
    assert [one.text for one in axes.values] == ["0", "20", "40", "60", "80"]
    assert axes.values[1].at == axes.y(20)


def test_labels_are_thinned_out_where_there_are_many() -> None:
    assert len(charts.axes_for(1, [str(n) for n in range(370)]).labels) <= charts.LABELS_AT_MOST


def test_a_line_ends_where_values_are_not_known() -> None:
    axes = charts.axes_for(10, ["a", "b", "c"])
    assert len(charts.line(axes, [Decimal(10), Decimal(5), None]).split()) == 2


def test_the_done_part_of_a_bar_is_no_higher_than_the_whole() -> None:
    axes = charts.axes_for(10, ["a"])
    (bar,) = charts.bars(axes, [("a", Decimal(10), Decimal(4))])
    assert bar.whole < bar.part <= axes.bottom and bar.x >= charts.LEFT
