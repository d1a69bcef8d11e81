"""Events: believed by their application token only, an uninstall only by the authorization server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.functional.helpers import EVENTS, bound, eventually, form_for, open_install
from tests.support.person import Person
from tests.support.servers import Sandbox, Server, http
from tests.support.stores import Store
from web.portal import install

Opener = Callable[..., Person]
PLACEMENTS = {**install.PLACEMENTS, **install.CRM_PLACEMENTS}
TABLES = ("portal", "token_pair", "user_session", "journal_entry", "preference", "memo")


def event(
    sandbox: Sandbox, app: Server, name: str, *, token: str = "", member_id: str = "", **more: str
) -> int:
    """Post an event to the app as the vendor's queue does; answers the HTTP status."""
    _url, form = form_for(sandbox, "admin")
    fields = {
        "event": name,
        "ts": "1466439714",
        "auth[domain]": "localhost",
        "auth[member_id]": member_id or form["member_id"],
        "auth[application_token]": token or form["APPLICATION_TOKEN"],
    }
    return http().post(f"{app.url}/events", data=fields | more, timeout=30).status_code


def contents(store: Store) -> dict[str, int]:
    return {table: store.count(table) for table in TABLES}


def worked_off(store: Store) -> bool:
    return eventually(lambda: store.count("queued_event") == 0)


def fill_journal(store: Store) -> None:
    store.rows(
        "INSERT INTO journal_entry (member_id, user_id, user_name, at, kind, board_key, change, request_key) "
        "SELECT member_id, 4, 'Ada', 1.0, 'stage_rename', 'g1', '{}', '' FROM portal"
    )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ONAPPUNINSTALL", {"token": "made-up"}),
        ("ONAPPUNINSTALL", {"member_id": "f" * 32}),
        ("ONTASKUPDATE", {"token": "made-up"}),
        ("ONAPPUPDATE", {"token": "made-up"}),
    ],
)
def test_a_wrong_token_or_portal_has_no_effect_and_learns_nothing(
    open_as: Opener, installed: Sandbox, empty_app: Server, store: Store, name: str, wrong: dict[str, str]
) -> None:
    person = open_as("member")
    before = contents(store)
    assert event(installed, empty_app, name, **wrong) == 200
    assert store.count("queued_event") == 0
    assert contents(store) == before
    assert person.get("/home").status_code == 200


def test_a_portal_without_an_application_token_believes_nobody(
    installed: Sandbox, empty_app: Server, store: Store
) -> None:
    store.rows("UPDATE portal SET application_token_sealed = ''")
    assert event(installed, empty_app, "ONAPPUNINSTALL") == 200
    assert event(installed, empty_app, "ONAPPUNINSTALL", **{"auth[application_token]": ""}) == 200
    assert store.count("queued_event") == 0


@pytest.mark.parametrize("body", [{}, {"event": ""}, {"event": "<script>"}, {"data[FIELDS]": "1"}])
def test_what_is_no_event_is_refused(empty_app: Server, body: dict[str, str]) -> None:
    assert http().post(f"{empty_app.url}/events", data=body, timeout=30).status_code == 400


def test_only_posts_are_events(empty_app: Server) -> None:
    assert http().get(f"{empty_app.url}/events", timeout=30).status_code == 405


def test_uninstalling_with_cleaning_deletes_everything(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    person = open_as("member")
    fill_journal(store)
    installed.post("uninstall", clean=1)
    assert eventually(lambda: not any(contents(store).values())), contents(store)
    assert worked_off(store)
    assert person.get("/home").status_code == 401


def test_uninstalling_without_cleaning_keeps_journal_and_preferences(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    person = open_as("member")
    fill_journal(store)
    installed.post("uninstall", clean=0)
    assert eventually(lambda: store.count("user_session") == 0)
    left = contents(store)
    assert left["token_pair"] == 0 and left["journal_entry"] == left["preference"] == left["portal"] == 1
    assert person.get("/home").status_code == 401


def test_after_uninstalling_the_app_is_installed_and_opened_anew(
    open_as: Opener, installed: Sandbox, empty_app: Server, store: Store
) -> None:
    open_as("member")
    fill_journal(store)
    installed.post("uninstall", clean=0)
    assert eventually(lambda: store.count("token_pair") == 0)
    assert open_install(installed, empty_app.url).status_code == 200
    installed.post("install", user=1)
    assert len(bound(installed)[0]) == len(PLACEMENTS) and len(bound(installed)[1]) == len(EVENTS)
    person = Person(installed, empty_app.url, "member").open()
    assert person.get("/home").status_code == 200
    assert store.count("journal_entry") == 1, "the journal is still there"


@pytest.mark.parametrize("expired", [False, True])
def test_a_forged_uninstall_by_an_insider_deletes_nothing(
    open_as: Opener, installed: Sandbox, empty_app: Server, store: Store, expired: bool
) -> None:
    """The application token passes through browsers; the authorization server still honours the app."""
    person = open_as("member")
    if expired:
        installed.post("tokens/expire", which="access")
    before = contents(store)
    assert event(installed, empty_app, "ONAPPUNINSTALL", **{"data[CLEAN]": "1"}) == 200
    assert eventually(lambda: looked_until_the_end(store))
    assert contents(store) == before
    assert person.get("/home").status_code == 200


def looked_until_the_end(store: Store) -> bool:
    """The looks lie minutes apart; make the next one come now."""
    store.rows("UPDATE queued_event SET due_at = 0")
    return store.count("queued_event") == 0


def test_an_uninstall_waits_for_an_authorization_server_that_is_down(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    open_as("member")
    installed.fault("authserver.app.info", "html", times=None)
    installed.post("uninstall", clean=1)
    assert eventually(lambda: store.rows("SELECT attempts FROM queued_event") == [(1,)])
    assert store.count("token_pair") > 0
    installed.delete("faults")
    assert eventually(lambda: looked_until_the_end(store))
    assert store.count("portal") == 0


def test_an_update_binds_what_is_missing(installed: Sandbox, empty_app: Server, store: Store) -> None:
    _url, form = form_for(installed, "admin")
    http().post(
        f"{installed.url}/rest/placement.unbind",
        json={"PLACEMENT": "SONET_GROUP_DETAIL_TAB", "auth": form["AUTH_ID"]},
        timeout=30,
    )
    assert len(bound(installed)[0]) == len(PLACEMENTS) - 1
    assert event(installed, empty_app, "ONAPPUPDATE") == 200
    assert eventually(lambda: len(bound(installed)[0]) == len(PLACEMENTS))
    assert worked_off(store)


def test_an_update_brings_a_new_application_token_proven_by_its_access_token(
    installed: Sandbox, empty_app: Server, store: Store
) -> None:
    _url, form = form_for(installed, "admin")
    before = store.rows("SELECT application_token_sealed FROM portal")
    assert (
        event(installed, empty_app, "ONAPPUPDATE", token="n" * 32, **{"auth[access_token]": "made-up-token"})
        == 200
    )
    assert worked_off(store)
    assert store.rows("SELECT application_token_sealed FROM portal") == before
    more = {"auth[access_token]": form["AUTH_ID"], "auth[refresh_token]": form["REFRESH_ID"]}
    assert event(installed, empty_app, "ONAPPUPDATE", token="n" * 32, **more) == 200
    assert eventually(lambda: store.rows("SELECT application_token_sealed FROM portal") != before)
    assert worked_off(store)
    assert event(installed, empty_app, "ONTASKADD", token="n" * 32, **{"data[FIELDS_AFTER][ID]": "1"}) == 200


@pytest.mark.parametrize("name", ["ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE"])
def test_a_changed_task_is_noted_before_the_answer(
    installed: Sandbox, empty_app: Server, store: Store, name: str
) -> None:
    assert event(installed, empty_app, name, **{"data[FIELDS_AFTER][ID]": "7"}) == 200
    assert store.rows("SELECT task_id FROM task_news WHERE at > 0 AND task_id = 7") == [(7,)]
    assert store.count("queued_event") == 0


@pytest.mark.parametrize("task", ["0", "-7", "undefined", "99999999999999999999", "7; DROP TABLE portal"])
def test_what_is_no_task_is_not_noted(installed: Sandbox, empty_app: Server, store: Store, task: str) -> None:
    assert event(installed, empty_app, "ONTASKUPDATE", **{"data[FIELDS_AFTER][ID]": task}) == 200
    assert store.count("task_news") == 0


def test_calls_are_logged_without_tokens(
    open_as: Opener, installed: Sandbox, empty_app: Server, store: Store
) -> None:
    url, form = form_for(installed, "member")
    http().post(url, data=form, timeout=60)
    assert eventually(lambda: bool(store.rows("SELECT 1 FROM logged_call WHERE method = 'batch'")))
    logged = str(store.rows("SELECT * FROM logged_call"))
    for name in ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN"):
        assert form[name] not in logged
    for name in ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN"):
        assert form[name] not in empty_app.log.read_text()
