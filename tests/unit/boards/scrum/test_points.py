"""Points are text; numbers where they can be read as such; scales mark, they never change."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.core.errors import BadInput, BadInputCode
from boards.scrum.points import (
    SCALES,
    Fit,
    ScaleKind,
    StoredScale,
    own_scale,
    parse_points,
    require_points,
    show_points,
    sum_points,
)

FIBONACCI, SHIRTS, HOURS = (SCALES[one] for one in (ScaleKind.FIBONACCI, ScaleKind.TSHIRTS, ScaleKind.HOURS))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8", "8"),
        (" 8 ", "8"),
        ("0.5", "0.5"),
        ("0,5", "0.5"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("½", "0.5"),
        ("1½", "1.5"),
        ("1 ½", "1.5"),
        ("¾", "0.75"),
        ("1/2", "0.5"),
        ("1 1/2", "1.5"),
        ("1/3", "0.3333"),
        ("⅓", "0.3333"),
        ("８", "8"),
        ("0", "0"),
        ("1000", "1000"),
    ],
)
def test_numbers(text: str, number: str) -> None:
    assert parse_points(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "?", "XL", "13 or more", "-1", "1.000,5", "1e3", "1/0", "∞", "0x8", "5 5", "8h", "½½", "1,2,3"],
)
def test_what_is_no_number(text: str) -> None:
    assert parse_points(text) is None


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = parse_points(text)
    assert number is None or (number >= 0 and parse_points(show_points(number)) == number)


@pytest.mark.parametrize(
    ("number", "text"), [("10", "10"), ("0.50", "0.5"), ("8.00", "8"), ("0", "0"), ("1E+2", "100")]
)
def test_sums_are_shown_plainly(number: str, text: str) -> None:
    assert show_points(Decimal(number)) == text


def test_halves_add_up_and_the_rest_is_counted_apart() -> None:
    found = sum_points(["8", "0.5", "½", "0,5", "XL", "?", "", "13 or more", "7", None], FIBONACCI)
    assert found.total == Decimal("9.5")
    assert (found.count, found.empty, found.unclear, found.off, found.unknown) == (10, 1, 3, 1, 1)
    assert (found.off_total, found.apart, found.complete) == (Decimal(7), 4, False)


def test_tenths_are_exact() -> None:
    assert sum_points(["0.1"] * 10, HOURS).total == 1


@pytest.mark.parametrize(
    ("kind", "text", "fit", "number"),
    [
        (ScaleKind.FIBONACCI, "½", Fit.ON, "0.5"),
        (ScaleKind.FIBONACCI, "4", Fit.OFF, "4"),
        (ScaleKind.POWERS, "4", Fit.ON, "4"),
        (ScaleKind.TSHIRTS, "xl", Fit.ON, "8"),
        (ScaleKind.TSHIRTS, "8", Fit.ON, "8"),
        (ScaleKind.TSHIRTS, "XXXL", Fit.UNCLEAR, None),
        (ScaleKind.HOURS, "7,25", Fit.ON, "7.25"),
        (ScaleKind.HOURS, "soon", Fit.UNCLEAR, None),
        (ScaleKind.HOURS, "  ", Fit.EMPTY, None),
    ],
)
def test_scales(kind: ScaleKind, text: str, fit: Fit, number: str | None) -> None:
    estimate = SCALES[kind].estimate(text)
    assert (estimate.fit, estimate.number) == (fit, Decimal(number) if number else None)
    assert estimate.marked is (fit in (Fit.OFF, Fit.UNCLEAR))


def test_an_own_scale() -> None:
    scale = own_scale([("tiny", "0,5"), ("8", ""), ("?", "")])
    assert sum_points(["Tiny", "8", "?", "3"], scale).total == Decimal("8.5")
    assert scale.estimate("?").fit is Fit.ON  # on the scale, and counts for nothing
    assert scale.estimate("3").fit is Fit.OFF


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], BadInputCode.SCALE_EMPTY),
        ([(" ", "1")], BadInputCode.SCALE_LABEL_BLANK),
        ([("a", "1"), ("A", "2")], BadInputCode.SCALE_LABEL_TWICE),
        ([("a", "many")], BadInputCode.SCALE_NUMBER_INVALID),
        ([(f"a{index}", "1") for index in range(41)], BadInputCode.SCALE_TOO_LONG),
    ],
)
def test_bad_scales(entries: list[tuple[str, str]], code: BadInputCode) -> None:
    with pytest.raises(BadInput) as caught:
        own_scale(entries)
    assert caught.value.code is code


def test_scales_survive_the_store() -> None:
    own = own_scale([("tiny", "0,5"), ("8", ""), ("?", "")])
    for scale in (*SCALES.values(), own):
        assert StoredScale.of(scale).scale() == scale


@pytest.mark.parametrize("stored", [StoredScale(), StoredScale(ScaleKind.OWN)])
def test_nothing_in_the_store_is_the_usual_scale(stored: StoredScale) -> None:
    assert stored.scale() is FIBONACCI


def test_typed_text_is_kept_as_it_is() -> None:
    assert require_points("  13  or\nmore ") == "13 or more"
    assert require_points("") == ""
    assert require_points("½") == "½"
    with pytest.raises(BadInput) as caught:
        require_points("x" * 256)
    assert caught.value.code is BadInputCode.POINTS_TOO_LONG
