"""A portal all of whose names and texts are markup: on no page of the app does any of it become markup.

Everything the app answers is looked at: what each address shows, and what each action of every section
leads to, failures with the portal's own words included. What Chromium makes of it is in
`tests/browser/test_security.py`.
"""

from __future__ import annotations

import dataclasses
import json
import re
import uuid
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Response

from tests.functional.failures.matrix import DEEDS
from tests.functional.in_process import InProcessApp, ground
from tests.functional.rules.test_routes import ALL

EVIL = "\"'><img src=x onerror=pwned()></script></textarea></title><script>pwned()</script>{{7*7}}${7*7}"
LINK = 'javascript:pwned()//" onerror="pwned()'
STYLE = re.compile(r"(--[a-z-]+:\s*(#[0-9A-Fa-f]{6}|[0-9.]+(%|px)?)|[a-z-]+:\s*[a-z0-9.%-]+)(;\s*(?!$)|;?$)")
LEADING = {"href", "src", "action", "formaction", "srcset", "poster", "data", "ping", "xlink:href"}
ICON = "data:,"
"""No icon, so that none is asked for."""
ASKING = {"hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch"}
SPOILED = {
    "users": ("name", "last_name", "position", "email"),
    "groups": ("name", "description", "keywords"),
    "stages": ("title",),
    "tasks": ("title", "description"),
}


class Page(HTMLParser):
    """What of an answer a browser would act upon."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, str]] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [(tag, name, value or "") for name, value in attrs]

    @property
    def faults(self) -> Iterator[str]:
        for tag, name, value in self.found:
            where = f"<{tag} {name}={value[:80]!r}>"
            if not re.fullmatch(r"[a-z][a-z0-9:-]*", name) or name.startswith(("on", "hx-on", "srcdoc")):
                yield f"an attribute that runs: {where}"
            elif (
                name in LEADING and not value.startswith(("/", "http://", "https://", "#")) and value != ICON
            ):
                yield f"an address that is none: {where}"
            elif name in ASKING and not value.startswith("/"):
                yield f"asks elsewhere: {where}"
            elif name == "style" and not _plain(value):
                yield f"a style of somebody's: {where}"
            elif name in ("hx-vals", "hx-headers") and not isinstance(_json(value), dict):
                yield f"values that are none: {where}"
            elif tag == "script" and name == "src" and "pwned" in value:
                yield f"a script of somebody's: {where}"


def _plain(style: str) -> bool:
    return all(STYLE.fullmatch(one.strip()) for one in style.split(";") if one.strip())


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def spoil(g: InProcessApp) -> None:
    """Every text of the portal that people, or its own defects, may have put there."""
    portal = g.portal
    with portal.lock:
        for kind, names in SPOILED.items():
            for one in _without_teams(getattr(portal, kind)):
                for name in names:
                    setattr(one, name, f"{getattr(one, name)} {EVIL}")
        for user in portal.users.values():
            user.photo = LINK
        for task in portal.tasks.values():
            task.tags = [EVIL[:60]]
        for stage in list(portal.stages.values())[1::2]:
            stage.color = '"onload="x'
        for holder in (portal.scrum, portal.crm):
            for field in dataclasses.fields(holder):
                things = getattr(holder, field.name)
                for one in things.values() if isinstance(things, dict) else ():
                    _spoil_thing(one)
        portal.lang = EVIL
    g.keep()


def _without_teams(things: dict[int, Any]) -> list[Any]:
    """The actions look for their team by its name, so teams get theirs later."""
    return [one for one in things.values() if not getattr(one, "is_scrum", False)]


def _spoil_thing(one: Any) -> None:
    if not dataclasses.is_dataclass(one):
        return
    for name in ("name", "title", "goal", "description", "points"):
        if isinstance(getattr(one, name, None), str) and getattr(one, name):
            setattr(one, name, f"{getattr(one, name)} {EVIL}")
    if getattr(one, "color", None):
        one.color = '#fff"onload="x'  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, Response, str]]]:
    """Whatever the app answered: (address, answer, text)."""
    seen: list[tuple[str, Response, str]] = []
    with ground(tmp_path_factory.mktemp("markup")) as g:
        spoil(g)

        def note(response: Response) -> Response:
            from flask import request

            if not response.direct_passthrough:
                seen.append((f"{request.method} {request.path}", response, response.get_data(as_text=True)))
            return response

        g.flask.after_request_funcs.setdefault(None, []).append(note)  # type: ignore[arg-type]
        for deed in DEEDS:
            g.restore()
            press = deed.prepare(g)
            press(uuid.uuid4().hex)
            g.sandbox.fault(deed.writes, "error", status=400, code=EVIL, description=EVIL)
            press(uuid.uuid4().hex)
            g.sandbox.delete("faults")
        g.restore()
        for group in g.portal.groups.values():
            group.name = f"Group {EVIL}"
        for who in ("admin", "owner", "member"):
            for path in looked_at(g):
                g.tab(who).get(path)
        yield seen


def looked_at(g: InProcessApp) -> Iterator[str]:
    """Each address that shows something, for a project, for a scrum team, for a plan and for the CRM."""
    team = next(group.id for group in g.portal.groups.values() if group.is_scrum)
    for key in (f"g{g.sandbox.main_group_id}", f"g{team}", "me"):
        values = {"key": key, "entity_id": "DEAL_STAGE", "entry_id": "1"}
        for route in ALL:
            if route.verb == "GET":
                yield f"{route.path(**values)}?board={key}"
    yield from ("/journal?board=%22%3E%3Cimg%20src%3Dx%3E", "/home?q=%22%3E%3Cimg%20src%3Dx%3E")


def test_no_text_of_the_portal_becomes_markup(answers: list[tuple[str, Response, str]]) -> None:
    faults, shown = set(), 0
    for address, response, text in answers:
        if response.mimetype != "text/html":
            continue
        shown += "pwned()" in text
        page = Page(text)
        faults |= {f"{address}: {fault}" for fault in page.faults}
        for raw in ("<img src=x", "<script>pwned", "49${", " 49 ", 'onload="x'):
            if raw in text:
                faults.add(f"{address}: {raw}")
    assert not faults
    assert shown > 100, "the texts are on the pages, as texts"


def test_every_kind_of_text_was_on_a_page(answers: list[tuple[str, Response, str]]) -> None:
    """Else the other test would prove little."""
    pages = {
        address for address, response, text in answers if "pwned()" in text and response.status_code == 200
    }
    for part in ("/boards/", "/scrum", "/crm", "/journal", "/home", "/tasks/", "/journal.csv"):
        assert any(part in one for one in pages), part


def test_headers_carry_no_text_of_the_portal(answers: list[tuple[str, Response, str]]) -> None:
    for address, response, _text in answers:
        for name, value in response.headers:
            if name == "HX-Trigger":
                assert isinstance(_json(value), dict), address
                assert value.isascii() and "\n" not in value
            else:
                assert "pwned" not in value, (address, name)
        assert response.headers["X-Content-Type-Options"] == "nosniff", address
        assert response.headers["Referrer-Policy"] == "no-referrer", address
        assert response.headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self' "
        )


def test_the_portals_own_words_stay_with_it(answers: list[tuple[str, Response, str]]) -> None:
    """What a refusal says is for the log of whoever runs the portal."""
    refusals = [text for _address, response, text in answers if response.status_code >= 400]
    assert len(refusals) > 20
    for text in refusals:
        assert "onerror=pwned()" not in text or "&lt;img" in text
