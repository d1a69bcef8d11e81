"""The templates' catalogs: kept for all requests, so one must never be kept under another language's name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from flask import Flask, g, render_template_string
from flask_babel import get_locale

import app as wiring
from config import Config
from web.core.services import KEY

CANCEL = {"en": "Cancel", "de": "Abbrechen", "ru": "Отмена"}


@pytest.fixture
def flask(tmp_path: Path) -> Iterator[Flask]:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", Fernet.generate_key().decode()
    made = wiring.create_app(Config("https://a.example", "id", "secret", (key,), url), worker=False)
    yield made
    made.extensions[KEY].db.close()


def cancel() -> str:
    return render_template_string("{{ _('Cancel') }}")


def test_each_request_has_its_own_language(flask: Flask) -> None:
    for lang in ("de", "ru", "en", "ru", "de"):
        with flask.test_request_context(f"/?LANG={lang}"):
            assert cancel() == CANCEL[lang]


def test_a_language_that_changes_within_a_request_leaves_the_others_alone(flask: Flask) -> None:
    """The session is found after something was already said in the browser's language."""
    with flask.test_request_context("/?LANG=ru"):
        assert str(get_locale()) == "ru"
        g.portal_session = SimpleNamespace(lang="de")
        cancel()
    with flask.test_request_context("/?LANG=de"):
        assert cancel() == CANCEL["de"]


def test_texts_outside_of_a_request_are_english(flask: Flask) -> None:
    with flask.app_context():
        assert flask.jinja_env.from_string("{{ _('Cancel') }}").render() == CANCEL["en"]
