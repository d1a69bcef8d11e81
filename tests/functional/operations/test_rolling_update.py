"""An update as docs/operate.md wants it, with the code of the release before, taken from the history.

People work through a balancer all the time. First the present migrations run while only the older release
serves; then a present node stands beside it, then alone. The older release is what was committed last before
the tables changed: its own migrations, server settings and code, on the packages of the present one and in
front of the present stand-in portal. Where there is no history the test is skipped and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from boards.core.change import Change
from tests.functional.actions import STEP, ask_deletion, finish, hidden, scene_of, undo_address
from tests.functional.operations.rolling import Load, Update, complaints, entry_of, first_release, update_of
from tests.support.person import Person
from tests.support.releases import HistoryError, Release, release_before, revisions
from tests.support.servers import Server, migrate

LONGEST_ANSWER = 10.0
"""Seconds. People's requests wait for a change of the tables, but not so long that anybody gives up."""
FILE = re.compile(r'(?:href|src)="(/static/[^"]+)"')
SHARE = 10
"""Requests each of two nodes has to have got, at least."""


@pytest.fixture
def release() -> Release:
    """The release before the newest change of the tables."""
    try:
        return release_before(revisions()[-1])
    except HistoryError as why:
        pytest.skip(f"no older release to update from: {why}")


@pytest.fixture
def update(tmp_path: Path, either_store: str) -> Iterator[Update]:
    with update_of(tmp_path, either_store) as ready:
        yield ready


@dataclass
class Legacy:
    """What the owner did with the older release and will go on with in the newer one."""

    owner: Person
    stage: int
    title: str
    renamed: int
    form: dict[str, str]
    step: str
    doomed: int
    files: list[str]


def leave(update: Update) -> Legacy:
    """A renamed stage, a request that may come again, and a deletion that stopped before its first step."""
    scene = scene_of(update.open, update.portal, "owner")
    stage, doomed = scene.columns[-1], scene.columns[-2]
    form = {"title": "From before", "seen_title": stage.title, "request_key": "k" * 32}
    renamed = entry_of(scene.person.post(f"{scene.stages_path}/{stage.stage_id}/rename", **form))
    asked = hidden(ask_deletion(scene, doomed).text)
    begun = scene.person.post(
        f"{scene.stages_path}/{doomed.stage_id}/delete",
        **scene.shaping(target_stage_id=stage.stage_id, **asked),
    )
    step = STEP.search(begun.text)
    assert step, f"{begun.status_code}: {begun.text[:600]}"
    files = FILE.findall(scene.person.html)
    return Legacy(scene.person, stage.stage_id, stage.title, renamed, form, step[1], doomed.stage_id, files)


def test_people_notice_nothing_of_an_update(update: Update, release: Release, tmp_path: Path) -> None:
    old = first_release(update, release.unpack(tmp_path / "before"))
    assert update.store.rows("SELECT version_num FROM alembic_version") == [(release.revision,)]
    legacy = leave(update)
    with Load(update) as load:
        load.go_on(2)
        migrate(update.url)
        load.go_on(2)
        new = update.start()
        alone = update.balancer.passed[old.url]
        update.balancer.send_to(old.url, new.url)
        load.go_on(3)
        there_and_back(update, old, new)
        assert update.balancer.passed[old.url] - alone >= SHARE and update.balancer.passed[new.url] >= SHARE
        update.balancer.send_to(new.url)
        update.end(old)
        load.go_on(2)
    load.fail_if_any()
    assert update.store.rows("SELECT version_num FROM alembic_version") == [(revisions()[-1],)]
    nothing_is_lost(update, load)
    the_new_one_goes_on(update, legacy)
    assert [complaints(node) for node in (old, new)] == [[], []]


def there_and_back(update: Update, old: Server, new: Server) -> None:
    """Each release shows in its journal, and takes back, what the other one wrote."""
    owner = update.open("owner")
    for writer, reader in ((old, new), (new, old)):
        stage = update.stages()[0]
        path = f"{update.board}/stages/{stage['ID']}/rename"
        done = update.at(owner, writer).post(path, title="For a moment", seen_title=stage["TITLE"])
        other = update.at(owner, reader)
        assert f'data-entry-id="{entry_of(done)}"' in other.get("/journal").text
        assert other.post(undo_address(done)).status_code == 200
        assert update.stages()[0]["TITLE"] == stage["TITLE"]


def nothing_is_lost(update: Update, load: Load) -> None:
    """The journal has what was acknowledged and no more, the portal is as the last of it left it."""
    rows = update.store.rows("SELECT id, change FROM journal_entry ORDER BY id")
    changes = {number: Change.from_json(text) for number, text in rows}
    for mover in load.movers:
        assert [n for n, one in changes.items() if mover.card in one.task_ids] == mover.entries
        task = update.portal.act("admin", "tasks.task.get", taskId=mover.card, select=["STAGE_ID"])["task"]
        assert (int(task["stageId"]) or mover.stages[0]) == mover.at
    renamer = load.renamer
    assert [n for n, one in changes.items() if one.target == renamer.stage] == renamer.entries
    titles = {int(one["ID"]): one["TITLE"] for one in update.stages()}
    assert titles[renamer.stage] == renamer.title
    for work in load.everybody:
        assert [one.get("/journal").status_code for one in work.sessions] == [200] * len(work.sessions)
        assert work.longest < LONGEST_ANSWER


def the_new_one_goes_on(update: Update, legacy: Legacy) -> None:
    """With the session, journal, page, key of a request and unfinished job of the older release."""
    owner, path = legacy.owner, f"{update.board}/stages/{legacy.stage}/rename"
    assert legacy.files and {owner.get(one).status_code for one in legacy.files} == {200}
    again = owner.post(path, **legacy.form)
    assert entry_of(again) == legacy.renamed, "the same request acts once"
    mine = owner.get("/journal", person=update.portal.user("owner"))
    assert f'data-entry-id="{legacy.renamed}"' in mine.text and "From before" in mine.text
    assert finish(owner, owner.post(legacy.step)).status_code == 200
    titles = {int(one["ID"]): one["TITLE"] for one in update.stages()}
    assert legacy.doomed not in titles and titles[legacy.stage] == "From before"
    assert owner.post(f"/journal/{legacy.renamed}/undo").status_code == 200
    assert {int(one["ID"]): one["TITLE"] for one in update.stages()}[legacy.stage] == legacy.title
