"""The portal's pages without a browser: who sees what, the forms, the addresses the scripts ask."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.app import create_app
from sandbox.settings import Settings
from sandbox.shell.pages import CARDS_SHOWN, Viewer, board, placement_title
from sandbox.shell.texts import LANGUAGES, keys, translator
from sandbox.state.portal import COMPLETED, Placement, Portal
from tests.contract.portal_fixture import PortalFixture

TEMPLATES = Path(__file__).resolve().parents[3] / "sandbox" / "templates" / "sandbox"
PAGES = [
    "/",
    "/workgroups/",
    "/workgroups/group/1/",
    "/workgroups/group/1/?tab=about",
    "/crm/",
    "/marketplace/",
]


@pytest.fixture
def app() -> Flask:
    return create_app(Settings(seed="company", limits=False))


@pytest.fixture
def portal(app: Flask) -> Portal:
    found: Portal = app.extensions["portal"].portal
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def install(client: FlaskClient, portal: Portal, *codes: str) -> None:
    assert client.post("/_sandbox/install", json={}).status_code == 200
    assert portal.app is not None
    for number, code in enumerate(codes, 1):
        portal.app.placements.append(Placement(number, code, "http://127.0.0.1:5000/", title="Shape & stage"))


def launch_on(page: str) -> dict[str, Any]:
    """The launch a page wants opened in a frame."""
    found = re.search(r'data-launch="([^"]*)"', page)
    assert found, "the page opens no frame"
    launch: dict[str, Any] = json.loads(unescape(found[1]))
    return launch


# --- pages ---
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_pages_in_every_language(client: FlaskClient, path: str, lang: str) -> None:
    page = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    assert page.status_code == 200
    assert f'<html lang="{lang}"' in page.text
    assert translator(lang)("market") in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_every_text_the_templates_ask_for_exists_in_three_languages() -> None:
    asked = {
        key
        for template in TEMPLATES.glob("*.html")
        for key in re.findall(r"""\bt\(["'](\w+)["'](?!\s*~)""", template.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= keys()
    for lang in LANGUAGES:
        text = translator(lang)
        assert all(text(key, name="n", title="t", count=1).strip() for key in keys())
    assert translator("ru")("more", count=3) == "ещё 3"
    assert translator("xx")("market") == "Market"


def test_people_see_different_projects(client: FlaskClient) -> None:
    def shown(who: str) -> set[str]:
        return set(re.findall(r'data-group-id="(\d+)"', client.get(f"/?as={who}").text))

    assert "1" in shown("member")
    assert shown("outsider") != shown("owner")


def test_a_secret_project_is_not_there_for_outsiders(client: FlaskClient, portal: Portal) -> None:
    secret = next(
        group
        for group in portal.groups.values()
        if not group.visible and portal.people["outsider"] not in group.members
    )
    assert client.get(f"/workgroups/group/{secret.id}/?as=outsider").status_code == 404
    assert client.get(f"/workgroups/group/{secret.id}/?as={secret.owner_id}").status_code == 200


def test_the_board_of_a_project_shows_stages_and_counts(client: FlaskClient, portal: Portal) -> None:
    page = client.get("/workgroups/group/1/?as=member").text
    rows = [stage for stage in portal.stages.values() if stage.entity_id == 1 and stage.entity_type == "G"]
    assert page.count('<section class="column">') == len(rows)
    counts = [int(number) for number in re.findall(r"</span> <b>(\d+)</b></h2>", page)]
    mine = [task for task in portal.tasks.values() if task.group_id == 1 and not task.deleted]
    completed = [task for task in mine if task.status == COMPLETED]
    assert completed
    assert sum(counts) == len(mine) - len(completed)


def test_the_board_of_a_project_has_the_order_of_the_rest_method() -> None:
    """Completed tasks aside, as by the portal's default filter."""
    portal = PortalFixture()
    group = portal.main.id
    first = portal.ask("owner", "task.stages.get", entityId=group, numeric=1)[0]["ID"]
    wanted = {"GROUP_ID": group, "STAGE_ID": [0, first], "!REAL_STATUS": 5}

    def listed() -> list[int]:
        order = {"SORTING": "asc", "ID": "desc"}
        rows = portal.ask("owner", "tasks.task.list", filter=wanted, order=order, select=["ID"])["tasks"]
        return [int(row["id"]) for row in rows]

    def shown() -> list[int]:
        viewer = Viewer(portal.state.users[portal.id_of("owner")], "en", "light")
        return [card.id for card in board(portal.state, portal.state.groups[group], viewer)[0].cards]

    assert shown() == listed()[:CARDS_SHOWN]
    low = listed()[2]
    portal.ask("owner", "task.stages.movetask", id=low, stageId=first, before=listed()[0])
    assert shown()[0] == low
    assert shown() == listed()[:CARDS_SHOWN]
    portal.state.tasks[low].status = COMPLETED
    assert low not in shown()


def test_looking_at_an_unopened_board_creates_nothing(client: FlaskClient, portal: Portal) -> None:
    before = len(portal.stages)
    for number in portal.groups:
        client.get(f"/workgroups/group/{number}/?as=admin")
    assert len(portal.stages) == before


def test_titles_are_text_not_markup(client: FlaskClient, portal: Portal) -> None:
    portal.groups[1].name = "<script>alert(1)</script>"
    page = client.get("/workgroups/group/1/?as=member").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_task_can_be_read_by_those_who_may(client: FlaskClient, portal: Portal) -> None:
    task = next(task for task in portal.tasks.values() if task.group_id == 1)
    path = f"/workgroups/group/1/tasks/task/view/{task.id}/"
    assert unescape(client.get(f"{path}?as=owner&IFRAME=Y").text).count(task.title) >= 2
    assert '<nav class="menu"' not in client.get(f"{path}?as=owner&IFRAME=Y").text
    assert client.get(f"{path}?as=outsider").status_code == 404
    assert client.get("/workgroups/group/1/tasks/task/view/999999/?as=owner").status_code == 404


def test_choices_are_remembered_and_nonsense_is_ignored(client: FlaskClient) -> None:
    client.get("/?as=member&lang=de&theme=dark")
    page = client.get("/").text
    assert '<html lang="de" data-theme="dark">' in page
    assert 'data-person="4"' in page
    page = client.get("/?as=nobody&lang=xx&theme=pink").text
    assert '<html lang="en" data-theme="light">' in page
    assert 'data-person="1"' in page


# --- CRM ---
def test_the_crm_page_shows_pipelines_with_counts_and_lists(client: FlaskClient, portal: Portal) -> None:
    page = client.get("/crm/?as=member").text
    assert set(re.findall(r'data-entity-id="(\w+)"', page)) == {
        row.entity_id for row in portal.crm.statuses.values()
    }
    counts = [int(number) for number in re.findall(r"</span> <b>(\d+)</b></li>", page)]
    assert sum(counts) == len(portal.crm.items)
    assert "<li>Mrs.</li>" in page
    assert "Invoice stages: Export" in page


def test_names_and_colors_of_stages_cannot_break_the_crm_page(client: FlaskClient, portal: Portal) -> None:
    stage = next(iter(portal.crm.statuses.values()))
    stage.name, stage.color = "<script>alert(1)</script>", '#"><b>'
    page = client.get("/crm/").text
    assert "<script>alert(1)" not in page
    assert '#"><b>' not in page


@pytest.mark.parametrize("who", ["outsider", "no_crm"])
def test_without_a_right_there_is_no_crm(client: FlaskClient, portal: Portal, who: str) -> None:
    install(client, portal, "CRM_FUNNELS_TOOLBAR")
    page = client.get(f"/crm/?as={who}").text
    assert translator("en")("crm_no_access") in page
    assert "data-entity-id" not in page
    assert "data-slider=" not in page


def test_the_toolbar_of_the_crm_page_launches_the_application(client: FlaskClient, portal: Portal) -> None:
    assert "data-slider=" not in client.get("/crm/?as=crm_admin").text
    install(client, portal, "CRM_FUNNELS_TOOLBAR")
    page = client.get("/crm/?as=crm_admin").text
    (slider,) = re.findall(r"data-slider='([^']*)'", page)
    wish = json.loads(unescape(slider))
    person = portal.people["crm_admin"]
    launch = client.post("/_shell/launch", json={"person": person, **wish}).json
    assert launch["form"]["PLACEMENT"] == "CRM_FUNNELS_TOOLBAR"


# --- market and install ---
def test_only_admins_can_install(client: FlaskClient, portal: Portal) -> None:
    card = client.get("/marketplace/?as=member").text
    assert 'id="install"' not in card
    assert translator("en")("admins_only") in card
    assert client.post("/_shell/install", data={"person": "4"}).status_code == 403
    assert portal.app is not None
    assert portal.app.added is False


def test_the_install_dialog_lists_the_scopes(client: FlaskClient, portal: Portal) -> None:
    page = client.get("/marketplace/?as=admin").text
    assert portal.app is not None
    assert re.findall(r'data-scope="(\w+)"', page) == portal.app.scopes


def test_agreeing_opens_the_install_address(client: FlaskClient, portal: Portal) -> None:
    assert client.get("/marketplace/app/1/").headers["Location"] == "/marketplace/"
    answer = client.post("/_shell/install", data={"person": "1", "agree": "on"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/marketplace/app/1/")
    launch = launch_on(client.get("/marketplace/app/1/?as=admin").text)
    assert launch["url"].startswith("http://127.0.0.1:5000/install?")
    assert launch["wish"]["install"] is True
    waiting = client.get("/marketplace/app/1/?as=member").text
    assert "data-launch=" not in waiting
    assert translator("en")("not_finished") in waiting
    assert client.get("/marketplace/app/2/").status_code == 404


def test_another_site_cannot_agree(client: FlaskClient, portal: Portal) -> None:
    answer = client.post("/_shell/install", data={"person": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert client.post("/_shell/uninstall", data={"person": "1"}).status_code == 415


def test_finishing_and_removing(client: FlaskClient, portal: Portal) -> None:
    assert portal.app is not None
    client.post("/_shell/install", data={"person": "1"})
    assert client.post("/_shell/install-finish", json={"person": 4}).status_code == 403
    assert portal.app.installed is False
    assert client.post("/_shell/install-finish", json={"person": 1}).json == {"installed": True}
    assert portal.app.installed is True
    assert client.post("/_shell/uninstall", json={"person": 4}).status_code == 403
    client.post("/_shell/uninstall", json={"person": 1, "clean": True})
    assert (portal.app.added, portal.app.installed) == (False, False)


# --- frames ---
def test_the_application_page_has_form_and_name(client: FlaskClient, portal: Portal) -> None:
    install(client, portal)
    launch = launch_on(client.get("/marketplace/app/1/?as=moderator&lang=ru").text)
    assert re.fullmatch(r"localhost:5001\|0\|[0-9a-f]{32}", launch["name"])
    assert launch["name"].endswith(launch["sid"])
    assert f"LANG=ru&APP_SID={launch['sid']}" in launch["url"]
    assert launch["form"]["PLACEMENT"] == "DEFAULT"
    token = next(pair for pair in portal.tokens.values() if pair.access_token == launch["form"]["AUTH_ID"])
    assert token.user_id == 3


def test_a_bound_tab_is_shown_with_its_group(client: FlaskClient, portal: Portal) -> None:
    assert client.get("/workgroups/group/1/?tab=app").status_code == 404
    install(client, portal, "SONET_GROUP_DETAIL_TAB")
    page = client.get("/workgroups/group/1/").text
    assert "Shape &amp; stage" in page
    for tab in ("app", "app_1"):
        launch = launch_on(client.get(f"/workgroups/group/1/?tab={tab}").text)
        assert launch["form"]["PLACEMENT"] == "SONET_GROUP_DETAIL_TAB"
        assert json.loads(launch["form"]["PLACEMENT_OPTIONS"]) == {"GROUP_ID": "1"}
    assert client.get("/workgroups/group/1/?tab=app_77").status_code == 404


def test_placements_are_dead_until_the_install_is_finished(client: FlaskClient, portal: Portal) -> None:
    install(client, portal, "SONET_GROUP_DETAIL_TAB", "TASK_GROUP_LIST_TOOLBAR", "TASK_USER_LIST_TOOLBAR")
    assert "data-slider=" in client.get("/workgroups/group/1/").text
    assert "data-slider=" in client.get("/company/personal/user/4/tasks/").text
    assert portal.app is not None
    portal.app.installed = False
    assert "Shape &amp; stage" not in client.get("/workgroups/group/1/").text
    assert "data-slider=" not in client.get("/company/personal/user/4/tasks/").text


@pytest.mark.parametrize(
    ("bound", "lang", "title"),
    [
        (Placement(1, "X", "h", title="Plain"), "de", "Plain"),
        (Placement(1, "X", "h", lang_all={"en": {"TITLE": "En"}}), "de", "En"),
        (Placement(1, "X", "h", title="Plain", lang_all={"de": {"TITLE": "De"}}), "de", "De"),
        (Placement(1, "X", "h"), "de", "App"),
    ],
)
def test_the_title_of_a_placement(bound: Placement, lang: str, title: str) -> None:
    assert placement_title(bound, lang, "App") == title


def test_what_the_scripts_ask(client: FlaskClient, portal: Portal) -> None:
    install(client, portal)
    launch = client.post("/_shell/launch", json={"person": 4, "lang": "de", "options": {"a": 1}}).json
    assert "LANG=de" in launch["url"]
    init = client.post("/_shell/init", json={"person": 4, "wish": launch["wish"]}).json
    assert init == {
        "LANG": "de",
        "DOMAIN": "localhost:5001",
        "PROTOCOL": 0,
        "PATH": "/rest",
        "MEMBER_ID": portal.member_id,
        "FIRST_RUN": False,
        "IS_ADMIN": False,
        "INSTALL": False,
        "USER_OPTIONS": {},
        "APP_OPTIONS": {},
        "PLACEMENT": "DEFAULT",
        "PLACEMENT_OPTIONS": {"a": "1"},
    }
    auth = client.post("/_shell/auth", json={"person": 4}).json
    assert set(auth) == {"AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID"}
    assert client.get("/rest/profile", query_string={"auth": auth["AUTH_ID"]}).json["result"]["ID"] == "4"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("launch", {"person": 4711}, 403),
        ("launch", {"person": 4, "install": True}, 403),
        ("launch", {"person": 4, "placement": "TASK_VIEW_TAB"}, 404),
        ("auth", {"person": 4711}, 403),
        ("option", {"person": 4, "kind": "app", "name": "x", "value": 1}, 403),
    ],
)
def test_what_the_scripts_may_not(
    client: FlaskClient, portal: Portal, path: str, body: dict[str, Any], status: int
) -> None:
    install(client, portal)
    assert client.post(f"/_shell/{path}", json=body).status_code == status


def test_without_the_application_there_is_no_launch_and_no_token(client: FlaskClient) -> None:
    assert client.post("/_shell/launch", json={"person": 1}).status_code == 403
    assert client.post("/_shell/auth", json={"person": 1}).status_code == 403


def test_the_bx24_script_needs_neither_cookies_nor_eval(client: FlaskClient) -> None:
    with client.get("/bx24.js") as answer:
        assert answer.mimetype in {"text/javascript", "application/javascript"}
        for forbidden in ("document.cookie", "localStorage", "sessionStorage", "eval(", "new Function"):
            assert forbidden not in answer.text
