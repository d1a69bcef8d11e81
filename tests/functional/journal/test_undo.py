"""Undo, end to end: what the portal holds after it is what it held before, field by field, card by card."""

from __future__ import annotations

import re

import pytest

from tests.functional.actions import BY_NAME, DEEDS, STEP, Deed, Opener, finish, scene_of, undo_address
from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

GROUP = [pytest.param(one, "owner", "", id=one.name) for one in DEEDS]
PLANNER = [pytest.param(one, "member", "me", id=f"{one.name}-me") for one in DEEDS if one.planner]


def newest_in_journal(person: Person) -> str:
    """The first undo the journal page offers."""
    page = person.get("/journal")
    found = re.search(r'hx-post="(/journal/\d+/undo)"', page.text)
    assert found, f"{page.status_code}: {page.text[:2000]}"
    return found[1]


@pytest.mark.parametrize(("deed", "who", "key"), GROUP + PLANNER)
def test_there_and_back_and_there_again(
    open_as: Opener, installed: Sandbox, deed: Deed, who: str, key: str
) -> None:
    scene = scene_of(open_as, installed, who, key)
    before = scene.picture()
    answer = deed(scene)
    assert answer.status_code == 200, answer.text
    done = scene.picture()
    assert done != before
    assert undo_address(answer) == newest_in_journal(scene.person), "toast and journal offer the same"
    back = finish(scene.person, scene.person.post(undo_address(answer)))
    assert back.status_code == 200 and "board:refresh" in back.headers["HX-Trigger"], back.text
    assert scene.picture() == before
    again = finish(scene.person, scene.person.post(newest_in_journal(scene.person)))
    assert again.status_code == 200, again.text
    assert scene.picture() == done
    last = finish(scene.person, scene.person.post(newest_in_journal(scene.person)))
    assert last.status_code == 200, last.text
    assert scene.picture() == before


def test_a_restored_stage_whose_cards_do_not_come_is_gone_on_with(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    """The stage is added once; the dialog goes on when the portal takes cards; the journal has it once."""
    scene = scene_of(open_as, installed, "owner", "")
    before = scene.picture()
    deleted = BY_NAME["stage_delete"](scene)
    installed.fault("task.stages.movetask", "error", status=429, code="OPERATION_TIME_LIMIT", times=None)
    begun = scene.person.post(undo_address(deleted))
    step = STEP.search(begun.text)
    assert begun.status_code == 200 and step, begun.text
    assert scene.person.post(step[1]).status_code == 429
    again = scene.person.post(undo_address(deleted))
    assert again.status_code == 200 and "toast--warn" in again.text, "undone already"
    installed.delete("faults")
    assert finish(scene.person, scene.person.post(step[1])).status_code == 200
    assert scene.picture() == before
    kinds = [kind for (kind,) in store.rows("SELECT kind FROM journal_entry ORDER BY id")]
    assert kinds == ["stage_delete", "stage_restore"]
