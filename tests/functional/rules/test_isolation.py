"""Two portals of one app, four people: each address of the app with everybody's session and others' ids.

Once with one node of the app, once with two on one database: sessions made at the first are used at both.
The addresses come from the app's URL map, so a new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

import app as wiring
from config import Config
from tests.functional.actions import shown_columns
from tests.support import postgres
from tests.support.installing import install
from tests.support.person import Person
from tests.support.servers import CLIENT_ID, Sandbox, Server, free_port, start_app, start_sandbox
from tests.support.stores import Store, store_url

MARK = "Zwiebelkuchen"
"""In every name that the first portal alone has."""
TEAM = "Scrum team"
OPEN_TO_ALL = {
    "/",
    "/install",
    "/events",
    "/healthz",
    "/readyz",
    "/metrics",
    "/privacy",
    "/license",
    "/oauth/start",
    "/oauth/callback",
}
ENDS_THE_SESSION = {"/session/end", "/session/renew"}
DIRECTORY = "DEAL_STAGE"


@dataclass
class InProcessApp:
    """The first portal with something to steal, the second with somebody who tries, one app for both.

    `nodes`: where the app can be reached; the portals know the first.
    """

    first: Sandbox
    second: Sandbox
    nodes: list[Server]
    store: Store
    ids: dict[str, str]

    def everywhere(self, portal: Sandbox, who: str) -> list[Person]:
        """Somebody who has opened the app at the first node, with that session at each of them."""
        person = Person(portal, self.nodes[0].url, who).open()
        return [Person(portal, one.url, who, token=person.token) for one in self.nodes]


def treasure(portal: Sandbox, owner: Person) -> dict[str, str]:
    """Things with the mark in their names, and their ids as an address of the app carries them."""
    owned = {"NAME": f"{MARK} project", "VISIBLE": "N", "OPENED": "N", "PROJECT": "Y"}
    group = portal.act("owner", "sonet_group.create", **owned)
    portal.act("owner", "task.stages.get", entityId=group, numeric=1)
    owner.get(f"/boards/g{group}")
    first, stage, *_rest = shown_columns(owner.get(f"/boards/g{group}").text)
    renamed = owner.post(f"/boards/g{group}/stages/{stage.stage_id}/rename", title=f"{MARK} stage")
    assert renamed.status_code == 200, renamed.text
    fields = {"TITLE": f"{MARK} task", "GROUP_ID": group, "RESPONSIBLE_ID": portal.user("owner")}
    task = portal.act("owner", "tasks.task.add", fields=fields | {"STAGE_ID": stage.stage_id})["task"]["id"]
    asked = owner.get(f"/boards/g{group}/stages/{stage.stage_id}/delete").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked))
    address = f"/boards/g{group}/stages/{stage.stage_id}/delete"
    begun = owner.post(address, **hidden, target_stage_id=first.stage_id)
    assert begun.status_code == 200 and f"/jobs/{hidden['job_id']}/step" in begun.text, begun.text
    return {
        "key": f"g{group}", "stage_id": str(stage.stage_id), "task_id": str(task),
        "job_id": hidden["job_id"], "entity_id": DIRECTORY, "epic_id": "1", "sprint_id": "1",
        "column_id": str(stage.stage_id), "action": "complete",
    }  # fmt: skip


@pytest.fixture(scope="module", params=["one node", "two nodes"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InProcessApp]:
    folder, port = tmp_path_factory.mktemp("isolation"), free_port()
    file, url, count = folder / "shared.sqlite", "", 1
    if request.param == "two nodes":
        url, count = postgres.create(request.getfixturevalue("postgres_server"), f"i{port}"), 2
    with ExitStack() as stack:
        portals = [start_sandbox(free_port(), port, folder, SANDBOX_MEMBER_ID=one * 32) for one in "ab"]
        shared = {
            "B24_AUTH_SERVERS": ",".join(f"{one.url}/_oauth" for one in portals),
            "TOKEN_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": url or store_url(file),
        }
        ports = [port, *(free_port() for _ in range(count - 1))]
        nodes = [start_app(one, portals[0].url, folder, **shared) for one in ports]
        for server in (*portals, *nodes):
            stack.callback(server.stop)
        first, second = (Sandbox(one.url) for one in portals)
        for portal in (first, second):
            portal.reset("small")
            install(portal, nodes[0])
        store = Store(file, url)
        ids = treasure(first, Person(first, nodes[0].url, "owner").open())
        newest = "SELECT max(id) FROM journal_entry WHERE member_id = ?"
        ids["entry_id"] = str(store.rows(newest, "a" * 32)[0][0])
        yield InProcessApp(first, second, nodes, store, ids)


def addresses() -> list[tuple[str, str]]:
    """(verb, rule) of every address behind the door."""
    key = "k3fF0Pj0Wq2sYh2dG5yT8bX1nM4vC7aZ9eR6uL0iO3Q="
    flask = wiring.create_app(
        Config("http://x", CLIENT_ID, "s", (key,), "sqlite://", allow_private_portals=True), worker=False
    )
    rules = [(verb, str(rule)) for rule in flask.url_map.iter_rules() for verb in rule.methods or ()]
    flask.extensions["stagecraft"].db.close()
    return sorted(
        (verb, rule)
        for verb, rule in rules
        if verb in ("GET", "POST")
        and not rule.startswith("/static")
        and rule not in OPEN_TO_ALL | ENDS_THE_SESSION
    )


def filled(rule: str, ids: dict[str, str]) -> str:
    """The rule with the first portal's ids; a placeholder nobody thought of fails."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: ids[found[1]], rule)


def form(ids: dict[str, str]) -> dict[str, Any]:
    """Every field that an action may read, all of them about the first portal's things."""
    card, stage = ids["task_id"], ids["stage_id"]
    return {
        "title": "Stolen", "name": "Stolen", "color": "FF0000", "after_id": "0", "stage_id": stage,
        "target_stage_id": stage, "to_stage_id": stage, "task_ids": card, "tasks": card, "action": "move",
        "before": "0", "after": "0", "job_id": ids["job_id"], "points": json.dumps({card: "8"}),
        "entity_id": "1", "epic_id": "1", "rows": "[]", "since": "0", "theme": "dark", "kind": "WORK",
        "order": stage, "stages": stage, "start": "2026-11-01", "end": "2026-11-14", "TITLE": "Stolen",
    }  # fmt: skip


def of_the_first(store: Store) -> list[Any]:
    """Whatever is stored of the first portal that somebody's action could change."""
    member = "a" * 32
    tables = ("journal_entry", "job", "portal", "token_pair", "stage_alias", "preference")
    known = {*store.tables()}
    assert set(tables) <= known, known
    return [store.rows(f"SELECT * FROM {name} WHERE member_id = ?", member) for name in tables]


def try_all(thieves: list[Person], ids: dict[str, str]) -> Iterator[tuple[str, str, requests.Response]]:
    """Each address at each node."""
    for thief, (verb, rule) in product(thieves, addresses()):
        path = filled(rule, ids)
        answer = thief.get(path) if verb == "GET" else thief.post(path, **form(ids))
        yield verb, path, answer


def test_every_placeholder_has_somebody_elses_id(ground: InProcessApp) -> None:
    tried = addresses()
    assert len(tried) > 60
    assert not [rule for _verb, rule in tried if "<" in filled(rule, ground.ids)]


@pytest.mark.parametrize("who", ["owner", "outsider"])
def test_people_of_another_portal_reach_nothing(ground: InProcessApp, who: str) -> None:
    """Not one request reaches the first portal, nothing stored of it changes, none of its names shows."""
    thieves, before = ground.everywhere(ground.second, who), of_the_first(ground.store)
    with ground.first.recording() as seen:
        for verb, path, answer in try_all(thieves, ground.ids):
            assert answer.status_code < 500 or answer.status_code == 502, (
                f"{verb} {path}: {answer.text[:300]}"
            )
            assert MARK not in answer.text, f"{verb} {path}"
            assert "a" * 32 not in answer.text and ground.first.url not in answer.text, f"{verb} {path}"
    assert seen.calls == []
    assert of_the_first(ground.store) == before


def test_an_outsider_of_the_same_portal_reaches_nothing(ground: InProcessApp) -> None:
    """What the project keeps from them stays there; what they may change is not of this project."""
    thieves, ids = ground.everywhere(ground.first, "outsider"), ground.ids
    picture = [
        ground.first.act("owner", "task.stages.get", entityId=ids["key"][1:], numeric=1),
        ground.first.act("owner", "tasks.task.get", taskId=ids["task_id"], select=["*"]),
    ]
    for verb, path, answer in try_all(thieves, ids):
        assert answer.status_code < 500 or answer.status_code == 502, f"{verb} {path}: {answer.text[:300]}"
        assert MARK not in answer.text, f"{verb} {path}"
    assert picture == [
        ground.first.act("owner", "task.stages.get", entityId=ids["key"][1:], numeric=1),
        ground.first.act("owner", "tasks.task.get", taskId=ids["task_id"], select=["*"]),
    ]


def test_the_owner_sees_all_of_it(ground: InProcessApp) -> None:
    """The counter-proof: the same addresses show the mark to the person it belongs to."""
    owners, ids = ground.everywhere(ground.first, "owner"), ground.ids
    paths = (f"/boards/{ids['key']}", f"/tasks/{ids['task_id']}?board={ids['key']}", "/journal", "/home")
    for owner, path in product(owners, paths):
        assert MARK in owner.get(path).text, path
    assert owners[-1].post(f"/jobs/{ids['job_id']}/step").status_code == 200
