"""Undo, end to end: what the portal holds after it is what it held before, field by field, card by card."""

from __future__ import annotations

import re

import pytest

from tests.functional.deeds import DEEDS, Deed, Opener, finish, scene_of, undo_address
from tests.support.person import Person
from tests.support.servers import Sandbox

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
