"""The journal: what it shows to whom, and the way back."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store
from web.journal.entries import Difference, EntryRow
from web.journal.views import _cell, _csv

ENTRY = re.compile(r'id="entry-(\d+)"')
Open = Callable[..., Person]


def stages(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.act(
        "owner", "task.stages.get", entityId=sandbox.main_group_id, numeric=1
    )
    return found


def order(sandbox: Sandbox) -> list[str]:
    return [str(one["TITLE"]) for one in stages(sandbox)]


def rename(person: Person, sandbox: Sandbox, title: str, at: int = 1) -> int:
    """Rename a stage of the main board; the id of the entry."""
    stage = stages(sandbox)[at]["ID"]
    answer = person.post(f"/boards/g{sandbox.main_group_id}/stages/{stage}/rename", title=title)
    assert answer.status_code == 200, answer.text
    return newest(answer)


def newest(answer: requests.Response) -> int:
    found = re.search(r"/journal/(\d+)/undo", answer.text)
    assert found, answer.text
    return int(found[1])


def entries(reader: Person, **query: Any) -> list[int]:
    answer = reader.get("/journal", **query)
    assert answer.status_code == 200
    return [int(one) for one in ENTRY.findall(answer.text)]


@pytest.fixture
def owner(open_as: Open, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def test_a_change_is_told_with_before_and_after_and_costs_nothing_to_read(
    owner: Person, installed: Sandbox
) -> None:
    old = order(installed)[1]
    entry = rename(owner, installed, "=New & <b>")
    with installed.recording() as seen:
        page = owner.get("/journal").text
    assert seen.http == 0
    row = page[page.index(f'id="entry-{entry}"') :]
    assert html.escape(old, quote=False) in html.unescape(row) or old in html.unescape(row)
    assert "=New &amp; &lt;b&gt;" in row and "<b>" not in row


def test_undo_brings_the_title_back_and_is_a_change_itself(owner: Person, installed: Sandbox) -> None:
    before = order(installed)
    entry = rename(owner, installed, "Other")
    with installed.recording() as seen:
        answer = owner.post(f"/journal/{entry}/undo")
    assert answer.status_code == 200 and seen.http == 1
    assert order(installed) == before
    assert "board:refresh" in answer.headers["HX-Trigger"]
    owner.post(f"/journal/{newest(answer)}/undo")
    assert order(installed)[1] == "Other"


def test_what_is_undone_is_not_undone_again(owner: Person, installed: Sandbox) -> None:
    entry = rename(owner, installed, "Other")
    owner.post(f"/journal/{entry}/undo")
    stage = stages(installed)[1]["ID"]
    installed.act("owner", "task.stages.update", id=stage, fields={"TITLE": "Later"})
    with installed.recording() as seen:
        owner.post(f"/journal/{entry}/undo")
    assert seen.http == 0 and order(installed)[1] == "Later"
    page = owner.get("/journal").text
    assert f"/journal/{entry}/undo" not in page


def test_what_is_undone_stays_so_when_its_request_is_long_forgotten(
    owner: Person, installed: Sandbox, store: Store
) -> None:
    """The keys of requests are kept for two days, the journal is kept for ever."""
    entry = rename(owner, installed, "Other")
    owner.post(f"/journal/{entry}/undo")
    store.rows("DELETE FROM action")
    with installed.recording() as seen:
        again = owner.post(f"/journal/{entry}/undo")
    assert again.status_code == 200 and seen.http == 0
    assert store.count("journal_entry") == 2


def test_an_undo_of_several_of_which_none_comes_back_has_not_happened(
    owner: Person, installed: Sandbox, store: Store
) -> None:
    group = installed.main_group_id
    rows = installed.act("admin", "tasks.task.list", filter={"GROUP_ID": group}, select=["ID"])["tasks"]
    tasks = [int(row["id"]) for row in rows[:2]]
    form = {"action": "priority", "priority": 2, "task_ids": tasks}
    changed = owner.post(f"/boards/g{group}/cards/bulk", **form)
    assert changed.status_code == 200, changed.text
    for task in tasks:
        installed.act("admin", "tasks.task.delete", taskId=task)
    refused = owner.post(f"/journal/{newest(changed)}/undo")
    assert refused.status_code == 404, refused.text
    assert store.rows("SELECT undone_by FROM journal_entry") == [(None,)]


def test_two_people_at_once_undo_once(owner: Person, open_as: Open, installed: Sandbox) -> None:
    entry = rename(owner, installed, "Other")
    moderator = open_as("moderator", group=installed.main_group_id)
    installed.fault("task.stages.update", "delay", seconds=1, times=1)
    answers: list[requests.Response] = []
    undo = [
        threading.Thread(target=lambda one=one: answers.append(one.post(f"/journal/{entry}/undo")))
        for one in (owner, moderator)
    ]
    with installed.recording() as seen:
        for thread in undo:
            thread.start()
        for thread in undo:
            thread.join()
    assert seen.methods.count("task.stages.update") == 1
    assert sorted(one.status_code for one in answers)[0] == 200


def test_a_refused_undo_stays_possible_and_says_why(owner: Person, open_as: Open, installed: Sandbox) -> None:
    entry = rename(owner, installed, "Other")
    member = open_as("member", group=installed.main_group_id)
    refused = member.post(f"/journal/{entry}/undo")
    assert refused.status_code == 403 and 'hx-target="#toasts"' in refused.text
    assert order(installed)[1] == "Other"
    assert owner.post(f"/journal/{entry}/undo").status_code == 200
    assert order(installed)[1] != "Other"


def test_an_undo_the_portal_never_heard_of_stays_possible(owner: Person, installed: Sandbox) -> None:
    entry = rename(owner, installed, "Other")
    installed.fault("batch", "html", times=None)
    failed = owner.post(f"/journal/{entry}/undo")
    installed.delete("faults")
    assert failed.status_code >= 500 and order(installed)[1] == "Other"
    assert owner.post(f"/journal/{entry}/undo").status_code == 200
    assert order(installed)[1] != "Other"


def test_a_deleted_stage_comes_back_in_its_place_with_color_and_tasks(
    owner: Person, installed: Sandbox
) -> None:
    board, before = f"g{installed.main_group_id}", stages(installed)
    doomed, target = before[1], before[2]
    tasks = {"GROUP_ID": installed.main_group_id, "STAGE_ID": doomed["ID"]}
    held = installed.act("admin", "tasks.task.list", filter=tasks, select=["ID"])["tasks"]
    assert held, "the seed has tasks in the second stage"
    asked = owner.get(f"/boards/{board}/stages/{doomed['ID']}/delete").text
    job = re.search(r'name="job_id" value="(\w+)"', asked)
    assert job
    answer = owner.post(
        f"/boards/{board}/stages/{doomed['ID']}/delete", job_id=job[1], target_stage_id=target["ID"]
    )
    answer = finish(owner, answer)
    assert str(doomed["ID"]) not in [str(one["ID"]) for one in stages(installed)]
    finish(owner, owner.post(f"/journal/{newest(answer)}/undo"))
    after = stages(installed)
    assert [(s["TITLE"], s["COLOR"]) for s in after] == [(s["TITLE"], s["COLOR"]) for s in before]
    back = installed.act(
        "admin", "tasks.task.list", filter=tasks | {"STAGE_ID": after[1]["ID"]}, select=["ID"]
    )["tasks"]
    assert {one["id"] for one in back} == {one["id"] for one in held}


def finish(person: Person, answer: requests.Response) -> requests.Response:
    """Ask for the steps of a job until it is over."""
    for _ in range(30):
        step = re.search(r'hx-post="(/jobs/\w+/step)"', answer.text)
        if not step:
            return answer
        answer = person.post(step[1])
        assert answer.status_code == 200, answer.text
    raise AssertionError("the job never ended")


def test_people_see_entries_of_boards_they_can_open_and_their_own(
    owner: Person, open_as: Open, installed: Sandbox
) -> None:
    entry = rename(owner, installed, "Seen")
    assert entry in entries(owner)
    assert entry in entries(open_as("member", group=installed.main_group_id))
    assert entry in entries(open_as("admin"))
    outsider = open_as("outsider")
    assert entry not in entries(outsider)
    assert outsider.post(f"/journal/{entry}/undo").status_code == 404
    assert "Seen" not in outsider.get("/journal.csv").text


def test_a_planner_is_nobody_elses_business(open_as: Open, installed: Sandbox) -> None:
    member = open_as("member")
    mine = installed.act("member", "task.stages.get", entityId=0, numeric=1)
    answer = member.post(f"/boards/me/stages/{mine[1]['ID']}/rename", title="Private")
    entry = newest(answer)
    assert entry in entries(member)
    admin = open_as("admin")
    assert entry not in entries(admin)
    assert admin.post(f"/journal/{entry}/undo").status_code == 404


def test_filters(owner: Person, installed: Sandbox) -> None:
    first, second = rename(owner, installed, "A"), rename(owner, installed, "B", at=2)
    stage = stages(installed)[1]["ID"]
    answer = owner.post(f"/boards/g{installed.main_group_id}/stages/{stage}/color", color="ff0000")
    third = newest(answer)
    assert entries(owner, kind="stage_rename") == [second, first]
    assert entries(owner, kind="stage_recolor") == [third]
    assert entries(owner, board="g999999") == []
    assert entries(owner, person=str(installed.user("owner"))) == [third, second, first]
    assert entries(owner, person="1") == []
    assert entries(owner, until="2001-01-01") == []
    assert entries(owner, since="2001-01-01") == [third, second, first]
    assert entries(owner, since="nonsense", kind="' OR 1", person="-1", offset="99999") == [
        third,
        second,
        first,
    ]


def test_what_a_newer_release_wrote_leaves_the_journal_readable(
    owner: Person, installed: Sandbox, store: Store
) -> None:
    """While nodes are changed one by one, the older ones meet kinds of changes they do not know."""
    foreign, known = (rename(owner, installed, title) for title in ("Of tomorrow", "Of today"))
    store.rows(
        "UPDATE journal_entry SET kind = 'of_tomorrow', change = ? WHERE id = ?",
        json.dumps({"kind": "of_tomorrow", "board_key": f"g{installed.main_group_id}", "new": {}}),
        foreign,
    )
    assert entries(owner) == [known]
    assert "Of today" in owner.get("/journal.csv").text
    with installed.recording() as seen:
        assert owner.post(f"/journal/{foreign}/undo").status_code == 503
    assert seen.http == 0
    assert owner.post(f"/journal/{known}/undo").status_code == 200


def test_pages_of_fifty(owner: Person, installed: Sandbox) -> None:
    ids = [rename(owner, installed, f"Title {number}") for number in range(52)]
    page = owner.get("/journal").text
    shown = [int(one) for one in ENTRY.findall(page)]
    assert shown == ids[::-1][:50]
    before = re.search(r'"before": (\d+)', page)
    assert before
    rest = owner.get("/journal/entries", before=before[1]).text
    assert [int(one) for one in ENTRY.findall(rest)] == ids[::-1][50:]


def test_the_table_has_the_same_entries_and_no_formulas(owner: Person, installed: Sandbox) -> None:
    rename(owner, installed, "=HYPERLINK(1)")
    rename(owner, installed, 'Назад; "quoted" ok')
    with installed.recording() as seen:
        answer = owner.get("/journal.csv", kind="stage_rename")
    assert seen.http == 0
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert 'Назад; "quoted" ok' in rows[1][-2]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "title", ["=1+1", "a;=1+1", 'a; "=1+1', "a\t@SUM(1)", "x;;-1", "a,+1", " \u00a0=1", "\uff1d1+1", '";=1;"']
)
def test_no_spreadsheet_finds_a_formula(title: str, separator: str) -> None:
    """Where a comma is for decimals, spreadsheets split the lines of the table at semicolons."""
    at = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    differences = (Difference("Title", title, title, False),)
    row = EntryRow(1, at, title, "g1", title, title, differences, (title,), False, True, None)
    lines = _csv([row]).removeprefix("\ufeff")
    [_head, *found] = csv.reader(io.StringIO(lines), delimiter=separator)
    cells = [cell.strip().lstrip('"') for line in found for cell in line]
    assert cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20")], cells


@pytest.mark.parametrize(
    "text", ["a-b", "a, -b", "Fix: 3 - 2", "x = y", "mail@example.com", "Title: a; Color: b"]
)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert _cell(text) == text


@pytest.mark.parametrize("path", ["/journal", "/journal/entries", "/journal.csv"])
def test_without_a_session_nothing_is_shown(owner: Person, installed: Sandbox, path: str) -> None:
    entry = rename(owner, installed, "Other")
    owner.token = "x" * 43
    assert owner.get(path).status_code == 401
    assert owner.post(f"/journal/{entry}/undo").status_code == 401
    assert order(installed)[1] == "Other"
