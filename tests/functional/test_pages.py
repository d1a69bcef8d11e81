"""Pages that need nobody, and answers to addresses that are none."""

from __future__ import annotations

import pytest

from tests.support.servers import Server, http
from tests.support.stores import Store


def test_healthz_asks_the_store(app_server: Server) -> None:
    answer = http().get(f"{app_server.url}/healthz", timeout=30)
    assert answer.status_code == 200 and answer.json() == {"status": "ok"}


def test_healthz_fails_without_tables(empty_app: Server, store: Store) -> None:
    store.rows("ALTER TABLE portal RENAME TO portal_away")
    try:
        answer = http().get(f"{empty_app.url}/healthz", timeout=30)
        assert answer.status_code == 503 and answer.json() == {"status": "store unavailable"}
    finally:
        store.rows("ALTER TABLE portal_away RENAME TO portal")


@pytest.mark.parametrize("path", ["/privacy", "/license"])
@pytest.mark.parametrize("lang", ["en", "ru", "de"])
def test_privacy_and_license_open_in_a_browser_and_name_the_app(
    app_server: Server, path: str, lang: str
) -> None:
    answer = http().get(app_server.url + path, headers={"Accept-Language": lang}, timeout=30)
    assert answer.status_code == 200 and "Stagecraft" in answer.text
    assert f'<html lang="{lang}">' in answer.text


def test_an_address_that_is_none(app_server: Server) -> None:
    answer = http().get(f"{app_server.url}/nothing", timeout=30)
    assert answer.status_code == 404 and "There is nothing at this address." in answer.text


def test_too_much_at_once(app_server: Server) -> None:
    answer = http().post(f"{app_server.url}/events", data={"event": "x" * 2_000_000}, timeout=30)
    assert answer.status_code == 413 and "too much" in answer.text


def test_files_outside_of_static_are_not_served(app_server: Server) -> None:
    for path in ("/static/../config.py", "/static/%2e%2e/config.py", "/static/js/..%2f..%2fconfig.py"):
        assert http().get(app_server.url + path, timeout=30).status_code == 404
