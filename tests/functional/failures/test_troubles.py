"""What goes wrong between the app and the portal while somebody shapes a board, and what then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

Opener = Callable[..., Person]


@pytest.fixture
def owner(open_as: Opener, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def stages(sandbox: Sandbox) -> dict[int, str]:
    rows = sandbox.act("owner", "task.stages.get", entityId=sandbox.main_group_id)
    values = rows.values() if isinstance(rows, dict) else rows
    return {int(row["ID"]): row["TITLE"] for row in sorted(values, key=lambda row: int(row["SORT"]))}


def rename(owner: Person, sandbox: Sandbox, title: str = "Renamed") -> tuple[int, Any]:
    stage_id = list(stages(sandbox))[1]
    path = f"/boards/g{sandbox.main_group_id}/stages/{stage_id}/rename"
    return stage_id, owner.post(path, title=title)


def add(owner: Person, sandbox: Sandbox, **form: Any) -> Any:
    after = next(iter(stages(sandbox)))
    path = f"/boards/g{sandbox.main_group_id}/stages"
    return owner.post(path, **({"title": "Fresh", "color": "00C4FB", "after_id": after} | form))


ONCE: list[dict[str, Any]] = [
    {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "broken_json"},
    {"kind": "html", "status": 502},
    {"kind": "error", "status": 401, "code": "expired_token"},
]


@pytest.mark.parametrize("fault", ONCE, ids=lambda fault: f"{fault['kind']} {fault.get('code', '')}")
def test_a_hiccup_is_not_noticed(
    owner: Person, installed: Sandbox, store: Store, fault: dict[str, Any]
) -> None:
    installed.fault("batch", times=1, **fault)
    stage_id, answer = rename(owner, installed)
    assert answer.status_code == 200, answer.text
    assert stages(installed)[stage_id] == "Renamed"
    assert store.count("journal_entry") == 1


LASTING: list[tuple[dict[str, Any], int]] = [
    ({"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED"}, 503),
    ({"kind": "error", "status": 429, "code": "OPERATION_TIME_LIMIT"}, 429),
    ({"kind": "error", "status": 500, "code": "INTERNAL_SERVER_ERROR"}, 502),
    ({"kind": "html", "status": 502}, 502),
    ({"kind": "drop_before"}, 502),
    ({"kind": "error", "status": 403, "code": "ACCESS_DENIED"}, 403),
]


@pytest.mark.parametrize(
    ("fault", "status"), LASTING, ids=[str(status) + fault["kind"] for fault, status in LASTING]
)
def test_what_lasts_is_explained_and_leaves_nothing_behind(
    owner: Person, installed: Sandbox, store: Store, fault: dict[str, Any], status: int
) -> None:
    before = stages(installed)
    installed.fault("batch", times=None, **fault)
    _stage_id, answer = rename(owner, installed)
    installed.delete("faults")
    assert answer.status_code == status
    assert answer.headers["HX-Reswap"] == "none" and "toast--error" in answer.text
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
    assert stages(installed) == before and store.count("journal_entry") == 0
    assert rename(owner, installed)[1].status_code == 200, "the same can be tried again"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "broken_json", "html"])
def test_a_stage_is_never_added_twice(owner: Person, installed: Sandbox, kind: str) -> None:
    installed.fault("task.stages.add", kind, times=1)
    answer = add(owner, installed, request_key="one-and-the-same")
    if answer.status_code != 200:
        answer = add(owner, installed, request_key="one-and-the-same")
    assert answer.status_code == 200, answer.text
    assert list(stages(installed).values()).count("Fresh") == 1


def test_who_only_looked_is_not_told_that_something_may_be_done(open_as: Opener, installed: Sandbox) -> None:
    """A change that may have arrived can be looked up with one press; a look is simply tried again."""
    owner = open_as("owner", lang="en")
    path, htmx = f"/boards/g{installed.main_group_id}", {"HX-Request": "true"}
    installed.fault("*", "html", status=502, times=None)
    _stage, changed = rename(owner, installed)
    looked = owner.get(path, headers=htmx)
    assert changed.status_code == looked.status_code == 502
    assert "may have done it" in changed.text and 'data-do="refresh"' in changed.text
    assert "Try again in a moment." in looked.text
    assert "may have done it" not in looked.text and 'data-do="refresh"' not in looked.text


def test_a_double_click_adds_one_stage(owner: Person, installed: Sandbox, store: Store) -> None:
    for _ in range(2):
        assert add(owner, installed, request_key="clicked-twice").status_code == 200
    assert list(stages(installed).values()).count("Fresh") == 1 and store.count("journal_entry") == 1


def test_a_slow_portal_is_waited_for(owner: Person, installed: Sandbox) -> None:
    installed.fault("batch", "delay", seconds=10, times=1)
    stage_id, answer = rename(owner, installed)
    assert answer.status_code == 200 and stages(installed)[stage_id] == "Renamed"


def test_a_stage_somebody_else_has_deleted(owner: Person, installed: Sandbox, store: Store) -> None:
    stage_id = list(stages(installed))[-1]
    for task in installed.act("owner", "tasks.task.list", filter={"STAGE_ID": stage_id})["tasks"]:
        installed.act("owner", "task.stages.movetask", id=task["id"], stageId=next(iter(stages(installed))))
    installed.act("owner", "task.stages.delete", id=stage_id)
    answer = owner.post(f"/boards/g{installed.main_group_id}/stages/{stage_id}/rename", title="Gone")
    assert answer.status_code == 404 and "toast--error" in answer.text
    assert store.count("journal_entry") == 0


def test_a_right_withdrawn_meanwhile(owner: Person, installed: Sandbox, store: Store) -> None:
    before = stages(installed)
    installed.post("group", user=installed.user("owner"), group=installed.main_group_id, role="K")
    _stage_id, answer = rename(owner, installed)
    assert answer.status_code == 403 and "toast--error" in answer.text
    assert list(stages(installed).values()) == list(before.values()) and store.count("journal_entry") == 0


@pytest.mark.parametrize("title", ["", "   ", "x" * 300])
def test_a_title_that_is_none_is_refused_before_anything_is_sent(
    owner: Person, installed: Sandbox, title: str
) -> None:
    stage_id = list(stages(installed))[1]
    with installed.recording() as seen:
        answer = owner.post(f"/boards/g{installed.main_group_id}/stages/{stage_id}/rename", title=title)
    assert answer.status_code == 422 and seen.http == 0


@pytest.mark.parametrize("color", ["", "red", "12345", "#GGGGGG", "javascript:1"])
def test_a_color_that_is_none_is_refused_before_anything_is_sent(
    owner: Person, installed: Sandbox, color: str
) -> None:
    stage_id = list(stages(installed))[1]
    with installed.recording() as seen:
        answer = owner.post(f"/boards/g{installed.main_group_id}/stages/{stage_id}/color", color=color)
    assert answer.status_code == 422 and seen.http == 0


def test_a_title_with_markup_is_shown_as_text(owner: Person, installed: Sandbox) -> None:
    stage_id, answer = rename(owner, installed, "<img src=x onerror=alert(1)> & Co")
    assert answer.status_code == 200 and "<img src=x" not in answer.text
    assert stages(installed)[stage_id] == "<img src=x onerror=alert(1)> & Co"
    page = owner.get(f"/boards/g{installed.main_group_id}")
    assert "<img src=x" not in page.text and "&lt;img src=x onerror=alert(1)&gt;" in page.text
