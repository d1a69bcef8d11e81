"""Pages that need nobody, and answers to addresses that are none."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app
from config import ROOT, VERSION, Config
from scripts import notices as notices_script
from store import cleanup, requests, sessions, task_changes
from store.models import Base
from tests.functional.actions import Opener
from tests.support.servers import Server, http
from tests.support.stores import Store
from web.core import pages
from web.kanban import memory

NOTICE = {"name": "left <pad>", "version": "1.0", "license": "ISC", "text": "May be used."}


def test_healthz_asks_the_store(app_server: Server) -> None:
    answer = http().get(f"{app_server.url}/healthz", timeout=30)
    assert answer.status_code == 200 and answer.json() == {"status": "ok", "version": VERSION}


def test_healthz_fails_without_tables(empty_app: Server, store: Store) -> None:
    store.rows("ALTER TABLE portal RENAME TO portal_away")
    try:
        answer = http().get(f"{empty_app.url}/healthz", timeout=30)
        assert answer.status_code == 503 and answer.json()["status"] == "store unavailable"
    finally:
        store.rows("ALTER TABLE portal_away RENAME TO portal")


def test_the_version_stands_at_the_foot_of_each_page(app_server: Server, open_as: Opener) -> None:
    """Of those that open without anybody, and of the app's own."""
    outside = http().get(f"{app_server.url}/privacy", timeout=30).text
    foot = f'<footer class="foot">Stagecraft {VERSION}'
    assert foot in outside and foot in open_as("member").html


@pytest.mark.parametrize("path", ["/privacy", "/license"])
@pytest.mark.parametrize("lang", ["en", "ru", "de"])
def test_privacy_and_license_open_in_a_browser_and_name_the_app(
    app_server: Server, path: str, lang: str
) -> None:
    answer = http().get(app_server.url + path, headers={"Accept-Language": lang}, timeout=30)
    assert answer.status_code == 200 and "Stagecraft" in answer.text
    assert f'<html lang="{lang}">' in answer.text


def offline(tmp_path: Path, **settings: str) -> Flask:
    """The app with no tables and nobody in it."""
    key = Fernet.generate_key().decode()
    config = Config("http://x", "id", "secret", (key,), f"sqlite:///{tmp_path}/a.db", **settings)
    return create_app(config, worker=False)


def test_the_license_names_the_licensor_and_holds_the_licenses_of_all_packages(tmp_path: Path) -> None:
    page = unescape(offline(tmp_path, licensor="Example Ltd.").test_client().get("/license").text)
    assert "Licensor: Example Ltd." in page and (ROOT / "LICENSE").read_text() in page
    notices = notices_script.collect()
    (tmp_path / "notices.json").write_text(json.dumps(notices))
    assert pages.third_party_notices(tmp_path / "notices.json") == notices


@pytest.mark.parametrize("lang", ["en", "ru", "de"])
def test_the_license_says_where_the_list_of_packages_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setattr(pages, "third_party_notices", lambda file: [])
    missing = offline(tmp_path).test_client().get(f"/license?LANG={lang}").text
    assert "make setup" in missing and '<details class="part">' not in missing
    monkeypatch.setattr(pages, "third_party_notices", lambda file: [NOTICE, NOTICE | {"text": ""}])
    page = offline(tmp_path).test_client().get(f"/license?LANG={lang}").text
    assert "make setup" not in page and page.count('<details class="part">') == 2
    assert "left &lt;pad&gt; 1.0 (ISC)" in page and "May be used." in page


def test_an_address_that_is_none(app_server: Server) -> None:
    answer = http().get(f"{app_server.url}/nothing", timeout=30)
    assert answer.status_code == 404 and "There is nothing at this address." in answer.text


def test_too_much_at_once(app_server: Server) -> None:
    answer = http().post(f"{app_server.url}/events", data={"event": "x" * 2_000_000}, timeout=30)
    assert answer.status_code == 413 and "too much" in answer.text


def test_files_outside_of_static_are_not_served(app_server: Server) -> None:
    for path in ("/static/../config.py", "/static/%2e%2e/config.py", "/static/js/..%2f..%2fconfig.py"):
        assert http().get(app_server.url + path, timeout=30).status_code == 404


SAID = {
    "portal": "the address and the identifier of your portal",
    "token_pair": "the keys with which Bitrix24 lets the app act for you, encrypted",
    "user_session": "for each open session",
    "journal_entry": "a journal of the changes",
    "stage_alias": "a journal of the changes",
    "preference": "what you chose",
    "memo": "names of projects and stages you have seen and figures of sprints, for a month at most",
    "task_news": "which tasks changed lately, for twelve hours",
    "action": "what you have just asked for, with the titles it concerns, for a week at most",
    "job": "what you have just asked for, with the titles it concerns, for a week at most",
    "logged_call": "A technical log of requests to the portal",
}
NOTHING_OF_PEOPLE = {"bucket", "queued_event"}
"""How busy a portal is; that it was changed or removed, which is gone when it has been worked off."""


def test_the_privacy_page_speaks_of_everything_that_is_stored(app_server: Server) -> None:
    """How long it really is kept: `tests/unit/store/test_portals.py::test_everything_has_its_time`."""
    assert set(SAID) | NOTHING_OF_PEOPLE == set(Base.metadata.tables)
    page = http().get(f"{app_server.url}/privacy", headers={"Accept-Language": "en"}, timeout=30).text
    text = unescape(page)
    assert [table for table, words in SAID.items() if words not in text] == []
    assert "kept for 3 days" in text and task_changes.KEPT == 12 * 3600
    assert max(requests.KEPT, cleanup.JOBS_KEPT, sessions.KEPT_AFTER_END) <= 7 * 86400
    assert memory.STAGES_LIFETIME <= 31 * 86400
