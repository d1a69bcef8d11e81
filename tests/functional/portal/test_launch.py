"""Opening: two requests, the right page, a session of its own, nothing that gives anything away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.functional.helpers import form_for
from tests.support.person import SESSION, Person
from tests.support.servers import Sandbox, Server, http
from tests.support.stores import Store

Opener = Callable[..., Person]


def page_of(person: Person) -> str:
    found = re.search(r'<div id="app" data-page="([^"]*)"', person.html)
    assert found, person.html[:500]
    return found[1]


@pytest.mark.parametrize("who", ["admin", "owner", "moderator", "member", "outsider"])
@pytest.mark.parametrize("group", [None, "main"])
def test_opening_costs_two_requests(open_as: Opener, installed: Sandbox, who: str, group: str | None) -> None:
    group_id = installed.main_group_id if group else None
    with installed.recording() as seen:
        person = open_as(who, group=group_id)
    assert person.status == 200 and person.token
    assert [call["method"] for call in seen.calls][1:] == ["batch"] and seen.http == 2, seen.calls


def test_a_project_tab_opens_its_board(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member", group=installed.main_group_id)
    assert page_of(person) == "board"
    assert f'data-board="g{installed.main_group_id}"' in person.html


def test_the_toolbar_of_a_project_opens_its_board(open_as: Opener, installed: Sandbox) -> None:
    person = open_as(
        "owner", placement="TASK_GROUP_LIST_TOOLBAR", options={"GROUP_ID": str(installed.main_group_id)}
    )
    assert f'data-board="g{installed.main_group_id}"' in person.html


def test_a_persons_toolbar_opens_ones_own_planner(open_as: Opener) -> None:
    person = open_as("member", placement="TASK_USER_LIST_TOOLBAR", options={"USER_ID": "1"})
    assert page_of(person) == "board" and 'data-board="me"' in person.html


def test_the_app_opens_where_the_person_was(open_as: Opener, installed: Sandbox) -> None:
    first = open_as("member")
    assert page_of(first) == "home"
    first.get(f"/boards/g{installed.main_group_id}")
    again = open_as("member")
    assert f'data-board="g{installed.main_group_id}"' in again.html
    assert page_of(open_as("owner")) == "home", "somebody else was never there"
    again.get("/home")
    assert page_of(open_as("member")) == "home"


def test_who_may_not_see_the_board_sees_the_home_page_and_why(open_as: Opener, installed: Sandbox) -> None:
    installed.post("group", user=installed.user("outsider"), group=installed.main_group_id, role=None)
    with installed.recording() as seen:
        person = open_as("outsider", group=installed.main_group_id)
    assert person.status == 200 and page_of(person) == "home" and seen.http == 2
    assert '<p class="banner" role="note">' in person.html
    assert "Das können nur seine Mitglieder." in person.html or "Only its members" in person.html


def test_a_vanished_board_leads_home_without_a_word(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member", group=installed.main_group_id)
    assert page_of(person) == "board"
    installed.post("group", user=installed.user("member"), group=installed.main_group_id, role=None)
    again = open_as("member")
    assert page_of(again) == "home" and "You may not see" not in again.html


@pytest.mark.parametrize(
    "options", ["", "undefined", "[]", "null", "{broken", '{"GROUP_ID":{"a":1}}', '{"GROUP_ID":"-4"}']
)
def test_strange_placement_options_open_the_home_page(
    installed: Sandbox, empty_app: Server, options: str
) -> None:
    person = Person(installed, empty_app.url, "member")
    person.open("SONET_GROUP_DETAIL_TAB", {"GROUP_ID": "1"}, PLACEMENT_OPTIONS=options)
    assert person.status == 200 and page_of(person) == "home"


def test_each_opening_has_its_own_session(open_as: Opener) -> None:
    one, two = open_as("member"), open_as("member")
    assert one.token != two.token
    assert one.get("/home").status_code == two.get("/home").status_code == 200


def test_the_page_holds_no_secret_and_sets_nothing(installed: Sandbox, empty_app: Server) -> None:
    url, form = form_for(installed, "member")
    answer = http().post(url, data=form, timeout=60)
    assert SESSION.search(answer.text)
    for name in ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN", "member_id"):
        assert form[name] not in answer.text
    assert not answer.cookies and "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_names_the_verified_portal_and_no_inline_script(installed: Sandbox) -> None:
    url, form = form_for(installed, "member")
    answer = http().post(url.replace("DOMAIN=localhost", "DOMAIN=evil.example"), data=form, timeout=60)
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert rules["frame-ancestors"] == installed.url
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in rules["script-src"] and "unsafe" not in rules["style-src"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text), "no inline script"
    assert not re.search(r"\son[a-z]+=", answer.text), "no inline handler"


def test_static_files_are_versioned_and_kept_for_long(open_as: Opener, empty_app: Server) -> None:
    person = open_as("member")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', person.html)
    assert files
    for file in files:
        answer = http().get(empty_app.url + file, timeout=30)
        assert answer.status_code == 200, file
        assert "max-age=31536000" in answer.headers["Cache-Control"], file
    plain = re.sub(r"/static/[0-9a-f]{12}/", "/static/", files[0])
    answer = http().get(empty_app.url + plain, timeout=30)
    assert answer.status_code == 200 and "31536000" not in answer.headers["Cache-Control"]


def test_opening_works_after_the_app_has_lost_its_data(
    open_as: Opener, installed: Sandbox, empty_app: Server, store: Store
) -> None:
    for table in ("portal", "token_pair", "user_session", "preference", "memo"):
        store.rows(f"DELETE FROM {table}")
    person = Person(installed, empty_app.url, "member").open()
    assert person.status == 200 and person.get("/home").status_code == 200
    assert store.rows("SELECT installed, application_token_sealed FROM portal") == [(1, "")]
    Person(installed, empty_app.url, "admin").open()
    assert store.rows("SELECT application_token_sealed <> '' FROM portal") == [(1,)]


@pytest.mark.parametrize("lang", ["en", "ru", "de"])
def test_the_page_speaks_the_language_of_the_launch(installed: Sandbox, lang: str) -> None:
    url, form = form_for(installed, "member")
    answer = http().post(re.sub("LANG=[a-z]+", f"LANG={lang}", url), data=form, timeout=60)
    assert f'<html lang="{lang}"' in answer.text


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"method": "authserver.app.info", "kind": "html", "status": 502}, 502),
        ({"method": "authserver.app.info", "kind": "broken_json"}, 502),
        ({"method": "batch", "kind": "html", "status": 500}, 502),
        ({"method": "batch", "kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED"}, 503),
    ],
)
def test_what_fails_on_the_way_is_explained_in_the_frame(
    installed: Sandbox, empty_app: Server, store: Store, fault: dict[str, object], status: int
) -> None:
    sessions = store.count("user_session")
    installed.fault(str(fault["method"]), str(fault["kind"]), times=None, **{
        key: value for key, value in fault.items() if key not in ("method", "kind")
    })  # fmt: skip
    person = Person(installed, empty_app.url, "member").open()
    installed.delete("faults")
    assert person.status == status and "<h1>" in person.html and not person.token
    assert "Traceback" not in person.html
    assert store.count("user_session") == sessions
    assert Person(installed, empty_app.url, "member").open().status == 200
