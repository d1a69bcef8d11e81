"""SORT values: strictly growing along the wanted order, and no row changed that need not be."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.crm.sort_values import plan_sorts

SORTS = st.lists(st.one_of(st.none(), st.integers(-2, 12)), max_size=7)


def after(order: list[tuple[int, int | None]], changes: dict[int, int]) -> list[int]:
    return [changes.get(row_id, sort or 0) for row_id, sort in order]


def fewest(sorts: list[int | None]) -> int:
    """The least number of changes, by trying all: what stays needs room for whole numbers in between."""
    for changed in range(len(sorts) + 1):
        for kept in combinations(range(len(sorts)), len(sorts) - changed):
            values = [sorts[index] for index in kept]
            if None in values:
                continue
            room = [value - index for index, value in zip(kept, values, strict=True) if value is not None]
            if all(low <= high for low, high in pairwise(room)) and all(number >= 1 for number in room[:1]):
                return changed
    raise AssertionError("all can change")


@given(SORTS)
def test_growing_and_with_as_few_changes_as_possible(sorts: list[int | None]) -> None:
    order = list(enumerate(sorts))
    changes = plan_sorts(order)
    values = after(order, changes)
    assert all(low < high for low, high in pairwise(values)) and all(number >= 1 for number in values)
    assert len(changes) == fewest(sorts)
    assert all(changes[row_id] != sort for row_id, sort in order if row_id in changes)


@pytest.mark.parametrize(
    ("order", "changes"),
    [
        ([(1, 10), (2, 20), (3, 30)], {}),
        ([(1, 10), (3, 30), (2, 20), (4, 40)], {2: 35}),
        ([(4, 40), (1, 10), (2, 20), (3, 30)], {4: 5}),
        ([(2, 20), (3, 30), (1, 10)], {1: 40}),
        ([(1, 10), (2, 10), (3, 10)], {2: 20, 3: 30}),
        ([(1, 10), (9, None), (2, 11)], {9: 20, 2: 30}),
        ([], {}),
    ],
)
def test_examples(order: list[tuple[int, int | None]], changes: dict[int, int]) -> None:
    assert plan_sorts(order) == changes


def test_thirty_rows_turned_around_keep_one() -> None:
    order = [(number, number * 10) for number in range(30, 0, -1)]
    assert len(plan_sorts(order)) < 30
