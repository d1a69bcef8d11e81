"""Two tabs, two people, two clicks: each thing is done once, and both pages hear the truth."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import requests

from tests.functional.actions import (
    BY_NAME,
    DEEDS,
    UNDO,
    Deed,
    Opener,
    Scene,
    ask_deletion,
    finish,
    hidden,
    scene_of,
    undo_address,
)
from tests.support.servers import Sandbox
from tests.support.stores import Store

Pair = tuple[Scene, Scene]
PAIRS = [("owner", "owner"), ("owner", "moderator")]


@pytest.fixture(params=PAIRS, ids=["two tabs", "two people"])
def pair(request: pytest.FixtureRequest, open_as: Opener, installed: Sandbox) -> Pair:
    """Two pages of the main board: two tabs of one person, or two people."""
    first, second = request.param
    return scene_of(open_as, installed, first), scene_of(open_as, installed, second)


def at_once(*works: Callable[[], requests.Response]) -> list[requests.Response]:
    """All at the same moment; their answers in the same order."""
    answers: list[requests.Response | None] = [None] * len(works)
    ready = threading.Barrier(len(works))

    def run(index: int) -> None:
        ready.wait(30)
        answers[index] = works[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    found = [one for one in answers if one is not None]
    assert len(found) == len(works)
    return found


def refreshed(answer: requests.Response) -> bool:
    return "board:refresh" in json.loads(answer.headers.get("HX-Trigger", "{}"))


def sane(answers: Sequence[requests.Response]) -> None:
    for one in answers:
        assert one.status_code in (200, 403, 404, 409), f"{one.status_code}: {one.text}"
        assert "Traceback" not in one.text and "toast" in one.text


def columns(picture: list[Any]) -> list[tuple[str, str]]:
    return [(title, color) for title, color, _cards in picture]


# --- a double click ---
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_a_double_click_is_one_click(open_as: Opener, installed: Sandbox, store: Store, deed: Deed) -> None:
    """The same form twice at once, with its key: once at the portal, once in the journal."""
    one, other = scene_of(open_as, installed, "owner"), scene_of(open_as, installed, "owner")
    other.person.token, other.chosen = one.person.token, one.chosen
    rehearsal = deed(one)
    wanted = one.picture()
    finish(one.person, one.person.post(undo_address(rehearsal)))
    before, said = one.picture(), store.count("journal_entry")
    for scene in (one, other):
        scene.look()
    key = "the-very-same-key"
    if deed.name == "stage_delete":  # the dialog is opened once
        asked = hidden(ask_deletion(one, one.columns[1]).text)
        form = one.shaping(**asked, target_stage_id=one.columns[-1].stage_id)
        path = f"{one.stages_path}/{one.columns[1].stage_id}/delete"
        answers = at_once(*[lambda: finish(one.person, one.person.post(path, **form))] * 2)
    else:
        answers = at_once(lambda: deed(one, request_key=key), lambda: deed(other, request_key=key))
    assert [answer.status_code for answer in answers] == [200, 200], answers[1].text
    assert one.picture() == wanted
    assert store.count("journal_entry") == said + 1
    if deed.name != "stage_delete":
        assert undo_address(answers[0]) == undo_address(answers[1])
    back = next(found[1] for found in map(UNDO.search, (answer.text for answer in answers)) if found)
    assert finish(one.person, one.person.post(back)).status_code == 200
    assert one.picture() == before


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_an_undo_clicked_by_two_is_done_once(pair: Pair, deed: Deed) -> None:
    first, second = pair
    before = first.picture()
    address = undo_address(deed(first))
    answers = at_once(*[lambda who=who: who.person.post(address) for who in pair])
    sane(answers)
    finished = [finish(who.person, one) for who, one in zip(pair, answers, strict=True)]
    assert 200 in [one.status_code for one in finished]
    assert first.picture() == before
    assert second.person.post(address).status_code == 200, "a third time it is said to be undone"
    assert first.picture() == before


# --- the same thing, differently ---
def test_the_same_card_moved_by_two(pair: Pair) -> None:
    first = pair[0]
    source = first.full(3)
    card, column = first.columns[source].cards[1], first.columns[source]
    goals = [first.columns[0], next(one for i, one in enumerate(first.columns) if i not in (0, source))]
    answers = at_once(
        *[
            lambda who=who, goal=goal: who.person.post(
                f"/boards/{who.key}/cards/{card}/move", stage_id=goal.stage_id, was_stage=column.stage_id
            )
            for who, goal in zip(pair, goals, strict=True)
        ]
    )
    sane(answers)
    assert 200 in [one.status_code for one in answers]
    where = [title for title, _color, rows in first.picture() for row in rows if row[0] == str(card)]
    assert len(where) == 1 and where[0] in [goal.title for goal in goals]


def test_a_card_moved_in_one_tab_and_then_in_the_other(pair: Pair) -> None:
    first, second = pair
    moved = BY_NAME["card_move"](first)
    between = first.picture()
    late = BY_NAME["card_move_within"](second)
    assert moved.status_code == late.status_code == 200
    again = BY_NAME["card_move"](second)
    assert again.status_code == 200 and refreshed(again), "the second page learns that it was old"
    for answer in (again, late):
        assert first.person.post(undo_address(answer)).status_code == 200
    assert first.picture() == between


@pytest.mark.parametrize("name", ["stage_rename", "stage_recolor"])
def test_a_stage_shaped_in_both_tabs(pair: Pair, name: str) -> None:
    first, second = pair
    before = columns(first.picture())
    one = BY_NAME[name](first, title="One", color="010101")
    two = BY_NAME[name](second, title="Two", color="020202")
    assert one.status_code == two.status_code == 200
    assert "toast--warn" in two.text and ("One" in two.text or "010101" in two.text)
    assert ("Two", before[1][1]) in columns(first.picture()) or (before[1][0], "020202") in columns(
        first.picture()
    )
    for answer, who in ((two, second), (one, first)):
        assert who.person.post(undo_address(answer)).status_code == 200
    assert columns(first.picture()) == before


def test_stages_moved_in_both_tabs(pair: Pair) -> None:
    first, second = pair
    before = columns(first.picture())
    one = BY_NAME["stage_move"](first)
    two = BY_NAME["stage_move_to_front"](second)
    assert one.status_code == two.status_code == 200 and refreshed(two)
    for answer, who in ((two, second), (one, first)):
        assert who.person.post(undo_address(answer)).status_code == 200
    assert columns(first.picture()) == before


def test_the_same_stage_deleted_by_two(pair: Pair, store: Store) -> None:
    """Both opened the dialog, both agree at once: it goes once, and every task is somewhere."""
    before = pair[0].picture()
    works = []
    for who in pair:
        asked = hidden(ask_deletion(who, who.columns[1]).text)
        form = who.shaping(**asked, target_stage_id=who.columns[-1].stage_id)
        path = f"{who.stages_path}/{who.columns[1].stage_id}/delete"
        works.append(lambda who=who, path=path, form=form: finish(who.person, who.person.post(path, **form)))
    answers = at_once(*works)
    sane(answers)
    after = pair[0].picture()
    assert columns(after) == [one for one in columns(before) if one != columns(before)[1]]
    assert tasks(after) == tasks(before)
    kinds = [kind for (kind,) in store.rows("SELECT kind FROM journal_entry")]
    assert kinds.count("stage_delete") == 1, kinds


def test_a_stage_added_by_two_at_once(pair: Pair) -> None:
    """Two different clicks are two stages, also when they look the same."""
    before = columns(pair[0].picture())
    answers = at_once(*[lambda who=who: BY_NAME["stage_add"](who) for who in pair])
    assert [one.status_code for one in answers] == [200, 200]
    assert columns(pair[0].picture()).count(("Fresh", "ABCDEF")) == 2
    for answer in answers:
        assert pair[0].person.post(undo_address(answer)).status_code == 200
    assert columns(pair[0].picture()) == before


def test_a_task_saved_in_both_tabs(pair: Pair) -> None:
    """Different fields do not touch each other; the same field is the later one's, who is told."""
    first, second = pair
    card = first.columns[first.full(2)].cards[0]
    forms = [hidden(who.person.get(f"/tasks/{card}", board=who.key).text) for who in pair]
    one = first.person.post(f"/tasks/{card}", **forms[0] | {"title": "One", "zone": "UTC"})
    two = second.person.post(f"/tasks/{card}", **forms[1] | {"title": "Two", "priority": "2", "zone": "UTC"})
    assert one.status_code == two.status_code == 200
    assert "“One”" in two.text or "«One»" in two.text or "„One“" in two.text, two.text
    task = first.portal.act("admin", "tasks.task.get", taskId=card)["task"]
    assert (task["title"], task["priority"]) == ("Two", "2")
    second.person.post(undo_address(two))
    task = first.portal.act("admin", "tasks.task.get", taskId=card)["task"]
    assert task["title"] == "One"


def test_a_task_completed_in_both_tabs(pair: Pair, store: Store) -> None:
    first, second = pair
    one = BY_NAME["task_complete"](first)
    second.chosen = first.chosen
    two = BY_NAME["task_complete"](second)
    assert one.status_code == 200
    assert two.status_code in (403, 409) and "toast--error" in two.text
    assert store.count("journal_entry") == 1


def tasks(picture: list[Any]) -> list[str]:
    return sorted(row[0] for _title, _color, rows in picture for row in rows)
