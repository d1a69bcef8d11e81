"""What templates can call: DOM ids, initials, days, colors, sentences."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from urllib.parse import urlencode

from babel.dates import format_skeleton
from babel.numbers import format_decimal
from flask import Blueprint
from flask_babel import get_locale

from boards.core import colors
from boards.core.board import Board, Column
from boards.core.model import BoardRef, Filters, Rights, Stage
from web.core.sentences import why_text

blueprint = Blueprint("view", __name__)


@blueprint.app_template_global()
def dom_id(kind: str, key: object) -> str:
    """The DOM id of a portal object: ("stage", 17) → "stage-17"; "C1:NEW" loses what CSS would trip over."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9_-]", "-", str(key))


@blueprint.app_template_global()
def header_etag(stage: Stage, rights: Rights) -> str:
    """Stands for a stage's header as the page shows it: the same etag, the same header."""
    kind = getattr(stage, "kind", "")  # what a column of a sprint is for
    facts = (stage.title, stage.color, stage.is_first, kind, rights.may_shape, rights.as_admin)
    return f"{stage.id}.{zlib.crc32(repr(facts).encode()):x}"


@blueprint.app_template_filter()
def initials(name: str) -> str:
    """Up to two letters that stand for a person without a photo."""
    words = [word for word in re.split(r"[\s.]+", name) if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@blueprint.app_template_filter()
def day(moment: dt.datetime) -> str:
    """A deadline as people write it on a card, in the offset it came with: "12 Nov, 18:00"."""
    locale = get_locale() or "en"
    this_year = moment.year == dt.datetime.now(moment.tzinfo).year
    shown = format_skeleton("MMMd" if this_year else "yMMMd", moment, locale=locale)
    return shown if (moment.hour, moment.minute) == (0, 0) else f"{shown}, {moment:%H:%M}"


@blueprint.app_template_filter()
def minute(moment: dt.datetime) -> str:
    """A date with its year and the time to the minute, in the offset it came with: "12 Nov 2026, 18:00"."""
    return f"{format_skeleton('yMMMd', moment, locale=get_locale() or 'en')}, {moment:%H:%M}"


@blueprint.app_template_filter()
def text_on(color: str) -> str:
    """ "dark" or "light": which text reads on a stage's color."""
    return "dark" if colors.text_color(color) == colors.BLACK else "light"


@blueprint.app_template_filter()
def one_digit(number: float) -> str:
    """A number with one digit after the comma, or point, of the person's language: "4.5", "4,5"."""
    return str(format_decimal(number, "0.0", locale=get_locale() or "en"))


@blueprint.app_template_filter()
def contrast(color: str) -> str:
    """Contrast of the better of black and white on that color, one digit."""
    return one_digit(colors.text_contrast(color))


@blueprint.app_template_filter()
def utc_offset(board: Board) -> str:
    """The person's offset as the portal writes dates for them, "+03:00"; "" when no card tells."""
    cards = (card for column in board.columns for card in column.cards if card.deadline)
    found = next(cards, None)
    return found.deadline.isoformat()[-6:] if found and found.deadline else ""


blueprint.add_app_template_filter(why_text, "why")
blueprint.app_context_processor(lambda: {"palette": colors.PALETTE})


def filter_query(filters: Filters) -> dict[str, str]:
    """Filters as the query of an address; nothing for the defaults."""
    query = {
        "text": filters.text,
        "responsible": str(filters.responsible_id or ""),
        "overdue": "1" if filters.overdue else "",
        "completed": "1" if filters.with_completed else "",
    }
    return {name: value for name, value in query.items() if value}


def board_address(ref: BoardRef, filters: Filters) -> str:
    """Where this very board, filtered like this, can be read again."""
    query = urlencode(filter_query(filters))
    return f"/boards/{ref.key}" + (f"?{query}" if query else "")


@blueprint.app_template_global()
def column_link(ref: BoardRef, column: Column, filters: Filters, may_move: bool) -> str:
    """Where the next cards of a column are. `may_move`: they come with what it takes to move them."""
    query = filter_query(filters) | {"start": str(column.next_start or 0)}
    if column.stage.is_first:
        query["first"] = "1"
    if may_move:
        query["may_move"] = "1"
    return f"/boards/{ref.key}/columns/{column.stage.id}?{urlencode(query)}"
