"""Colors: every spelling, and whether one can read on them."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.core import colors
from boards.core.errors import BadInput

hexes = st.integers(0, 0xFFFFFF).map(lambda number: f"{number:06X}")


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#00C4FB", "00C4FB"),
        ("00c4fb", "00C4FB"),
        (" #abc ", "AABBCC"),
        ("ABC", "AABBCC"),
        ("0x00C4FB", "00C4FB"),
        ("rgb(0, 196, 251)", "00C4FB"),
        ("RGB(0 196 251)", "00C4FB"),
        ("rgba(0,196,251,1)", "00C4FB"),
    ],
)
def test_spellings(text: str, color: str) -> None:
    assert colors.parse_color(text) == color


@pytest.mark.parametrize(
    "text", ["", "#", "ab", "#abcd", "#abcdex", "red", "rgb(256,0,0)", "rgb(1,2)", "rgba(1,2,3,0.5)", "# abc"]
)
def test_what_is_no_color(text: str) -> None:
    with pytest.raises(ValueError, match="not a color"):
        colors.parse_color(text)
    with pytest.raises(BadInput) as caught:
        colors.require_color(text)
    assert (caught.value.field, caught.value.code) == ("color", "color_invalid")


@given(hexes)
def test_every_color_has_a_readable_text(color: str) -> None:
    assert colors.text_contrast(color) >= colors.TEXT_CONTRAST
    assert colors.text_color(color) in {colors.BLACK, colors.WHITE}


@given(hexes)
def test_spelling_there_and_back(color: str) -> None:
    red, green, blue = colors.to_rgb(color)
    assert colors.parse_color(f"#{color.lower()}") == color
    assert colors.parse_color(f"rgb({red}, {green}, {blue})") == color


@given(hexes, hexes)
def test_contrast_is_fair(one: str, other: str) -> None:
    ratio = colors.contrast(one, other)
    assert 1 <= ratio <= 21.0001
    assert ratio == colors.contrast(other, one)


@given(hexes, st.sampled_from([colors.BLACK, colors.WHITE]), st.sampled_from([3.0, 4.5, 7.0]))
def test_the_nearest_readable_is_readable_and_near(color: str, text: str, ratio: float) -> None:
    found = colors.nearest_readable(color, text, ratio)
    assert colors.contrast(found, text) >= ratio
    if colors.contrast(color, text) >= ratio:
        assert found == color


def test_known_contrasts() -> None:
    assert colors.contrast("000000", "FFFFFF") == pytest.approx(21)
    assert colors.contrast("767676", "FFFFFF") == pytest.approx(4.54, abs=0.01)
    assert colors.text_color("75D900") == colors.BLACK
    assert colors.text_color("1B2A55") == colors.WHITE


def test_the_palette_is_clean() -> None:
    assert all(colors.parse_color(color) == color for color in colors.PALETTE)
    assert len(set(colors.PALETTE)) == len(colors.PALETTE)
    assert colors.DEFAULT in colors.PALETTE


def lab(color: str) -> tuple[float, float, float]:
    """Lightness and the two axes of CIELAB (D65): distances in it are as large as they look."""
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (channel / 255 for channel in colors.to_rgb(color))
    )
    x, y, z = (
        one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116
        for one in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def test_no_two_swatches_look_alike() -> None:
    pairs = combinations(colors.PALETTE, 2)
    assert min(math.dist(lab(one), lab(other)) for one, other in pairs) > 15
