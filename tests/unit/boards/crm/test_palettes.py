"""Colors of pipelines: readable with the text the portal chooses, evenly spread, the nearest otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.core.colors import BLACK, TEXT_CONTRAST, WHITE, contrast
from boards.core.errors import BadInput
from boards.crm.palettes import PALETTES, Palette, judge, paint, paint_many, portal_text, readable, spread
from tests.unit.boards.crm.scene import CrmScene

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"{number:06X}")


@pytest.mark.parametrize(
    ("color", "text"),
    [
        ("FFFFFF", BLACK),
        ("000000", WHITE),
        ("808080", BLACK),
        ("7F7F7F", WHITE),
        ("47D1E2", WHITE),
        ("48D1E2", BLACK),
    ],
)
def test_the_portal_chooses_the_text(color: str, text: str) -> None:
    assert portal_text(color) == text


@given(COLORS)
def test_the_nearest_readable_color_is_readable(color: str) -> None:
    found = judge(color)
    assert contrast(found.nearest, portal_text(found.nearest)) >= TEXT_CONTRAST
    assert found.readable == (found.nearest == color)


def test_examples_of_unreadable_colors() -> None:
    assert not judge("FF0000").readable and judge("FF0000").nearest == "EE0000"
    assert not judge("FF5752").readable
    assert judge("39A8EF").readable and judge("39A8EF").ratio > 8


@given(COLORS, COLORS, st.integers(0, 30))
def test_a_spread_is_readable_from_end_to_end(start: str, end: str, count: int) -> None:
    colors = spread(start, end, count)
    assert len(colors) == count
    assert all(judge(color).readable for color in colors)
    if count > 1:
        assert (colors[0], colors[-1]) == (readable(start), readable(end))


def test_a_spread_of_one_is_its_start() -> None:
    assert spread("9BE7FF", "000000", 1) == ("9BE7FF",)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.key)
def test_every_palette_gives_different_readable_colors(palette: Palette) -> None:
    colors = [*spread(palette.start, palette.end, 8), palette.success, palette.failure]
    assert len(set(colors)) == 10
    assert all(judge(color).readable for color in colors)


def test_a_pipeline_is_painted_by_group(scene: CrmScene) -> None:
    directory = scene.directory()
    colors = paint(directory, "#9be7ff", "2D8FE0", success="rgb(123, 213, 0)", failure="f00")
    new, papers, work, won, *lost = directory.ids
    assert colors[new] == "9BE7FF" and colors[work] == readable("2D8FE0")
    assert won not in colors  # it has that color already
    assert {colors[stage_id] for stage_id in lost} == {"EE0000"} and papers in colors


def test_ends_of_the_way_are_left_alone_unless_asked(scene: CrmScene) -> None:
    directory = scene.directory()
    assert paint(directory, "9BE7FF", "2D8FE0").keys() == set(directory.ids[:3])


def test_several_pipelines_without_those_that_are_right(scene: CrmScene) -> None:
    first, second = scene.directory(), scene.directory("DEAL_STAGE_3")
    plans = paint_many([first, second], "9BE7FF", "2D8FE0")
    assert plans.keys() == {"DEAL_STAGE", "DEAL_STAGE_3"}
    for row_id, color in plans["DEAL_STAGE"].items():
        scene.rows[row_id].color = color
    assert paint_many([scene.directory(), second], "9BE7FF", "2D8FE0").keys() == {"DEAL_STAGE_3"}


@pytest.mark.parametrize(("start", "end", "field"), [("mauve", "000", "start"), ("000", "", "end")])
def test_ends_that_are_no_colors(scene: CrmScene, start: str, end: str, field: str) -> None:
    directory = scene.directory()
    with pytest.raises(BadInput) as caught:
        paint(directory, start, end)
    assert caught.value.field == field
