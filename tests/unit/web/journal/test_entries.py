"""How an entry of the journal reads."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from boards.core.change import Change, Kind, NoticeCode
from boards.core.model import Notice
from store.journal import Entry
from web.journal.entries import EntryRow, Names, differences, row_of
from web.journal.views import _cell, _csv

NAMES = Names({"g1": "Website"}, {5: "Doing", 6: "Done"})
UTC3 = dt.timezone(dt.timedelta(hours=3))


def entry(change: Change, **values: object) -> Entry:
    fields: dict[str, object] = {
        "id": 9, "user_id": 3, "user_name": "Ann", "at": 1_800_000_000.0, "kind": change.kind.value,
        "board_key": change.board_key, "change": change.to_json(),
    }  # fmt: skip
    return Entry(**(fields | values))  # type: ignore[arg-type]


def renamed(board: str = "g1") -> Change:
    before, after = (
        {"title": "Old", "color": "00C4FB", "position": 2},
        {"title": "New", "color": "00C4FB", "position": 2},
    )
    return Change(Kind.STAGE_RENAME, board, 5, "Old", before, after, undo={"op": "rename_stage"})


def test_only_what_differs_is_compared(page: Flask) -> None:
    (only,) = differences(renamed(), {})
    assert (only.label, only.before, only.after, only.is_color) == ("Title", "Old", "New", False)


def test_a_new_stage_comes_from_nothing(page: Flask) -> None:
    before = {"title": "", "color": "", "position": 0}
    after = {"title": "New", "color": "FF0000", "position": 3}
    change = Change(Kind.STAGE_ADD, "g1", 5, "New", before, after)
    found = {one.label: (one.before, one.after, one.is_color) for one in differences(change, {})}
    assert found == {"Title": ("", "New", False), "Color": ("", "FF0000", True), "Position": ("", "3", False)}


def test_people_and_stages_have_names_not_numbers(page: Flask) -> None:
    before = {"responsible_id": 3, "stage_id": 5, "names": {"responsible_id": "Ann"}}
    after = {"responsible_id": 4, "stage_id": 6, "names": {"responsible_id": "Bob"}}
    change = Change(Kind.TASK_EDIT, "g1", 7, "T", before, after)
    found = {one.label: (one.before, one.after) for one in differences(change, NAMES.stages)}
    assert found == {"Responsible": ("Ann", "Bob"), "Stage": ("Doing", "Done")}


def test_status_and_priority_are_words_and_low_is_not_nothing(page: Flask) -> None:
    change = Change(
        Kind.TASK_ACTION, "g1", 7, "T", {"status": "2", "priority": 0}, {"status": "5", "priority": 2}
    )
    found = {one.label: (one.before, one.after) for one in differences(change, {})}
    assert found == {"Status": ("Not started", "Completed"), "Priority": ("Low", "High")}


def test_a_long_description_is_cut(page: Flask) -> None:
    change = Change(Kind.TASK_EDIT, "g1", 7, "T", {"description": "x" * 900}, {"description": "y"})
    assert len(differences(change, {})[0].before) == 200


def test_a_row_is_in_the_readers_time_and_knows_its_board(page: Flask) -> None:
    row = row_of(entry(renamed()), UTC3, NAMES, reader_id=8)
    assert (row.board, row.at.isoformat(), row.undoable, row.undone) == (
        "Website",
        "2027-01-15T11:00:00+03:00",
        True,
        False,
    )


def test_a_board_nobody_named_lately_has_a_number(page: Flask) -> None:
    assert row_of(entry(renamed("g77")), UTC3, NAMES, reader_id=8).board == "Project 77"


def test_what_is_undone_cannot_be_undone_again(page: Flask) -> None:
    row = row_of(entry(renamed(), undone_by=10), UTC3, NAMES, reader_id=3)
    assert row.undone and not row.undoable


def test_nobody_undoes_in_somebody_elses_planner(page: Flask) -> None:
    assert row_of(entry(renamed("me")), UTC3, NAMES, reader_id=3).undoable
    assert not row_of(entry(renamed("me")), UTC3, NAMES, reader_id=8).undoable


def test_why_there_is_no_way_back_is_said(page: Flask) -> None:
    change = Change(Kind.CARD_MOVE, "g1", 7, "T", notices=(Notice(NoticeCode.PLACE_UNKNOWN),))
    row = row_of(entry(change), UTC3, NAMES, reader_id=3)
    assert not row.undoable and "cannot be undone" in row.notices[0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert _cell(text).startswith("'") and _cell(text).replace("'", "") == text


@pytest.mark.parametrize("text", ["", "Stage", "a=b", "1-2"])
def test_harmless_cells_stay(text: str) -> None:
    assert _cell(text) == text


def test_the_table_is_utf8_with_a_mark_and_quotes_what_it_must(page: Flask) -> None:
    row = EntryRow(
        1, dt.datetime(2026, 1, 2, tzinfo=dt.UTC), '=cmd|"x"', "g1", "Веб", "Did", (), (), True, False
    )
    head, line, _ = _csv([row]).split("\r\n")
    assert head.startswith("\ufeffNumber,When")
    assert line == '1,2026-01-02T00:00:00+00:00,"\'=cmd|""x""",Веб,Did,,,yes'
