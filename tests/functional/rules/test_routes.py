"""Every address of the app, from its own map: closed without the right session, unmoved by nonsense."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.functional.actions import Opener, Scene, scene_of
from tests.functional.helpers import eventually
from tests.functional.portal.test_session import OPEN_TO_ALL, routes
from tests.support.person import Person
from tests.support.servers import CLIENT_ID, Sandbox, Server, http
from tests.support.stores import Store

OTHER = "f" * 32
HUGE = "9" * 30
JUNK = ["", "0", "-1", "abc", HUGE, "1 OR 1=1", "'\"><script>", "\x00", "%00", "٣", "\u2028", "x" * 70_000]
"""Values no control of a page produces; the last ones are a digit of another script and a line separator."""
NUMBERS = ("after_id", "stage_id", "target_stage_id", "before", "after", "was_before", "was_after",
           "was_stage", "task_ids", "responsible_id", "priority", "start", "group_id", "responsible",
           "person", "offset")  # fmt: skip
TEXTS = ("title", "color", "swatch", "deadline", "utc_offset", "tag", "tags", "was", "seen", "seen_title",
         "seen_color", "seen_status", "seen_auditors", "seen_moment", "moments", "zone",
         "job_id", "request_key", "action",
         "description", "board", "text", "q", "kind", "since", "until", "as_admin",
         "overdue", "completed")  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Route:
    verb: str
    rule: str

    def path(self, **values: str) -> str:
        """The address with its places filled; what is not given is 1."""
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", self.rule)
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda place: values.get(place[1], "1"), path)

    @property
    def places(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.rule)


def all_routes() -> list[Route]:
    """Every address of the app with each verb."""
    import app
    from config import Config

    keys = ("k3fF0Pj0Wq2sYh2dG5yT8bX1nM4vC7aZ9eR6uL0iO3Q=",)
    flask = app.create_app(
        Config("http://x", CLIENT_ID, "s", keys, "sqlite://", allow_private_portals=True), worker=False
    )
    found = [
        Route(verb, str(rule))
        for rule in flask.url_map.iter_rules()
        for verb in sorted(set(rule.methods or ()) & {"GET", "POST", "PUT", "DELETE", "PATCH"})
        if not str(rule).startswith("/static")
    ]
    flask.extensions["stagecraft"].db.close()
    return found


ALL = all_routes()
CLOSED = [one for one in ALL if (one.verb, one.rule) not in OPEN_TO_ALL]
POSTS = [one for one in CLOSED if one.verb == "POST"]


@pytest.fixture
def scene(open_as: Opener, installed: Sandbox) -> Scene:
    return scene_of(open_as, installed, "owner")


def no_accident(answer: requests.Response, what: object) -> None:
    """An answer that was meant: below 500, and nothing of the inside in it."""
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:600]}"
    for leak in ("Traceback", "sqlalchemy", "werkzeug", 'File "/'):
        assert leak not in answer.text, what


def known(scene: Scene) -> dict[str, str]:
    """Real values for the places of addresses."""
    return {
        "key": scene.key,
        "stage_id": str(scene.columns[1].stage_id),
        "task_id": str(scene.columns[1].cards[0]),
        "entry_id": "1",
    }


def test_the_map_is_known() -> None:
    assert len(CLOSED) > 25 and len(POSTS) > 12
    assert {(one.verb, one.rule) for one in ALL} >= OPEN_TO_ALL
    assert {one.verb for one in ALL} == {"GET", "POST"}, "nothing else is offered"
    assert len(routes()) >= 20


@pytest.mark.parametrize("portal", ["another", "forgotten"])
def test_a_session_of_another_portal_reaches_nothing(
    scene: Scene, installed: Sandbox, store: Store, portal: str
) -> None:
    """Another portal's session sees none of this one's journal, jobs, memos or tokens."""
    path = f"{scene.stages_path}/{scene.columns[1].stage_id}"
    scene.person.post(f"{path}/rename", title="Secret of this portal")
    asked = scene.person.get(f"{path}/delete")
    job = re.search(r'name="job_id" value="(\w+)"', asked.text)
    assert job
    if portal == "another":
        columns = "client_endpoint, auth_server, installed, app_status, scope, application_token_sealed, installer_id, installed_at, changed_at"  # noqa: E501
        store.rows(f"INSERT INTO portal (member_id, {columns}) SELECT '{OTHER}', {columns} FROM portal")
    store.rows(f"UPDATE user_session SET member_id = '{OTHER}'")
    before = scene.picture()
    values = known(scene) | {"job_id": job[1]}
    with installed.recording() as seen:
        for route in CLOSED:
            ask = scene.person.get if route.verb == "GET" else scene.person.post
            answer = ask(route.path(**values))
            assert answer.status_code in (200, 400, 401, 403, 404, 422), f"{route}: {answer.status_code}"
            assert "Secret of this portal" not in answer.text, route
            if portal == "forgotten":
                assert answer.status_code == 401, route
    assert seen.http == 0, "no token of this portal is used"
    assert scene.picture() == before


def test_a_session_that_was_ended_by_uninstalling(scene: Scene, installed: Sandbox, store: Store) -> None:
    installed.post("uninstall", clean=1)
    assert eventually(lambda: store.count("user_session") == 0 or not store.rows(
        "SELECT 1 FROM user_session WHERE expires_at > ?", time.time()
    ))  # fmt: skip
    with installed.recording() as seen:
        for route in CLOSED:
            ask = scene.person.get if route.verb == "GET" else scene.person.post
            assert ask(route.path(**known(scene))).status_code == 401, route
    assert seen.http == 0


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: f"{route.verb} {route.rule}")
def test_nonsense_in_the_address(scene: Scene, route: Route) -> None:
    person = scene.person
    for place in route.places:
        for junk in (HUGE, "0", "-1", "abc", "%00", "..%2f..", "٣", "1'--", "x" * 3000):
            path = route.path(**known(scene) | {place: junk})
            answer = (person.get if route.verb == "GET" else person.post)(path)
            no_accident(answer, path[:100])


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: f"{route.verb} {route.rule}")
def test_nonsense_in_the_fields(scene: Scene, store: Store, route: Route) -> None:
    """Missing, empty, huge, of another type: refused or understood, never an accident."""
    path = route.path(**known(scene))
    before = scene.picture()
    for form in forms():
        if route.verb == "GET":
            query = {key: value for key, value in form.items() if len(str(value)) < 2000}
            answer = scene.person.get(path, **query)
        else:
            answer = http().post(scene.person.app_url + path, data=form, headers=bearer(scene), timeout=60)
            assert answer.status_code != 401 or path in ("/session/renew", "/session/end")
        no_accident(answer, (path, {key: str(value)[:20] for key, value in form.items()}))
    if scene.picture() != before:
        assert store.count("journal_entry") > 0, "what was understood is in the journal"


def forms() -> Iterator[dict[str, Any]]:
    yield {}
    for junk in JUNK:
        yield dict.fromkeys((*NUMBERS, *TEXTS), junk)
        yield dict.fromkeys(NUMBERS, junk) | {"title": "x", "color": "00C4FB", "action": "move"}
    for action in ("responsible", "deadline", "priority", "tag", "complete", "nothing"):
        yield {
            "action": action,
            "task_ids": ["1", "x", HUGE],
            "deadline": "9999-99-99",
            "utc_offset": "+99:99",
        }
    yield {"action": "move", "task_ids": [str(number) for number in range(1, 900)], "stage_id": "1"}
    yield {"action": "tag", "task_ids": ["1"], "tag": "t", "tags": '{"1": {"a": 1}}'}
    yield {"action": "tag", "task_ids": ["1"], "tag": "t", "tags": "[" * 5000}
    yield {"action": "move", "task_ids": ["1"], "was": "1:2:1:1,2:1:2:2," * 50, "stage_id": "1"}
    yield {
        "title": "x",
        "seen_title": "y",
        "deadline": "0001-01-01T00:00",
        "zone": "Europe",
        "moments": "x y",
    }
    yield {"deadline": "9999-12-31T23:59", "zone": "../../etc/passwd", "moments": "9999-12-31T23:59:59-12:00"}
    yield {"since": "9998-12-31", "until": "1971-01-01", "offset": "-840", "before": HUGE}


def bearer(scene: Scene) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.person.token}", "HX-Request": "true"}


BODIES: list[tuple[str, bytes]] = [
    ("application/json", b"{"),
    ("application/json", b'["a", {"b": null}]'),
    ("application/json", b'{"AUTH_ID": {"a": [1]}, "REFRESH_ID": 5}'),
    ("application/x-www-form-urlencoded", b"\xff\xfe=%ZZ&title=%ff%fe&&&=;"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(3000))),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nhalf'),
    ("multipart/form-data", b"no boundary"),
    ("text/plain", b"title=x"),
]


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.rule)
def test_bodies_that_are_no_forms(scene: Scene, route: Route) -> None:
    before = scene.picture()
    path = scene.person.app_url + route.path(**known(scene))
    for kind, body in BODIES:
        answer = http().post(path, data=body, headers=bearer(scene) | {"Content-Type": kind}, timeout=60)
        no_accident(answer, (path, kind, body[:40]))
    if "stages" in route.rule or "cards" in route.rule:
        assert scene.picture() == before or route.rule.endswith(("/move", "/complete"))


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.rule)
def test_too_much_at_once(scene: Scene, route: Route) -> None:
    path = scene.person.app_url + route.path(**known(scene))
    answer = http().post(path, data={"title": "x" * 1_500_000}, headers=bearer(scene), timeout=60)
    no_accident(answer, path)
    assert answer.status_code in (404, 413, 422) or path.endswith(("/totals", "/session/end")), (
        "some do not read it"
    )


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: f"{route.verb} {route.rule}")
def test_the_other_verb_is_refused(scene: Scene, route: Route) -> None:
    """No address changes anything when it is only looked at."""
    verbs = {one.verb for one in ALL if one.rule == route.rule}
    for verb in {"GET", "POST", "PUT", "DELETE", "PATCH"} - verbs:
        answer = http().request(
            verb, scene.person.app_url + route.path(**known(scene)), headers=bearer(scene), timeout=30
        )
        assert answer.status_code in (404, 405), f"{verb} {route.rule}: {answer.status_code}"


def test_nobody_is_shown_a_default_page_of_the_framework(scene: Scene, app_server: Server) -> None:
    stranger = Person(scene.portal, app_server.url, "member")
    for path in ("/nothing", "/boards/g1/none", "/journal/x/undo"):
        answer = stranger.session.get(app_server.url + path, timeout=30)
        assert answer.status_code in (401, 404, 405) and "Werkzeug" not in answer.headers.get("Server", "")
        assert "<h1>" in answer.text and "requested URL" not in answer.text
