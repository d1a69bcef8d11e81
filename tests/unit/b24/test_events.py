"""Event forms."""

from __future__ import annotations

import pytest

from b24.events import BadEvent, parse_event

TASK = [
    ("event", "ONTASKUPDATE"),
    ("event_handler_id", "17"),
    ("data[FIELDS_BEFORE][ID]", "123"),
    ("data[FIELDS_AFTER][ID]", "123"),
    ("data[IS_ACCESSIBLE_BEFORE]", "undefined"),
    ("ts", "1466439714"),
    ("auth[member_id]", "m1"),
    ("auth[application_token]", "secret-token"),
]


def test_a_task_event() -> None:
    event = parse_event(TASK)
    assert (event.name, event.ts, event.handler_id) == ("ONTASKUPDATE", 1466439714, 17)
    assert event.data["FIELDS_AFTER"] == {"ID": "123"}
    assert (event.member_id, event.application_token, event.object_id) == ("m1", "secret-token", 123)
    assert "secret-token" not in repr(event)


def test_a_deleted_task_is_known_by_what_it_was() -> None:
    form = [("event", "ontaskdelete"), ("data[FIELDS_BEFORE][ID]", "9"), ("data[FIELDS_AFTER]", "undefined")]
    event = parse_event(form)
    assert (event.name, event.object_id) == ("ONTASKDELETE", 9)


def test_an_event_without_anything_is_harmless() -> None:
    event = parse_event([("event", "ONAPPUNINSTALL"), ("auth", "text"), ("data", "text")])
    assert (event.auth, event.data, event.member_id, event.application_token, event.object_id) == (
        {},
        {},
        "",
        "",
        0,
    )


@pytest.mark.parametrize(
    "form",
    [
        [],
        [("event", "")],
        [("event", "<script>")],
        [("event[a]", "ONTASKADD")],
        [("event", "ONTASKADD"), ("x" + "[y]" * 20, "1")],
        [("event", "ONTASKADD"), ("x", "y" * 70_000)],
        [("event", "ONTASKADD")] * 1001,
    ],
)
def test_what_is_no_event(form: list[tuple[str, str]]) -> None:
    with pytest.raises(BadEvent):
        parse_event(form)
