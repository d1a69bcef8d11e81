"""Every code of the domain has a sentence, and its places are filled."""

from __future__ import annotations

import pytest
from flask import Flask

from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Denial, Notice, TaskStatus
from boards.scrum.model import SprintStatus
from web.core import sentences

VALUES = {
    "limit": 255,
    "length": 300,
    "value": "mauve",
    "tag": "x" * 9,
    "count": 2,
    "field": "title",
    "old": "What it was",
    "stage_id": 7,
    "from": "5",
    "to": "6",
    "fields": ["status", "title"],
    "task": "Draw the shelves",
    "new": "8",
}


@pytest.mark.parametrize("why", Denial)
def test_every_reason_is_a_sentence(page: Flask, why: Denial) -> None:
    assert sentences.why_text(why).endswith(".")


def test_no_reason_is_no_text(page: Flask) -> None:
    assert sentences.why_text(None) == ""


@pytest.mark.parametrize("code", NoticeCode)
def test_every_notice_is_a_sentence(page: Flask, code: NoticeCode) -> None:
    text = sentences.notice_text(Notice(code, dict(VALUES)))
    assert text.endswith(".") and "%(" not in text


@pytest.mark.parametrize("code", BadInputCode)
def test_every_bad_value_is_explained(page: Flask, code: BadInputCode) -> None:
    values = {name: value for name, value in VALUES.items() if name != "field"}
    text = sentences.bad_input_text(BadInput("title", code, **values))
    assert text.endswith(".") and "%(" not in text


def test_a_title_with_percent_signs_stays_as_it_is(page: Flask) -> None:
    change = Change(Kind.STAGE_RENAME, "g1", 5, "100% (done) %s")
    assert sentences.change_text(change) == "Renamed the stage “100% (done) %s”"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_change_is_told(page: Flask, kind: Kind) -> None:
    text = sentences.change_text(Change(kind, "g1", 5, "Doing", after={"count": 2}))
    assert ("Doing" in text or "2" in text or kind is Kind.BACKLOG_ADD) and "%(" not in text
    assert sentences.kind_text(kind.value)


def test_the_number_of_tasks_is_inflected(page: Flask) -> None:
    one = sentences.change_text(Change(Kind.CARDS_MOVE, "g1", 0, "", after={"count": 1}))
    assert one == "Moved 1 task"


def test_a_value_that_was_replaced_is_named(page: Flask) -> None:
    notice = Notice(NoticeCode.FIELD_CHANGED_MEANWHILE, {"field": "title", "old": "Theirs"})
    assert "“Theirs”" in sentences.notice_text(notice)
    assert "cleared" in sentences.notice_text(Notice(notice.code, {"field": "title", "old": ""}))


@pytest.mark.parametrize("status", TaskStatus)
def test_every_status_has_a_name(page: Flask, status: TaskStatus) -> None:
    assert str(sentences.TASK_STATUS[status])


@pytest.mark.parametrize(
    ("role", "text"), [("A", "Owner"), ("E", "Moderator"), ("K", "Member"), ("", "You only see it")]
)
def test_roles(page: Flask, role: str, text: str) -> None:
    assert sentences.role_text(role) == text


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("status", TaskStatus.COMPLETED.value, "Completed"),
        ("status", SprintStatus.ACTIVE.value, "Active"),
        ("status", "", ""),
        ("priority", 0, "Low"),
        ("deadline", "", ""),
        ("tags", ["a", "b"], "a, b"),
    ],
)
def test_values_read_as_the_feature_that_has_the_field_says(
    page: Flask, field: str, value: object, text: str
) -> None:
    assert sentences.value_text(field, value) == text
