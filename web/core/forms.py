"""Forms: a class for each says its fields, their formats and what is answered when one makes no sense.

A field that is not sent, or is sent empty, has its default. A number, a choice or a list that cannot be read
is answered with 400 and the name of the field (WrongFields); what is well written and still cannot be done is
the domain's to refuse (BadInput, 422).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, wraps
from typing import Annotated, Any, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from flask import Response, make_response, request
from jinja2_fragments.flask import render_block
from msgspec import UNSET, Meta
from werkzeug.datastructures import MultiDict

from boards.core.errors import BadInput
from web.core.failures import WrongFields
from web.core.sentences import bad_input_text

P = ParamSpec("P")
FormT = TypeVar("FormT", bound="Form")
Read = Callable[[Sequence[str]], Any]
"""The texts sent for one field → what `msgspec` makes its value of. ValueError for what is no such text."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What every form of a page may hold. `request_key` names one click: sent twice, it acts once."""

    request_key: str = ""


# --- formats ---
LARGEST_ID = 999_999_999_999
Id = Annotated[int, Meta(ge=0, le=LARGEST_ID)]
"""A number of a stage, a task, a person …; 0 for none."""


def _separated(texts: Sequence[str]) -> list[str]:
    return [part for part in ",".join(texts).split(",") if part]


def words(texts: Sequence[str]) -> list[str]:
    """Reads values with blanks between them."""
    return " ".join(texts).split()


def _spots(texts: Sequence[str]) -> list[list[str]]:
    return [spot.split(":") for spot in texts[0].split(",") if spot]


def _json(texts: Sequence[str]) -> Any:
    return msgspec.json.decode(texts[0]) if texts[0] else UNSET


def _lines(texts: Sequence[str]) -> str:
    """Browsers send line breaks as CRLF; the portal keeps LF."""
    return texts[0].replace("\r\n", "\n").replace("\r", "\n")


def _utc_offset(texts: Sequence[str]) -> Any:
    found = _OFFSET.fullmatch(texts[0])
    if not found:
        raise ValueError(texts[0])
    return texts[0]


def _moment(texts: Sequence[str]) -> Any:
    return dt.datetime.fromisoformat(texts[0]) if texts[0] else UNSET


def _moment_text(texts: Sequence[str]) -> str:
    return texts[0] if _moment(texts) is not UNSET else ""


_OFFSET = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)|")

COMMAS = Meta(extra={"read": _separated})
"""One field with a comma between values, or a field for each: "17,18"."""
JSON = Meta(extra={"read": _json})
Ids = Annotated[tuple[Id, ...], COMMAS]
Names = Annotated[tuple[str, ...], COMMAS]
Spots = Annotated[tuple[tuple[Id, Id, Id, Id], ...], Meta(extra={"read": _spots})]
"""Where cards stood, as the page showed it: "17:18:16:5" is 17, above 18, below 16, in stage 5."""
Every = Annotated[tuple[str, ...], Meta(extra={"read": list})]
"""A field for each value, such as the checked boxes of one name."""
Words = Annotated[tuple[str, ...], Meta(extra={"read": words})]
"""Values with blanks between them."""
Text = Annotated[str, Meta(extra={"read": _lines})]
"""A text of several lines."""
Moment = Annotated[dt.datetime | None, Meta(extra={"read": _moment})]
"""A date and a time as ISO 8601 writes them, "2026-12-01T18:30:59+01:00"."""
MomentText = Annotated[str, Meta(extra={"read": _moment_text, "checked": True})]
"""The same, kept as it was written. `checked`: a text that is not just any text."""
UtcOffset = Annotated[str, Meta(extra={"read": _utc_offset, "checked": True})]
"""How far the person's clock is ahead of UTC, "+03:00"; "" when the page does not say."""


def zone_of_offset(offset: str) -> dt.tzinfo:
    """The zone that a `UtcOffset` means; UTC for ""."""
    found = _OFFSET.fullmatch(offset)
    if not found or not found[1]:
        return dt.UTC
    distance = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return dt.timezone(min(distance, dt.timedelta(hours=15)) * (-1 if found[1] == "-" else 1))


# --- reading ---
def read_form(form_class: type[FormT]) -> FormT:
    """The form that was posted; WrongFields names every field whose text makes no sense."""
    return decode(form_class, request.form)


def decode(form_class: type[FormT], sent: Mapping[str, str]) -> FormT:
    """The form in these texts (a MultiDict may hold several for a name); WrongFields if it is in none."""
    texts = sent if isinstance(sent, MultiDict) else MultiDict(sent)
    values, wrong = {}, []
    for name, hint, read, needed in _fields(form_class):
        try:
            value = _value(texts.getlist(name), hint, read)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            wrong.append(name)
            continue
        if value is not UNSET:
            values[name] = value
        elif needed:
            wrong.append(name)
    if wrong:
        raise WrongFields(wrong)
    return form_class(**values)


def _value(texts: Sequence[str], hint: Any, read: Read | None) -> Any:
    """The value of one field; UNSET when nothing was sent for it."""
    if not texts:
        return UNSET
    found = read(texts) if read else texts[0]
    if found is UNSET or (found == "" and hint is not str and read is None and str not in get_args(hint)):
        return UNSET
    return msgspec.convert(found, hint, strict=False)


@lru_cache(maxsize=256)
def _fields(form_class: type[Form]) -> tuple[tuple[str, Any, Read | None, bool], ...]:
    """Name, type, reader and whether it must be sent, of each field."""
    hints = get_type_hints(form_class, include_extras=True)
    return tuple(
        (field.name, hints[field.name], _reader(hints[field.name]), field.required)
        for field in msgspec.structs.fields(form_class)
    )


def _reader(hint: Any) -> Read | None:
    return next((extra["read"] for extra in _extras(hint) if "read" in extra), None)


def _extras(hint: Any) -> Iterator[dict[str, Any]]:
    """What the formats within a type hint say: of the type itself, or of the parts of a union."""
    if get_origin(hint) is Annotated:
        yield from (meta.extra for meta in hint.__metadata__ if isinstance(meta, Meta) and meta.extra)
        return
    if get_origin(hint) is not tuple:
        for part in get_args(hint):
            yield from _extras(part)


def in_dialog(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose bad input is told within the dialog that sent it; the status is 422."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except BadInput as error:
            html = render_block("shared/failure.html", "form_error", text=bad_input_text(error))
            return make_response(html, 422)

    return guarded
