"""Colors for whole pipelines: spread between two ends so that names stay readable on each; pure.

On a colored stage the portal writes in white or in black as it chooses itself, so what counts is the contrast
with *that* text (WCAG 2.2, 1.4.3: 4.5 to 1), not with the better of the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from boards.core.colors import BLACK, TEXT_CONTRAST, WHITE, contrast, mix, require_color, to_hex, to_rgb
from boards.crm.model import Directory, Semantic

# The portal calls a color dark below this brightness, and these of its own in any case: white text on them.
_DARK_BELOW = 128
_DARK_ANYWAY = frozenset({"00C4FB", "47D1E2", "75D900", "FFAB00", "FF5752", "468EE5", "1EAE43"})


@dataclass(frozen=True)
class Palette:
    """Two ends for the stages in progress, and the colors of the ends of the way; `key` names it."""

    key: str
    start: str
    end: str
    success: str
    failure: str


PALETTES = (
    Palette("ocean", "9BE7FF", "2D8FE0", "7BD500", "FF7A70"),
    Palette("forest", "DDF3A4", "3FA66B", "7BD500", "FF7A70"),
    Palette("sunset", "FFE08A", "F2703F", "9DCF00", "B3261E"),
    Palette("berry", "FBC4E0", "A14FB8", "7BD500", "B3261E"),
    Palette("slate", "DCE3EA", "5B6F86", "A5DE3F", "E58A84"),
    Palette("rainbow", "55D0E0", "FFA900", "7BD500", "FF7A70"),
)


@dataclass(frozen=True)
class Readability:
    """A color as the portal shows it: its `text`, their contrast, and the nearest color that reads well."""

    color: str
    text: str
    ratio: float
    nearest: str

    @property
    def readable(self) -> bool:
        return self.ratio >= TEXT_CONTRAST


@lru_cache(maxsize=4096)
def judge(color: str) -> Readability:
    """How well a name reads on that color (six hex digits) in the portal."""
    text = portal_text(color)
    return Readability(color, text, contrast(color, text), readable(color))


def portal_text(color: str) -> str:
    """Black or white: what the portal writes in on that color."""
    red, green, blue = to_rgb(color)
    dark = (red * 299 + green * 587 + blue * 114) / 1000 < _DARK_BELOW
    return WHITE if dark or color in _DARK_ANYWAY else BLACK


def readable(color: str) -> str:
    """The color itself if names read well on it, else the nearest one on the way to black or to white."""
    for share in range(256):
        for end in (WHITE, BLACK):
            other = mix(color, end, share / 255)
            if contrast(other, portal_text(other)) >= TEXT_CONTRAST:
                return other
    raise AssertionError("black on white is readable")


def spread(start: str, end: str, count: int) -> tuple[str, ...]:
    """`count` readable colors from one end to the other, evenly as the eye sees them (OKLab)."""
    if count <= 0:
        return ()
    steps = max(count - 1, 1)
    first, last = _to_oklab(start), _to_oklab(end)
    return tuple(readable(_from_oklab(_between(first, last, index / steps))) for index in range(count))


def paint(
    directory: Directory, start: str, end: str, *, success: str = "", failure: str = ""
) -> dict[int, str]:
    """A pipeline's new colors by id: the stages in progress from one end to the other, readable.

    `success` and `failure` color the ends of the way; "" leaves those stages alone. Any spelling of a color;
    BadInput for what is none. Stages that have their color already are left out.
    """
    process = directory.group(Semantic.PROCESS)
    colors = spread(require_color(start, "start"), require_color(end, "end"), len(process))
    wanted = {stage.id: color for stage, color in zip(process, colors, strict=True)}
    for semantic, text in ((Semantic.SUCCESS, success), (Semantic.FAILURE, failure)):
        if text:
            color = readable(require_color(text, semantic.value))
            wanted |= {stage.id: color for stage in directory.group(semantic)}
    return {
        stage.id: wanted[stage.id]
        for stage in directory.stages
        if stage.id in wanted and stage.color != wanted[stage.id]
    }


def paint_many(
    directories: Iterable[Directory], start: str, end: str, *, success: str = "", failure: str = ""
) -> dict[str, dict[int, str]]:
    """`paint` for several pipelines, for `changes.recolor_many`; those it leaves alone are left out."""
    plans = {
        directory.entity_id: paint(directory, start, end, success=success, failure=failure)
        for directory in directories
    }
    return {entity_id: colors for entity_id, colors in plans.items() if colors}


# --- OKLab (Björn Ottosson's matrices) ---
Lab = tuple[float, float, float]


def _between(start: Lab, end: Lab, share: float) -> Lab:
    light, green_red, blue_yellow = (low + (high - low) * share for low, high in zip(start, end, strict=True))
    return light, green_red, blue_yellow


def _to_oklab(color: str) -> Lab:
    red, green, blue = (_linear(channel / 255) for channel in to_rgb(color))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lab: Lab) -> str:
    light, green_red, blue_yellow = lab
    long = (light + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    middle = (light - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (light - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return to_hex(
        (
            _channel(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
            _channel(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
            _channel(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
        )
    )


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _channel(linear: float) -> int:
    value = min(1.0, max(0.0, linear))
    shown = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(shown * 255)
