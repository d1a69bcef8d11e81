"""Queries as PHP reads them, and values as PHP writes them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24 import wire


def test_nested_parameters_become_brackets() -> None:
    params = {"filter": {"GROUP_ID": 12, "STAGE_ID": [0, "$result[st][0][ID]"]}, "start": -1}
    query = wire.build_query(params)
    assert parse_qsl(query) == [
        ("filter[GROUP_ID]", "12"),
        ("filter[STAGE_ID][0]", "0"),
        ("filter[STAGE_ID][1]", "$result[st][0][ID]"),
        ("start", "-1"),
    ]


def test_filter_prefixes_and_specials_survive() -> None:
    query = wire.build_query(
        {"filter": {"!%TITLE": "a&b=c d+e#ü", ">=DEADLINE": "2026-01-01T00:00:00+03:00"}}
    )
    assert "&b" not in query
    assert dict(parse_qsl(query)) == {
        "filter[!%TITLE]": "a&b=c d+e#ü",
        "filter[>=DEADLINE]": "2026-01-01T00:00:00+03:00",
    }


def test_booleans_are_digits_and_nothing_is_left_out() -> None:
    assert wire.build_query({"a": True, "b": False, "c": None, "d": {}, "e": ""}) == "a=1&b=0&e="


def test_an_empty_list_is_refused_because_it_would_widen_the_filter() -> None:
    with pytest.raises(ValueError, match=r"filter\[ID\]"):
        wire.build_query({"filter": {"ID": []}})


def test_what_has_no_text_form_is_refused() -> None:
    with pytest.raises(TypeError, match="when"):
        wire.build_query({"when": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})


names = st.text(alphabet="abcXYZ_!%>=<0123456789é", min_size=1, max_size=8).filter(
    lambda name: "[" not in name
)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
trees: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    names,
    st.recursive(texts, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=6),
    max_size=4,
)


@given(trees)
def test_what_is_built_reads_back_the_same(tree: dict[str, Any]) -> None:
    assert wire.nest(parse_qsl(wire.build_query(tree), keep_blank_values=True)) == tree


@given(texts)
def test_a_literal_is_never_a_reference(text: str) -> None:
    safe = wire.literal(text + "$result[a][b]" + text)
    assert "$result[" not in safe
    assert safe.replace("\u2060", "") == (text + "$result[a][b]" + text).replace("\u2060", "")


@pytest.mark.parametrize("text", ["$5", "cost: $next week", "$resultat[1]", "plain", ""])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert wire.literal(text) == text


def test_nest_reads_php_forms() -> None:
    pairs = [
        ("event", "ONTASKUPDATE"),
        ("data[FIELDS_AFTER][ID]", "5"),
        ("x[]", "a"),
        ("x[]", "b"),
        ("y", "1"),
        ("y", "2"),
    ]
    assert wire.nest(pairs) == {
        "event": "ONTASKUPDATE",
        "data": {"FIELDS_AFTER": {"ID": "5"}},
        "x": {"0": "a", "1": "b"},
        "y": "2",
    }


def test_nest_lets_a_container_win_over_a_text_and_refuses_depth() -> None:
    assert wire.nest([("a", "1"), ("a[b]", "2")]) == {"a": {"b": "2"}}
    with pytest.raises(ValueError, match="deep"):
        wire.nest([("a" + "[b]" * 9, "1")])


@given(st.lists(st.tuples(st.text(alphabet="ab[]", max_size=12), st.text(max_size=3)), max_size=8))
def test_nest_survives_any_spelling(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(wire.nest(pairs), dict)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5", 5),
        (5, 5),
        ("5.0", 5),
        (True, 1),
        ("", 0),
        (None, 0),
        ([], 0),
        ("x", 0),
        ("-1", -1),
        ("1e999", 0),
    ],
)
def test_as_int(value: Any, expected: int) -> None:
    assert wire.as_int(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("Y", True),
        ("1", True),
        ("true", True),
        (1, True),
        ("N", False),
        ("", False),
        (None, False),
        ([], False),
    ],
)
def test_as_bool(value: Any, expected: bool) -> None:
    assert wire.as_bool(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("00C4FB", "00C4FB"),
        ("#9dcf00", "9DCF00"),
        (" #abc ", "AABBCC"),
        ("", "47D1E2"),
        (None, "47D1E2"),
        ("red", "47D1E2"),
        ("12345", "47D1E2"),
        ("00C4FB;background:url(x)", "47D1E2"),
        ({}, "47D1E2"),
    ],
)
def test_as_color(value: Any, expected: str) -> None:
    assert wire.as_color(value) == expected


def test_as_time_keeps_the_offset_and_knows_no_time_in_an_object() -> None:
    moment = wire.as_time("2025-10-24T19:00:00+02:00")
    assert moment is not None
    assert moment.utcoffset() == dt.timedelta(hours=2)
    assert wire.as_time("2025-10-24T19:00:00") == dt.datetime(2025, 10, 24, 19, tzinfo=dt.UTC)
    values: tuple[Any, ...] = ({}, "", None, "soon", 5)
    assert [wire.as_time(value) for value in values] == [None] * 5


def test_empty_objects_come_as_lists_and_lists_as_objects() -> None:
    assert wire.as_map([]) == {}
    assert wire.as_map(["a", "b"]) == {"0": "a", "1": "b"}
    assert wire.as_map(None) == {}
    assert wire.as_list({"5": "a", "7": "b"}) == ["a", "b"]
    assert wire.as_list("text") == []
    assert wire.rows({"5": {"ID": 1}, "x": "no"}) == [{"ID": 1}]


def test_messages_lose_their_markup() -> None:
    assert wire.plain_text("The ID <b>exists</b> &amp; more.<br>") == "The ID exists & more."
