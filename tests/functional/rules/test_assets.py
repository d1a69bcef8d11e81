"""Scripts and pages as they travel: minified, versioned, compressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from app import create_app
from config import ROOT, Config
from tests.support.person import Person


def test_our_scripts_come_without_comments_and_may_be_kept(open_as: Callable[..., Person]) -> None:
    person = open_as("owner")
    address = re.search(r'src="(/static/[0-9a-f]{12}/js/app\.js)"', person.html)
    assert address
    answer = person.get(address[1])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "import" in answer.text
    assert not re.search(r"^\s*//", answer.text, re.MULTILINE)


def test_a_script_that_is_none_of_ours_is_not_there(open_as: Callable[..., Person]) -> None:
    person = open_as("owner")
    version = re.search(r"/static/([0-9a-f]{12})/", person.html)
    assert version
    for name in ("nothing.js", "..%2f..%2fapp.py.js", "%2e%2e/app.js"):
        assert person.get(f"/static/{version[1]}/js/{name}").status_code == 404


def test_a_page_of_another_release_gets_its_files_too(open_as: Callable[..., Person]) -> None:
    """While nodes are changed one by one, a page comes from one release and its files from the other."""
    person = open_as("owner")
    files = re.findall(r'(?:src|href)="/static/[0-9a-f]{12}/([^"]+)"', person.html)
    assert {file.rpartition(".")[2] for file in files} == {"css", "js"}
    for file in files:
        answer = person.get(f"/static/{'0' * 12}/{file}")
        assert answer.status_code == 200, file
        assert answer.headers["Cache-Control"].startswith("no-cache"), "not to be kept under that address"
    for none in ("css/nothing.css", "../app.py", f"{'0' * 12}/css/base.css"):
        assert person.get(f"/static/{'0' * 12}/{none}").status_code == 404


def test_pages_travel_compressed(open_as: Callable[..., Person]) -> None:
    answer = open_as("owner").get("/home", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]


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
