"""What comes from the task drawer becomes exactly the edit that was meant."""

from __future__ import annotations

import datetime as dt

import pytest
from werkzeug.datastructures import MultiDict

from boards.core.errors import BadInput
from boards.core.model import Person, TaskStatus
from boards.core.tasks import Task, TaskEdit
from web.core.forms import decode
from web.kanban.task_form import (
    SaveTaskForm,
    TaskForm,
    edits_of,
    form_of,
    posted,
    split_tags,
    touched,
    zone_of,
)

BERLIN = dt.timezone(dt.timedelta(hours=1))


def task(**values: object) -> Task:
    fields: dict[str, object] = {
        "id": 7, "title": "Old", "description": "One\nTwo", "group_id": 1, "group_name": "Web", "stage_id": 0,
        "responsible": Person(3, "Ann"), "creator": Person(2, "Bob"), "priority": 1, "tags": ("a", "b"),
        "deadline": dt.datetime(2026, 12, 1, 18, 30, 59, tzinfo=BERLIN), "task_status": TaskStatus.PENDING,
    }  # fmt: skip
    return Task(**(fields | values))  # type: ignore[arg-type]


def form(seen: TaskForm, **typed: str) -> MultiDict[str, str]:
    shown = {f"seen_{name}": text for name, text in vars(seen).items()}
    return MultiDict({**vars(seen), **shown, "zone": "Europe/Berlin", "moments": "", **typed})


def read(data: MultiDict[str, str]) -> tuple[TaskEdit, TaskEdit]:
    sent = decode(SaveTaskForm, data)
    typed, seen = posted(sent)
    return edits_of(touched(typed, seen), seen, sent)


def test_a_form_that_comes_back_untouched_changes_nothing() -> None:
    typed, seen = posted(decode(SaveTaskForm, form(form_of(task()))))
    assert touched(typed, seen) == {}


def test_browsers_line_breaks_are_no_change() -> None:
    typed, seen = posted(
        decode(SaveTaskForm, form(form_of(task()), description="One\r\nTwo", seen_description="One\r\nTwo"))
    )
    assert touched(typed, seen) == {}


def test_only_what_was_touched_is_in_the_edit_and_what_was_seen_comes_along() -> None:
    edit, seen = read(form(form_of(task()), title="New", priority="2"))
    assert edit == TaskEdit(title="New", priority=2)
    assert seen == TaskEdit(title="Old", priority=1)


def test_a_field_the_person_could_not_change_is_left_alone() -> None:
    data = form(form_of(task()))
    del data["priority"]
    typed, seen = posted(decode(SaveTaskForm, data))
    assert touched(typed, seen) == {}


def test_tags_of_chips_and_the_text_beside_them_are_one_list() -> None:
    data = form(form_of(task()))
    data.setlist("tags", ["a", "c d", " e , a,, "])
    edit, _ = read(data)
    assert edit.tags == ("a", "c d", "e")


def test_all_tags_can_go() -> None:
    edit, _ = read(form(form_of(task()), tags=""))
    assert edit.tags == ()


def test_the_deadline_is_what_the_clock_of_the_person_says_in_summer_too() -> None:
    edit, _ = read(form(form_of(task()), deadline="2027-07-01T09:00", moments="2026-12-01T18:30:59+01:00"))
    assert edit.deadline == "2027-07-01T09:00:00+02:00"


def test_a_browser_in_another_zone_than_the_portal_does_not_decide() -> None:
    edit, _ = read(form(form_of(task()), deadline="2027-07-01T09:00", moments="2026-12-01T18:30:59+05:30"))
    assert edit.deadline == "2027-07-01T09:00:00+05:30"


def test_the_seconds_of_the_old_deadline_are_no_change_by_somebody_else() -> None:
    data = form(form_of(task()), deadline="2026-12-02T18:30", seen_moment="2026-12-01T18:30:59+01:00")
    _, seen = read(data)
    assert seen.deadline == "2026-12-01T18:30:59+01:00"


def test_a_deadline_can_go() -> None:
    edit, _ = read(form(form_of(task()), deadline=""))
    assert edit.deadline == ""


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T10:00", "2026-12-01T10:00+02:00"])
def test_nonsense_is_not_sent_as_a_deadline(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(form(form_of(task()), deadline=text))
    assert caught.value.field == "deadline"


@pytest.mark.parametrize("name", ["responsible_id", "priority", "group_id", "stage_id"])
def test_choices_are_numbers(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(form(form_of(task()), **{name: "1 OR 1"}))
    assert caught.value.field == name


def test_the_first_stage_of_a_new_project_needs_no_move() -> None:
    edit, _ = read(form(form_of(task(stage_id=17)), group_id="2", stage_id="0"))
    assert edit == TaskEdit(group_id=2)


@pytest.mark.parametrize("name", ["", "../etc/passwd", "Mars/Phobos", "Europe"])
def test_an_unknown_zone_falls_back_to_the_portals_offset(name: str) -> None:
    zone = zone_of(["nonsense", "2026-12-01T18:30:59+03:00"], name)
    assert dt.datetime(2027, 7, 1, tzinfo=zone).utcoffset() == dt.timedelta(hours=3)


def test_without_any_date_times_are_utc() -> None:
    assert zone_of([], "") is dt.UTC


def test_tags_keep_their_order_and_lose_blanks() -> None:
    assert split_tags(["b, a", "a,  c  "]) == ("b", "a", "c")
