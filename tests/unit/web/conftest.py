"""A Flask app with our templates and nothing else: no store, no portal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

import web.features
from web.core import sentences

__all__ = ["web"]  # the features have registered their sentences
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def page() -> Iterator[Flask]:
    """A test app inside a request, with the filters templates of the home, task and journal pages use."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=lambda: "en")
    sentences.register(app)
    with app.test_request_context("/"):
        yield app
