"""Memos and preferences: typed values of one person or of a portal, each keyed by its portal."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
import sqlalchemy as sa

from store import Database
from store import models as m
from store.memos import LAST_BOARD, Memo, PortalUser, Preference
from tests.unit.store.conftest import OTHER


class Tone(StrEnum):
    LOUD = "loud"


@dataclass(frozen=True)
class Note:
    text: str
    tone: Tone = Tone.LOUD
    at: dt.datetime | None = None
    by_id: dict[int, tuple[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class NoteOfTomorrow:
    """The same kind of memo in a release that knows more about it."""

    text: str
    at: dt.datetime | None = None
    color: str = "blue"


@dataclass(frozen=True)
class NoteOfAnotherRelease:
    """The same key, with another type under a name that is known."""

    text: list[int]


NOTE = Memo("note", Note, lifetime=100)
FACTS = Memo("facts", dict[int, Note], lifetime=100)
AT = dt.datetime(2026, 2, 28, 12, 30, 1, 5, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@pytest.fixture
def person(db: Database, portal: str) -> PortalUser:
    return PortalUser(db, portal, 5)


@pytest.fixture
def neighbour(db: Database, portal: str) -> PortalUser:
    return PortalUser(db, portal, 6)


@pytest.fixture
def stranger(db: Database) -> PortalUser:
    return PortalUser(db, OTHER, 5)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, 7), (bool, True), (float, 100_000.0), (str, "5"), (str, "ö\'\\ 🎬"), (list[int], []),
        (dict[int, str], {12: "", -1: "x"}), (tuple[Note, ...], (Note("x"), Note("y", at=AT))),
        (Note, Note("x", at=AT, by_id={3: ("½", 0.5)})),
    ],
)  # fmt: skip
def test_a_value_comes_back_as_it_was(person: PortalUser, kind: type[object], value: object) -> None:
    memo = Memo("value", kind, lifetime=100)
    memo.put(person, value)
    found = memo.get(person)
    assert found == value and type(found) is type(value)


def test_memos_end_and_belong_to_one_person_of_one_portal(
    person: PortalUser, neighbour: PortalUser, stranger: PortalUser
) -> None:
    NOTE.put(person, Note("mine"))
    NOTE.put(person, Note("another"), "g1")
    NOTE.put(stranger, Note("theirs"))
    Memo("old", Note, lifetime=-1).put(person, Note("over"))
    assert NOTE.get(person) == Note("mine") and NOTE.get(person, "g1") == Note("another")
    assert NOTE.get(person, "g2") is NOTE.get(neighbour) is None
    assert NOTE.get(stranger) == Note("theirs")
    assert Memo("old", Note, lifetime=100).get(person) is None
    NOTE.put(person, Note("changed"))
    assert NOTE.get(person) == Note("changed")


def test_a_shared_memo_is_everybodys_in_the_portal(
    person: PortalUser, neighbour: PortalUser, stranger: PortalUser
) -> None:
    shared = Memo("note", Note, lifetime=100, shared=True)
    NOTE.put(person, Note("mine"))
    shared.put(neighbour, Note("ours"))
    assert shared.get(person) == Note("ours") and shared.get(stranger) is None
    assert NOTE.get(person) == Note("mine")


def test_what_is_forgotten_is_gone(person: PortalUser, neighbour: PortalUser) -> None:
    for owner in (person, neighbour):
        NOTE.put(owner, Note("x"), 3)
    NOTE.put(person, Note("stays"), 4)
    NOTE.forget(person, 3)
    NOTE.forget(person, 5)
    assert NOTE.get(person, 3) is None
    assert NOTE.get(person, 4) == Note("stays") and NOTE.get(neighbour, 3) == Note("x")


def test_releases_read_each_others_memos_or_miss(person: PortalUser) -> None:
    """A field that is not known is left out, one that is missing has its default, another type is a miss."""
    newer = Memo("note", NoteOfTomorrow, lifetime=100)
    NOTE.put(person, Note("old", at=AT))
    assert newer.get(person) == NoteOfTomorrow("old", AT)
    newer.put(person, NoteOfTomorrow("new", color="red"))
    assert NOTE.get(person) == Note("new")
    Memo("note", NoteOfAnotherRelease, lifetime=100).put(person, NoteOfAnotherRelease([1]))
    assert NOTE.get(person) is newer.get(person) is None


def test_rows_of_the_release_before_are_json_too(db: Database, person: PortalUser) -> None:
    """It wrote what the driver makes of Python's own values."""
    names = ("member_id", "user_id", "key", "expires_at")
    memo = sa.table("memo", sa.column("data", sa.JSON), *(sa.column(name) for name in names))
    row = {"member_id": person.member_id, "user_id": 5, "key": "note", "expires_at": 1e12}
    with db.writing() as connection:
        connection.execute(sa.insert(memo), row | {"data": {"text": "ö"}})
    assert NOTE.get(person) == Note("ö")
    NOTE.put(person, Note("ü", by_id={1: ("x", 1.0)}))
    with db.single_select() as connection:
        found = connection.scalar(sa.select(memo.c.data))
    assert found == {"text": "ü", "tone": "loud", "at": None, "by_id": {"1": ["x", 1.0]}}


def test_a_memo_takes_more_entries(person: PortalUser, neighbour: PortalUser) -> None:
    plain = Memo("plain", dict[int, tuple[str, float]], lifetime=100)
    for owner in (person, neighbour):
        plain.put(owner, {1: ("3", 0.5), 2: ("", 1.0)})
    plain.add(person, {2: ("ö'\\", 1.5), 3: ("8", 2.0)})
    assert plain.get(person) == {1: ("3", 0.5), 2: ("ö'\\", 1.5), 3: ("8", 2.0)}
    assert plain.get(neighbour) == {1: ("3", 0.5), 2: ("", 1.0)}
    FACTS.put(person, {1: Note("x", at=AT)})
    FACTS.add(person, {1: Note("y", at=AT), 2: Note("z", at=AT)})
    assert FACTS.get(person) == {1: Note("y", at=AT), 2: Note("z", at=AT)}


def test_nothing_is_added_to_a_memo_that_is_not_there(person: PortalUser) -> None:
    FACTS.add(person, {1: Note("x")})
    assert FACTS.get(person) is None
    Memo("facts", dict[int, Note], lifetime=-1).put(person, {})
    FACTS.add(person, {2: Note("x")})
    assert FACTS.get(person) is None


def test_entries_added_at_once_all_stay(person: PortalUser) -> None:
    counts = Memo("counts", dict[int, int], lifetime=100)
    counts.put(person, {})
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda number: counts.add(person, {number: number}), range(40))]
    assert counts.get(person) == {number: number for number in range(40)}


def test_preferences(person: PortalUser, neighbour: PortalUser) -> None:
    assert LAST_BOARD.get(person) == "home"
    LAST_BOARD.put(person, "g1")
    LAST_BOARD.put(person, "g2")
    assert LAST_BOARD.get(person) == "g2" and LAST_BOARD.get(neighbour) == "home"


def stored(db: Database) -> str | None:
    with db.single_select() as connection:
        return connection.scalar(sa.select(m.StoredPreference.value))


def test_texts_are_stored_as_they_are(db: Database, person: PortalUser) -> None:
    """So they were in the releases before."""
    LAST_BOARD.put(person, "g1")
    assert stored(db) == "g1"


def test_a_preference_has_a_type_and_may_be_shared(
    db: Database, person: PortalUser, neighbour: PortalUser, stranger: PortalUser
) -> None:
    tone = Preference("tone", Note("usual"), shared=True)
    tone.put(person, Note("chosen"), "g1")
    assert tone.get(neighbour, "g1") == Note("chosen")
    assert tone.get(person) == tone.get(stranger, "g1") == Note("usual")
    assert stored(db) == '{"text":"chosen","tone":"loud","at":null,"by_id":{}}'


@pytest.mark.parametrize("text", ["{", "[]", '{"text": 1}'])
def test_what_is_no_such_value_is_not_chosen(person: PortalUser, text: str) -> None:
    Preference("tone", "").put(person, text)
    assert Preference("tone", Note("usual")).get(person) == Note("usual")
