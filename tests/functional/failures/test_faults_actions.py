"""Every action against every failure of the way: done once or not at all, explained, and still undoable."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import requests

from tests.functional.actions import BY_NAME, DEEDS, UNDO, Deed, Opener, Scene, finish, scene_of, undo_address
from tests.support.person import SESSION
from tests.support.servers import Sandbox
from tests.support.stores import Store

SECRET_TEXT = "Portal text nobody may read: SELECT * FROM b_user"

PASSING: list[dict[str, Any]] = [
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "broken_json"},
    {"kind": "html", "status": 502},
    {"kind": "html", "status": 500, "done": True},
    {"kind": "error", "status": 500, "code": "INTERNAL_SERVER_ERROR"},
    {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED"},
    {"kind": "error", "status": 401, "code": "expired_token"},
]
LOST = [one for one in PASSING if one["kind"] in ("drop_after", "broken_json") or one.get("done")]
KNOWN = [one for one in PASSING if one not in LOST]
ALL = [pytest.param(one, PASSING if one.sure else KNOWN, id=one.name) for one in DEEDS]
UNSURE = [
    pytest.param(one, at, id=f"{one.name} {at['kind']}") for one in DEEDS if not one.sure for at in LOST
]
"""Answers that got lost after the portal had acted, for actions of which the page shows only what is new."""
LASTING: list[tuple[dict[str, Any], set[int]]] = [
    ({"kind": "drop_before"}, {502}),
    ({"kind": "html", "status": 502}, {502}),
    ({"kind": "error", "status": 500, "code": "INTERNAL_SERVER_ERROR"}, {502}),
    ({"kind": "error", "status": 429, "code": "OPERATION_TIME_LIMIT"}, {429}),
    ({"kind": "error", "status": 403, "code": "ACCESS_DENIED"}, {403}),
    ({"kind": "error", "status": 401, "code": "insufficient_scope"}, {403}),
    ({"kind": "error", "status": 403, "code": "PORTAL_DELETED"}, {403}),
    ({"kind": "command_error", "status": 400, "code": "ERROR_CORE"}, {200, 409}),
]


def told_properly(answer: requests.Response) -> None:
    """A failure is a toast with text, no traceback, none of the portal's words."""
    assert 'hx-target="#toasts"' in answer.text and "toast--error" in answer.text, answer.text
    assert answer.headers["HX-Reswap"] == "none"
    for leak in ("Traceback", SECRET_TEXT, "SELECT", "<html", "access_token"):
        assert leak not in answer.text


def entries(store: Store) -> list[str]:
    return [kind for (kind,) in store.rows("SELECT kind FROM journal_entry ORDER BY id")]


def by_column(picture: list[Any]) -> list[Any]:
    """Which cards are in which column, whatever their order there."""
    return [(title, color, sorted(cards)) for title, color, cards in picture]


def insist(scene: Scene, deed: Deed, key: str) -> requests.Response:
    """Do it as a page whose person clicks again when it failed."""
    answer = deed(scene, request_key=key)
    for _ in range(3):
        if answer.status_code == 200:
            return answer
        told_properly(answer)
        answer = deed(scene, request_key=key)
    raise AssertionError(f"{answer.status_code}: {answer.text}")


@pytest.mark.parametrize(("deed", "faults"), ALL)
def test_what_passes_is_done_once_and_can_be_undone(
    open_as: Opener, installed: Sandbox, store: Store, deed: Deed, faults: list[dict[str, Any]]
) -> None:
    """A rehearsal shows what should come of it; then the same with each failure in the way."""
    scene = scene_of(open_as, installed, "owner")
    before = scene.picture()
    rehearsal = deed(scene)
    wanted = scene.picture()
    finish(scene.person, scene.person.post(undo_address(rehearsal)))
    assert scene.picture() == before
    for fault in faults:
        scene.look()
        said = len(entries(store))
        installed.fault(deed.writes, description=SECRET_TEXT, times=1, **fault)
        answer = insist(scene, deed, uuid.uuid4().hex)
        assert scene.picture() == wanted, f"{fault}: {answer.text}"
        assert len(entries(store)) == said + 1, fault
        back = finish(scene.person, scene.person.post(undo_address(answer)))
        assert back.status_code == 200, f"{fault}: {back.text}"
        assert scene.picture() == before, f"undo after {fault}: {answer.text}"
        installed.delete("faults")


@pytest.mark.parametrize(("deed", "fault"), UNSURE)
def test_what_nobody_can_know_any_more_is_said(
    open_as: Opener, installed: Sandbox, store: Store, deed: Deed, fault: dict[str, Any]
) -> None:
    """The action is done, once; what was before is offered for undo only as far as it is known."""
    scene = scene_of(open_as, installed, "owner")
    before = scene.picture()
    rehearsal = deed(scene)
    wanted = scene.picture()
    scene.person.post(undo_address(rehearsal))
    assert scene.picture() == before != wanted
    installed.fault(deed.writes, times=1, **fault)
    answer = insist(scene.look(), deed, uuid.uuid4().hex)
    assert scene.picture() == wanted, answer.text
    if UNDO.search(answer.text):
        scene.person.post(undo_address(answer))
    if by_column(scene.picture()) != by_column(before):
        assert "Der frühere Wert ist unbekannt" in answer.text


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_an_undo_meets_the_same_failures(
    open_as: Opener, installed: Sandbox, store: Store, deed: Deed
) -> None:
    scene = scene_of(open_as, installed, "owner")
    before = scene.picture()
    for fault in PASSING:
        scene.look()
        address = undo_address(deed(scene))
        installed.fault("batch", description=SECRET_TEXT, times=1, **fault)
        back = finish(scene.person, scene.person.post(address))
        for _ in range(3):
            if back.status_code == 200:
                break
            told_properly(back)
            back = finish(scene.person, scene.person.post(address))
        installed.delete("faults")
        assert back.status_code == 200, f"{fault}: {back.text}"
        assert scene.picture() == before, f"{fault}: {back.text}"
        again = scene.person.post(address)
        assert again.status_code == 200 and scene.picture() == before, "nothing is undone twice"


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_what_lasts_changes_nothing_and_says_so(
    open_as: Opener, installed: Sandbox, store: Store, deed: Deed
) -> None:
    scene = scene_of(open_as, installed, "owner")
    before = scene.picture()
    for fault, statuses in LASTING:
        if scene.person.get("/journal").status_code == 401:  # the last one has ended the session
            scene.person = open_as("owner")
        installed.fault(deed.writes, description=SECRET_TEXT, times=None, **fault)
        answer = deed(scene)
        installed.delete("faults")
        assert answer.status_code in statuses, f"{fault}: {answer.status_code} {answer.text}"
        assert SECRET_TEXT not in answer.text and "Traceback" not in answer.text
        if answer.status_code != 200:
            told_properly(answer)
        assert ("Retry-After" in answer.headers) == (answer.status_code in (429, 503))
        if deed.name != "stage_delete":  # its tasks may have gone already, and the journal says so
            assert scene.picture() == before, fault
            undoable = store.rows("SELECT change FROM journal_entry")
            assert not [one for (one,) in undoable if json.loads(one)["undo"]], fault


BUSY = [BY_NAME[name] for name in ("stage_add", "card_move", "task_complete")]


@pytest.mark.parametrize("deed", BUSY, ids=lambda deed: deed.name)
def test_a_portal_that_is_busy_for_a_minute(
    open_as: Opener, installed: Sandbox, store: Store, deed: Deed
) -> None:
    """The app is patient for some seconds, then says when to come again; nothing has happened."""
    scene = scene_of(open_as, installed, "owner")
    before = scene.picture()
    installed.fault("*", "error", status=503, code="QUERY_LIMIT_EXCEEDED", for_seconds=60)
    answer = deed(scene)
    installed.delete("faults")
    assert answer.status_code == 503 and answer.elapsed.total_seconds() < 12
    assert int(answer.headers["Retry-After"]) >= 1
    told_properly(answer)
    assert scene.picture() == before and entries(store) == []
    assert deed(scene).status_code == 200


@pytest.mark.parametrize("name", ["stage_add", "card_move"])
def test_a_slow_portal_does_it_once(open_as: Opener, installed: Sandbox, store: Store, name: str) -> None:
    scene = scene_of(open_as, installed, "owner")
    installed.fault("batch", "delay", seconds=10, times=1)
    answer = BY_NAME[name](scene)
    assert answer.status_code == 200 and len(entries(store)) == 1
    done = scene.picture()
    scene.person.post(undo_address(answer))
    assert scene.picture() != done


SAID = {
    "en": "The portal&#39;s answer was lost.",
    "ru": "Ответ портала потерялся.",
    "de": "Die Antwort des Portals ging verloren.",
}


@pytest.mark.parametrize("lang", sorted(SAID))
def test_failures_speak_the_persons_language(open_as: Opener, installed: Sandbox, lang: str) -> None:
    scene = scene_of(open_as, installed, "owner")
    launch = installed.post("launch", user=installed.user("owner"), placement="DEFAULT", lang=lang)
    opened = scene.person.session.post(launch["url"], data=launch["form"], timeout=60)
    found = SESSION.search(opened.text)
    assert found
    scene.person.token = found[1]
    installed.fault("batch", "drop_before", times=None)
    answer = BY_NAME["stage_rename"](scene)
    installed.delete("faults")
    assert answer.status_code == 502
    assert SAID[lang] in answer.text, answer.text
