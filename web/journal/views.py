"""The journal: who changed what; as a page, as a table, and the way back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from boards.core.change import Kind
from boards.core.errors import OfNewerRelease
from store import journal
from store.journal import PRIVATE, Entry, Reader
from web.actions.jobs import StepForm
from web.actions.undo import undo_entry
from web.core import navigation, visible_boards
from web.core.context import RequestContext
from web.core.failures import EntryOfNewerRelease, UnknownTarget
from web.core.sentences import KIND, kind_text
from web.core.views import SessionBlueprint
from web.journal.entries import EntryRow, Names, board_name, row_of

blueprint = SessionBlueprint("journal", __name__)

PAGE = 50
TABLE_PART = 500
LONGEST_OFFSET = 14 * 60
KNOWN = frozenset(Kind)
"""While the nodes are changed one by one, a newer release may write what this one cannot read."""
SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
FORMULA = re.compile(rf"[\s\"]*{SIGNS}| *[\t\r\n]")
"""What a spreadsheet would take for a formula, or for the start of one."""
FORMULA_WITHIN = re.compile(rf"([;\t\r\n][\s\"]*)(?={SIGNS})")
"""The same where it splits lines elsewhere: in German and Russian at semicolons, which nothing quotes."""


@dataclass(frozen=True)
class Wanted:
    """The filters as the address has them; `offset` is the reader's, in minutes east of UTC."""

    person: str = ""
    board: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    offset: int = 0

    @property
    def zone(self) -> dt.timezone:
        return dt.timezone(dt.timedelta(minutes=self.offset))

    @property
    def address(self) -> str:
        """As a query, without what is not set."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def active(self) -> bool:
        return replace(self, offset=0) != Wanted()

    def query(self) -> dict[str, Any]:
        """As `journal.entries` takes them. Days are the reader's; `until` includes its day."""
        return {
            "user_id": int(self.person) if self.person else None,
            "board_key": self.board,
            "kind": self.kind,
            "since": self._midnight(self.since, 0),
            "until": self._midnight(self.until, 1),
        }

    def _midnight(self, day: str, later: int) -> float | None:
        if not day:
            return None
        start = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), self.zone)
        return (start + dt.timedelta(days=later)).timestamp()


@blueprint.page("/journal")
def show(ctx: RequestContext) -> str:
    """The page; asks nothing of the portal."""
    wanted = _wanted()
    titles = visible_boards.titles(ctx)
    people = journal.people(ctx.db, ctx.member_id, _reader(ctx))
    boards = [(key, board_name(key, titles)) for key in (PRIVATE, *sorted(titles, key=titles.__getitem__))]
    kinds = [(kind.value, kind_text(kind.value)) for kind in Kind if kind in KIND]
    return render_template(
        "journal/journal.html", wanted=wanted, people=people, boards=boards, kinds=kinds, **_page(ctx, wanted)
    )


@blueprint.page("/journal/entries")
def entries(ctx: RequestContext) -> str:
    """The next page of entries."""
    wanted = _wanted()
    return render_template("journal/_entries.html", wanted=wanted, more=True, **_page(ctx, wanted))


@blueprint.action("/journal/<int:entry_id>/undo", StepForm)
def undo(ctx: RequestContext, form: StepForm, entry_id: int) -> Response:
    """Take a change back, with the rights of the person who asks."""
    entry = journal.get(ctx.db, ctx.member_id, entry_id)
    if entry is None or not _may_see(ctx, entry):
        raise UnknownTarget
    if entry.kind not in KNOWN:
        raise EntryOfNewerRelease
    try:
        return undo_entry(ctx, form, entry)
    except OfNewerRelease as error:
        raise EntryOfNewerRelease from error


@blueprint.page("/journal.csv")
def table(ctx: RequestContext) -> Response:
    """The entries as a table for spreadsheets, all that the filters let through."""
    wanted = _wanted()
    rows = list(_all_rows(ctx, wanted))
    response = Response(_csv(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="stagecraft-journal.csv"'
    return response


def _page(ctx: RequestContext, wanted: Wanted) -> dict[str, Any]:
    """One entry more than a page holds tells whether there is a next one."""
    found = _entries(ctx, wanted, PAGE + 1, request.args.get("before", type=int))
    rows = _rows(ctx, found[:PAGE], wanted)
    return {"rows": rows, "next_before": rows[-1].id if len(found) > PAGE else None}


def _entries(ctx: RequestContext, wanted: Wanted, limit: int, before_id: int | None) -> list[Entry]:
    return journal.entries(
        ctx.db,
        ctx.member_id,
        kinds=KNOWN,
        limit=limit,
        before_id=before_id,
        reader=_reader(ctx),
        **wanted.query(),
    )


def _rows(ctx: RequestContext, found: list[Entry], wanted: Wanted) -> list[EntryRow]:
    names = Names(visible_boards.titles(ctx), visible_boards.stage_names(ctx))
    undid = journal.undone_by_these(ctx.db, ctx.member_id, [entry.id for entry in found])
    return [row_of(entry, wanted.zone, names, ctx.user_id, undid.get(entry.id)) for entry in found]


def _all_rows(ctx: RequestContext, wanted: Wanted) -> Iterator[EntryRow]:
    before_id: int | None = None
    while found := _entries(ctx, wanted, TABLE_PART, before_id):
        yield from _rows(ctx, found, wanted)
        before_id = found[-1].id


def _csv(rows: list[EntryRow]) -> str:
    """With a byte order mark, so that spreadsheets read UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [_("Number"), _("When"), _("Who"), _("Board"), _("What"), _("Before"), _("After"), _("Undone")]
    )
    for row in rows:
        before = _values((difference.label, difference.before) for difference in row.differences)
        after = _values((difference.label, difference.after) for difference in row.differences)
        undone = _("yes") if row.undone else ""
        cells = (row.who, row.board, row.text, before, after, undone)
        writer.writerow([row.id, row.at.isoformat(timespec="seconds"), *map(_cell, cells)])
    return "\ufeff" + out.getvalue()


def _values(pairs: Iterable[tuple[str, str]]) -> str:
    """Labels with their values, without those that have none."""
    return "; ".join(f"{label}: {value}" for label, value in pairs if value)


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula (CSV injection)."""
    split = FORMULA_WITHIN.sub(r"\1'", text)
    return f"'{split}" if FORMULA.match(text) else split


def _wanted() -> Wanted:
    """The filters of the address; what makes no sense there is left out."""
    query = request.args
    offset = query.get("offset", 0, type=int)
    person = query.get("person", "")
    kind = query.get("kind", "")
    return Wanted(
        person=person if person.isdecimal() and len(person) < 12 else "",
        board=query.get("board", "")[:64],
        kind=kind if kind in {known.value for known in Kind} else "",
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        offset=offset if abs(offset) <= LONGEST_OFFSET else 0,
    )


def _day(text: str) -> str:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if 1970 < day.year < 9999 else ""


def _reader(ctx: RequestContext) -> Reader:
    """Administrators of the portal see all boards, others those they can open; nobody another's planner."""
    return Reader(ctx.user_id, None if ctx.session.is_admin else visible_boards.open_boards(ctx))


def _may_see(ctx: RequestContext, entry: Entry) -> bool:
    """Whether an entry is among those the person is shown."""
    reader = _reader(ctx)
    if entry.user_id == reader.user_id:
        return True
    return entry.board_key != PRIVATE and (reader.boards is None or entry.board_key in reader.boards)


navigation.add_entry("/journal", _l("Journal"), position=3, pages=["journal", "calls"])
