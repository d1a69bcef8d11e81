"""While the nodes are changed one by one, an older one meets what a newer one has stored: it leaves it alone.

`test_rolling_update.py` has two real releases; here the store holds what only a release to come could write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.actions import ask_deletion, finish, hidden, scene_of
from tests.functional.failures.test_abandoned import half_deleted
from tests.functional.journal.test_journal import ENTRY, rename
from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

Opener = Callable[..., Person]
Document = dict[str, Any]
JOB = "SELECT state, data, lease_until, changed_at FROM job WHERE id = ?"


@pytest.fixture
def owner(open_as: Opener, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def of_another_kind(document: Document) -> Document:
    return document | {"job": "of_tomorrow"}


def with_another_field(document: Document) -> Document:
    return document | {"of_tomorrow": 1}


def rewrite(store: Store, job: str, change: Callable[[Document], Document]) -> Any:
    """Put another document into the job; the row as it was."""
    [(kept,)] = store.rows("SELECT data FROM job WHERE id = ?", job)
    data = json.loads(kept) if isinstance(kept, str) else kept
    put_back(store, job, data | {"job": json.dumps(change(json.loads(data["job"])))})
    return data


def put_back(store: Store, job: str, data: Any) -> None:
    store.rows("UPDATE job SET data = ? WHERE id = ?", json.dumps(data), job)


@pytest.mark.parametrize("change", [of_another_kind, with_another_field])
def test_a_job_of_a_newer_release_is_left_to_it(
    owner: Person, installed: Sandbox, store: Store, change: Callable[[Document], Document]
) -> None:
    job, _before = half_deleted(owner, installed)
    data = rewrite(store, job, change)
    row = store.rows(JOB, job)
    with installed.recording() as seen:
        answers = [owner.post(f"/jobs/{job}/step") for _ in range(2)]
    assert seen.http == 0
    for answer in answers:
        assert answer.status_code == 503 and answer.headers["Retry-After"] == "3"
        assert answer.headers["HX-Reswap"] == "none"
        assert "Es geht gleich von selbst weiter" in answer.text
        assert f'hx-post="/jobs/{job}/step" hx-trigger="load delay:3s"' in answer.text
    ids = {re.findall(r'id="(job-step-\w+)"', answer.text)[0] for answer in answers}
    assert len(ids) == 2, "each wait is an element of its own: htmx asks for it once"
    assert store.rows(JOB, job) == row, "nothing of the job was touched"
    put_back(store, job, data)
    assert finish(owner, owner.post(f"/jobs/{job}/step")).status_code == 200


def test_it_is_said_in_the_persons_language(owner: Person, installed: Sandbox, store: Store) -> None:
    job, _before = half_deleted(owner, installed)
    rewrite(store, job, of_another_kind)
    store.rows("UPDATE user_session SET lang = 'ru'")
    assert "Скоро всё продолжится само" in owner.post(f"/jobs/{job}/step").text


def test_a_plan_of_a_newer_release_is_not_begun(
    owner: Person, installed: Sandbox, store: Store, open_as: Opener
) -> None:
    scene = scene_of(open_as, installed, "owner")
    doomed, target = scene.columns[1], scene.columns[-1]
    asked = hidden(ask_deletion(scene, doomed).text)
    [(kept,)] = store.rows("SELECT data FROM job WHERE id = ?", asked["job_id"])
    data = json.loads(kept) if isinstance(kept, str) else kept
    data["plan"]["stage"]["of_tomorrow"] = 1
    put_back(store, asked["job_id"], data)
    path = f"{scene.stages_path}/{doomed.stage_id}/delete"
    with installed.recording() as seen:
        answer = scene.person.post(path, **scene.shaping(target_stage_id=target.stage_id, **asked))
    assert (answer.status_code, seen.http) == (503, 0)
    assert "Eine neuere Version der App hat damit begonnen." in answer.text


def foreign(store: Store, entry: int, change: Callable[[Document], Document]) -> None:
    [(text,)] = store.rows("SELECT change FROM journal_entry WHERE id = ?", entry)
    document = change(json.loads(text))
    store.rows(
        "UPDATE journal_entry SET kind = ?, change = ? WHERE id = ?",
        document["kind"], json.dumps(document), entry,
    )  # fmt: skip


def kind(document: Document) -> Document:
    return document | {"kind": "of_tomorrow"}


def way_back(document: Document) -> Document:
    return document | {"undo": {"op": "of_tomorrow"}}


@pytest.mark.parametrize("change", [kind, way_back])
def test_an_entry_of_a_newer_release_is_not_taken_back_here(
    owner: Person, installed: Sandbox, store: Store, change: Callable[[Document], Document]
) -> None:
    entry = rename(owner, installed, "Of tomorrow")
    foreign(store, entry, change)
    with installed.recording() as seen:
        answer = owner.post(f"/journal/{entry}/undo")
    assert (answer.status_code, seen.http) == (503, 0)
    assert "Diesen Eintrag hat eine neuere Version der App geschrieben." in answer.text
    assert "Die App wird gerade aktualisiert." in answer.text and answer.headers["Retry-After"]
    assert store.rows("SELECT undone_by FROM journal_entry") == [(None,)]
    assert store.count("action") == 1, "no claim stays behind: only the rename has its key"


def test_a_stranger_learns_nothing_of_such_an_entry(
    owner: Person, installed: Sandbox, store: Store, open_as: Opener
) -> None:
    entry = rename(owner, installed, "Of tomorrow")
    foreign(store, entry, kind)
    assert open_as("outsider").post(f"/journal/{entry}/undo").status_code == 404


def test_a_note_without_words_is_left_out_of_the_journal(
    owner: Person, installed: Sandbox, store: Store
) -> None:
    entry = rename(owner, installed, "Of tomorrow")
    foreign(store, entry, lambda one: one | {"notices": [{"code": "of_tomorrow", "values": {"x": 1}}]})
    page = owner.get("/journal")
    assert page.status_code == 200 and [int(one) for one in ENTRY.findall(page.text)] == [entry]
    assert "Of tomorrow" in owner.get("/journal.csv").text


def test_a_request_that_a_newer_release_has_done_is_done(
    owner: Person, installed: Sandbox, store: Store, open_as: Opener
) -> None:
    """The same click, sent again by the browser, reaches the older node."""
    scene = scene_of(open_as, installed, "owner")
    path = f"{scene.stages_path}/{scene.columns[1].stage_id}/rename"
    form = {"title": "Once", "request_key": "k" * 20}
    assert scene.person.post(path, **form).status_code == 200
    [(entry,)] = store.rows("SELECT id FROM journal_entry")
    foreign(store, entry, kind)
    with installed.recording() as seen:
        again = scene.person.post(path, **form)
    assert (again.status_code, seen.http) == (200, 0)
    assert "Erledigt." in again.text
