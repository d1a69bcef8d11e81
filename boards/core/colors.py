"""Colors of stages: every spelling in, six upper-case hex digits out; and whether text on them can be read.

Contrast follows WCAG 2.2 (relative luminance, success criteria 1.4.3 and 1.4.11).
"""

from __future__ import annotations

import re
from functools import lru_cache

from boards.core.errors import BadInput, BadInputCode

BLACK, WHITE = "000000", "FFFFFF"
DEFAULT = "47D1E2"  # what the portal shows for a stage without a color (behaviour.md §3.2)
TEXT_CONTRAST = 4.5

# The colors of the portal's own swatches and default boards (behaviour.md §11), of those that look alike one,
# and four it lacks: yellow, dark green, dark blue, brown. Two rows of eight, in the order of the rainbow.
PALETTE = (
    "FF5752", "FFA801", "FFE14D", "9DCF00", "75D900", "2E8B57", "47E4C2", "47D1E2",
    "00C4FB", "39A8EF", "1F6FC5", "A861AB", "FF6EC7", "9C6B4E", "BDC1C6", "4D5C6B",
)  # fmt: skip

_HEX = re.compile(r"(?:#|0[xX])?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_CHANNEL = r"\s*(\d{1,3})\s*"
_RGB = re.compile(rf"rgba?\({_CHANNEL}[,\s]{_CHANNEL}[,\s]{_CHANNEL}(?:[,/]\s*(?:1|1\.0+|100%)\s*)?\)", re.I)


def parse_color(text: str) -> str:
    """Six upper-case hex digits from "#abc", "abcdef", "0xABCDEF", "rgb(1, 2, 3)"; ValueError for others."""
    text = text.strip()
    found = _HEX.fullmatch(text)
    if found:
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return digits.upper()
    found = _RGB.fullmatch(text)
    if found and all(int(channel) <= 255 for channel in found.groups()):
        return to_hex((int(found[1]), int(found[2]), int(found[3])))
    raise ValueError(f"not a color: {text!r}")


def require_color(text: str, field: str = "color") -> str:
    """`parse_color` for a form field; BadInput instead of ValueError."""
    try:
        return parse_color(text)
    except ValueError:
        raise BadInput(field, BadInputCode.COLOR_INVALID, value=text[:40]) from None


def to_rgb(color: str) -> tuple[int, int, int]:
    """Channels 0…255 of six hex digits."""
    return int(color[0:2], 16), int(color[2:4], 16), int(color[4:6], 16)


def to_hex(rgb: tuple[int, int, int]) -> str:
    """Six upper-case hex digits of channels 0…255."""
    return "{:02X}{:02X}{:02X}".format(*rgb)


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


@lru_cache(maxsize=4096)
def luminance(color: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in to_rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str, other: str) -> float:
    """Contrast ratio of two colors, 1 to 21, the same both ways."""
    dark, light = sorted((luminance(color), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_color(background: str) -> str:
    """Black or white, whichever reads better on the background; always at least 4.5 : 1."""
    return max((BLACK, WHITE), key=lambda text: contrast(text, background))


def text_contrast(background: str) -> float:
    """How well the better of black and white reads on the background."""
    return contrast(text_color(background), background)


def nearest_readable(color: str, text: str, ratio: float = TEXT_CONTRAST) -> str:
    """The color nearest to `color` on which `text` reads with `ratio`, by mixing in black or white.

    Away from the text: dark text lightens the background, light text darkens it. Where even black or
    white does not reach the ratio, that end is returned.
    """
    if contrast(color, text) >= ratio:
        return color
    end = WHITE if luminance(text) < 0.1791 else BLACK
    low, high = 0, 255
    while low < high:
        middle = (low + high) // 2
        if contrast(mix(color, end, middle / 255), text) >= ratio:
            high = middle
        else:
            low = middle + 1
    return mix(color, end, high / 255)


def mix(color: str, other: str, share: float) -> str:
    """`color` with `share` (0…1) of `other` in it, channel by channel."""
    pairs = zip(to_rgb(color), to_rgb(other), strict=True)
    red, green, blue = (round(mine + (its - mine) * share) for mine, its in pairs)
    return to_hex((red, green, blue))
