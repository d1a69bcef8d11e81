"""Scripts, style sheets and pages as they travel: small, versioned, compressed; or as the sources are."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app
from config import Config
from tests.support.person import Person
from tests.support.servers import ROOT, Server, http
from web.core import assets

STATIC = ROOT / "static"
JS_LIMIT, CSS_LIMIT = 60_000, 20_000
"""Bytes of all scripts, and of all style sheets, of any page: small and gzipped, the vendors' included."""
SMALL = ("js/app.js", "js/install.js", "css/app.css", "css/plain.css")
FILES = re.compile(r'(?:src|href)="(/static/[0-9a-f]{12}/([^"]+))"')


def files_of(html: str) -> dict[str, str]:
    """Addresses of the files a page loads, by their names."""
    return {name: address for address, name in FILES.findall(html)}


def packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


# --- the budget ---
@pytest.fixture
def pages(empty_app: Server) -> list[str]:
    """The HTML of the pages without a session."""
    paths = ("/", "/install", "/privacy", "/license")
    return [http().get(empty_app.url + path, timeout=30).text for path in paths]


def test_what_any_page_loads_is_within_the_budget(open_as: Callable[..., Person], pages: list[str]) -> None:
    """The app is one page with one set of files: what comes later are fragments, which bring no script."""
    person = open_as("owner")
    for html in (person.html, *pages):
        sizes = {"js": 0, "css": 0}
        for name, address in files_of(html).items():
            answer = person.get(address)
            assert answer.status_code == 200, address
            assert "import(" not in answer.text and "@import" not in answer.text, f"{name} loads more"
            sizes[name.rpartition(".")[2]] += packed(answer.text)
        assert sizes["js"] <= JS_LIMIT, sizes
        assert sizes["css"] <= CSS_LIMIT, sizes
    assert set(files_of(person.html)) == {
        "js/app.js",
        "css/app.css",
        "vendor/htmx.min.js",
        "vendor/Sortable.min.js",
    }


def test_installing_loads_no_more(open_as: Callable[..., Person]) -> None:
    """Its script is the smaller one of two; the page of a session loads the other."""
    small = STATIC / "min" / "js"
    assert packed((small / "install.js").read_text()) < packed((small / "app.js").read_text()) <= JS_LIMIT / 3


# --- as they travel ---
def test_our_scripts_come_small_and_may_be_kept(open_as: Callable[..., Person]) -> None:
    person = open_as("owner")
    answer = person.get(files_of(person.html)["js/app.js"])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert not re.search(r"^\s*(//|import )", answer.text, re.MULTILINE), "one file, without comments"


def test_a_script_that_is_none_of_ours_is_not_there(open_as: Callable[..., Person]) -> None:
    person = open_as("owner")
    version = re.search(r"/static/([0-9a-f]{12})/", person.html)
    assert version
    for name in ("nothing.js", "..%2f..%2fapp.py.js", "%2e%2e/app.js"):
        assert person.get(f"/static/{version[1]}/js/{name}").status_code == 404


def test_a_page_of_another_release_gets_its_files_too(open_as: Callable[..., Person]) -> None:
    """While nodes are changed one by one, a page comes from one release and its files from the other."""
    person = open_as("owner")
    files = files_of(person.html)
    assert {file.rpartition(".")[2] for file in files} == {"css", "js"}
    for file in (*files, *assets.MOVED):
        answer = person.get(f"/static/{'0' * 12}/{file}")
        assert answer.status_code == 200, file
        assert answer.headers["Cache-Control"].startswith("no-cache"), "not to be kept under that address"
    for none in ("css/nothing.css", "../app.py", f"{'0' * 12}/css/base.css"):
        assert person.get(f"/static/{'0' * 12}/{none}").status_code == 404


def test_whoever_works_on_them_gets_templates_styles_and_scripts_as_they_are_now(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    config = Config("http://x", "id", "secret", (key,), f"sqlite:///{tmp_path}/a.db", reload=True)
    app = create_app(config, worker=False)
    client = app.test_client()
    address = re.search(r'href="(/static/[0-9a-f]{12})/css/plain\.css"', client.get("/privacy").text)
    assert address and app.jinja_env.auto_reload
    for name in ("css/plain.css", "js/app.js"):
        answer = client.get(f"{address[1]}/{name}")
        assert answer.data == (ROOT / "static" / name).read_bytes(), "the source, not what the set-up makes"
        assert "no-cache" in answer.headers["Cache-Control"]
        answer.close()


def test_pages_and_their_files_travel_compressed(open_as: Callable[..., Person]) -> None:
    person = open_as("owner")
    for address in ("/home", *files_of(person.html).values()):
        answer = person.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip", address
        assert "Accept-Encoding" in answer.headers["Vary"]


# --- without a set-up ---
@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A copy of static/ to change."""
    folder = tmp_path / "static"
    shutil.copytree(STATIC, folder)
    yield folder


def sent(static: Path, name: str) -> str:
    app = Flask("assets", static_folder=str(static), static_url_path="/static/0123456789ab")
    assets.register(app)
    with app.test_client() as client:
        return client.get(f"/static/0123456789ab/{name}").get_data(as_text=True)


@pytest.mark.parametrize("name", SMALL)
def test_the_source_is_sent_where_nothing_was_set_up(site: Path, name: str) -> None:
    shutil.rmtree(site / "min")
    assert sent(site, name) == (site / name).read_text()


def test_the_source_is_sent_while_somebody_works_on_it(site: Path) -> None:
    assert sent(site, "js/app.js") == (site / "min/js/app.js").read_text()
    made = (site / "min/js/app.js").stat().st_mtime
    os.utime(site / "js/core/dom.js", (made + 5, made + 5))
    assert sent(site, "js/app.js") == (site / "js/app.js").read_text()


IMPORT = re.compile(r"(?:from|import) '([^']+)'|@import '([^']+)'")


def test_every_module_and_sheet_is_reached_from_what_pages_load() -> None:
    """Nothing lies about unused, and every file that is named is there."""
    found: set[Path] = set()
    waiting = [STATIC / name for name in (*SMALL, "css/components.css")]
    while waiting:
        file = waiting.pop()
        found.add(file)
        named = {(file.parent / (one[0] or one[1])).resolve() for one in IMPORT.findall(file.read_text())}
        waiting += named - found
    assert found == {*STATIC.glob("js/**/*.js"), *STATIC.glob("css/**/*.css")}
