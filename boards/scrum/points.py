"""Story points: free text in the portal, numbers where they can be read as such, and scales.

Nobody's text is ever changed: "½", "0,5" and "0.5" are the same number and stay three spellings. Sums are
exact (`Decimal`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from unicodedata import normalize

from b24.wire import literal
from boards.core.errors import BadInput, BadInputCode

POINTS_LIMIT = 255  # characters; the portal's column holds no more

_FRACTIONS = {
    "½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.3333", "⅔": "0.6667", "⅕": "0.2", "⅖": "0.4", "⅗": "0.6",
    "⅘": "0.8", "⅙": "0.1667", "⅚": "0.8333", "⅛": "0.125", "⅜": "0.375", "⅝": "0.625", "⅞": "0.875",
}  # fmt: skip
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?|[.,]\d{1,6}")
_MIXED = re.compile(r"(\d{1,9})?\s?([" + "".join(_FRACTIONS) + "])")
_SLASHED = re.compile(r"(?:(\d{1,6})\s)?(\d{1,4})\s?[/⁄]\s?(\d{1,4})")
_PLACES = Decimal("0.0001")


def parse_points(text: str) -> Decimal | None:
    """The number a text stands for: "8", "0.5", "0,5", ".5", "½", "1½", "1/2", "1 1/2"; None for all others.

    >>> parse_points("½") == parse_points("0,5") == parse_points("0.5")
    True
    >>> parse_points("13 or more") is None
    True
    """
    text = text.strip()
    mixed = _MIXED.fullmatch(text)
    if mixed:
        return Decimal(mixed[1] or 0) + Decimal(_FRACTIONS[mixed[2]])
    slashed = _SLASHED.fullmatch(text)
    if slashed and int(slashed[3]):
        return Decimal(slashed[1] or 0) + (Decimal(slashed[2]) / Decimal(slashed[3])).quantize(_PLACES)
    plain = normalize("NFKC", text)
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


def show_points(number: Decimal) -> str:
    """A sum for people and for `data-` attributes: "13", "0.5", never "1E+1" or "8.00"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def require_points(text: str, field: str = "points") -> str:
    """What somebody typed, without blanks around it, in one line; BadInput when the portal cannot keep it."""
    points = literal(" ".join(text.split()))
    if len(points) > POINTS_LIMIT:
        raise BadInput(field, BadInputCode.POINTS_TOO_LONG, limit=POINTS_LIMIT, length=len(points))
    return points


class ScaleKind(StrEnum):
    FIBONACCI = "fibonacci"
    POWERS = "powers"
    TSHIRTS = "tshirts"
    HOURS = "hours"
    OWN = "own"


@dataclass(frozen=True)
class ScaleValue:
    """One step of a scale: what is typed, and the number behind it (None: counts for nothing)."""

    label: str
    number: Decimal | None


@dataclass(frozen=True)
class Scale:
    """What a team estimates with. `open_ended`: any number is on it, the values are only the handy ones."""

    kind: ScaleKind
    values: tuple[ScaleValue, ...]
    open_ended: bool = False

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """(label, number) pairs as people write them; "" for no number."""
        return tuple(
            (value.label, "" if value.number is None else show_points(value.number)) for value in self.values
        )

    def estimate(self, text: str) -> Estimate:
        """What a text means on this scale."""
        text = text.strip()
        if not text:
            return Estimate(text, None, Fit.EMPTY)
        label = _find_label(self.values, text)
        if label:
            return Estimate(text, label.number, Fit.ON)
        number = parse_points(text)
        if number is None:
            return Estimate(text, None, Fit.UNCLEAR)
        fits = self.open_ended or any(value.number == number for value in self.values)
        return Estimate(text, number, Fit.ON if fits else Fit.OFF)


class Fit(StrEnum):
    """How an estimate fits the scale."""

    EMPTY = "empty"
    ON = "on"
    OFF = "off"  # a number, but none of the scale
    UNCLEAR = "unclear"  # no number at all


@dataclass(frozen=True)
class Estimate:
    """A text and what it counts for. `number` is None for `EMPTY` and `UNCLEAR`."""

    text: str
    number: Decimal | None
    fit: Fit

    @property
    def marked(self) -> bool:
        """Whether the page marks it as off the scale."""
        return self.fit in (Fit.OFF, Fit.UNCLEAR)


@dataclass(frozen=True)
class PointSum:
    """The sum of some items. `total` has what is on the scale; the rest is counted apart.

    `off_total` sums the numbers that are not on the scale, `off` and `unclear` count those items, `empty`
    the ones without points and `unknown` those whose points were not read yet.
    """

    total: Decimal = field(default_factory=Decimal)
    count: int = 0
    empty: int = 0
    off: int = 0
    off_total: Decimal = field(default_factory=Decimal)
    unclear: int = 0
    unknown: int = 0

    @property
    def apart(self) -> int:
        """Items that are off the scale."""
        return self.off + self.unclear

    @property
    def complete(self) -> bool:
        """Whether the points of all items are known."""
        return not self.unknown


def sum_points(texts: Iterable[str | None], scale: Scale) -> PointSum:
    """The sum of points; None stands for points that were not read yet."""
    total, off_total = Decimal(), Decimal()
    counts = {"count": 0, "empty": 0, "off": 0, "unclear": 0, "unknown": 0}
    for text in texts:
        counts["count"] += 1
        if text is None:
            counts["unknown"] += 1
            continue
        estimate = scale.estimate(text)
        if estimate.fit is Fit.ON:
            total += estimate.number or 0
        else:
            counts[estimate.fit.value] += 1
            off_total += estimate.number or 0
    return PointSum(total=total, off_total=off_total, **counts)


def own_scale(entries: Iterable[tuple[str, str]]) -> Scale:
    """A scale of a team's own: (label, number) pairs in their order.

    The number may be left out where the label is one ("8"), or where it shall count for nothing ("?").
    BadInput for a blank or doubled label, a number that is none, or no entry at all.
    """
    values: list[ScaleValue] = []
    for typed, number in entries:
        label = require_points(typed, "scale")
        if not label:
            raise BadInput("scale", BadInputCode.SCALE_LABEL_BLANK)
        if _find_label(values, label):
            raise BadInput("scale", BadInputCode.SCALE_LABEL_TWICE, value=label)
        worth = parse_points(number or label)
        if number.strip() and worth is None:
            raise BadInput("scale", BadInputCode.SCALE_NUMBER_INVALID, value=number[:40])
        values.append(ScaleValue(label, worth))
    if not values:
        raise BadInput("scale", BadInputCode.SCALE_EMPTY)
    if len(values) > MAX_VALUES:
        raise BadInput("scale", BadInputCode.SCALE_TOO_LONG, limit=MAX_VALUES)
    return Scale(ScaleKind.OWN, tuple(values))


def _find_label(values: Iterable[ScaleValue], text: str) -> ScaleValue | None:
    wanted = text.casefold()
    return next((value for value in values if value.label.casefold() == wanted), None)


def _numbers(*labels: str) -> tuple[ScaleValue, ...]:
    return tuple(ScaleValue(label, Decimal(label)) for label in labels)


def _sizes(**numbers: int) -> tuple[ScaleValue, ...]:
    return tuple(ScaleValue(label, Decimal(number)) for label, number in numbers.items())


MAX_VALUES = 40

SCALES: dict[ScaleKind, Scale] = {
    ScaleKind.FIBONACCI: Scale(
        ScaleKind.FIBONACCI, _numbers("0", "0.5", "1", "2", "3", "5", "8", "13", "21", "34", "55", "89")
    ),
    ScaleKind.POWERS: Scale(ScaleKind.POWERS, _numbers("0", "0.5", "1", "2", "4", "8", "16", "32", "64")),
    ScaleKind.TSHIRTS: Scale(ScaleKind.TSHIRTS, _sizes(XS=1, S=2, M=3, L=5, XL=8, XXL=13)),
    ScaleKind.HOURS: Scale(
        ScaleKind.HOURS, _numbers("0.5", "1", "2", "4", "8", "16", "24", "40"), open_ended=True
    ),
}


def scale_of(kind: ScaleKind, entries: Iterable[tuple[str, str]]) -> Scale:
    """The scale of a kind; T-shirts and a team's own have these (label, number) pairs.

    BadInput as `own_scale` raises it.
    """
    if kind not in (ScaleKind.OWN, ScaleKind.TSHIRTS):
        return SCALES[kind]
    return Scale(kind, own_scale(entries).values)


@dataclass(frozen=True)
class StoredScale:
    """A scale as it is kept: what was typed, (label, number) with "" for no number."""

    kind: ScaleKind = ScaleKind.FIBONACCI
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, scale: Scale) -> StoredScale:
        return cls(scale.kind, scale.entries)

    def scale(self) -> Scale:
        """The scale that was kept; Fibonacci where the values make none."""
        try:
            return scale_of(self.kind, self.values)
        except BadInput:
            return SCALES[ScaleKind.FIBONACCI]
