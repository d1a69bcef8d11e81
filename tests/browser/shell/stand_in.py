"""A tiny page that stands for the application, and what the tests of the portal's pages do with it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page

from tests.support.servers import ROOT, Sandbox

SDK = Path(os.environ.get("B24JSSDK_DIR", ROOT / "node_modules/@bitrix24/b24jssdk")) / "dist/umd/index.min.js"
SCOPES = ("crm", "task", "sonet_group", "user_brief", "placement")
OUT = "const out = (value) => { document.getElementById('out').textContent = JSON.stringify(value); };"


@dataclass
class StandInApp:
    """The application's pages by path, and the forms that were posted to them."""

    url: str
    pages: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    def show(self, path: str, script: str, body: str = "<p id=out></p>", portal: str = "") -> None:
        """Answer `path` with a page that runs `script`; BX24 or the SDK is there already."""
        source = f"{portal}/bx24.js" if portal else "/sdk.js"
        self.pages[path] = (
            "<!doctype html><html><head><meta charset=utf-8><title>app</title>"
            "<style>html,body{margin:0}</style></head>"
            f"<body>{body}<script src='{source}'></script><script>{script}</script></body></html>"
        )


def installed(portal: Sandbox, *places: str) -> None:
    """Install without the application's page and bind it to places of the interface."""
    portal.post("install")
    texts = {"en": {"TITLE": "Shape"}, "de": {"TITLE": "Gestalten"}, "ru": {"TITLE": "Настроить"}}
    for code in places:
        handler = urlsplit(portal.post("launch", user=1)["url"])._replace(path="/placed", query="").geturl()
        rest(portal, "placement.bind", PLACEMENT=code, HANDLER=handler, LANG_ALL=texts)


def rest(portal: Sandbox, method: str, **params: Any) -> Any:
    """Call as the application, for the administrator."""
    token = portal.post("launch", user=1)["form"]["AUTH_ID"]
    answer = portal.session.post(f"{portal.url}/rest/{method}", json={**params, "auth": token}, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def member_id(portal: Sandbox) -> str:
    return str(portal.post("launch", user=1)["form"]["member_id"])


def app_frame(page: Page) -> Frame:
    """The application's frame once its page is there."""
    page.wait_for_function("document.querySelector('iframe.app-frame') !== null")
    handle = page.query_selector("iframe.app-frame")
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_selector("#out", state="attached")
    return frame


def out(frame: Frame) -> Any:
    """What the page wrote into #out, as JSON."""
    frame.wait_for_function("document.getElementById('out').textContent !== ''")
    return json.loads(frame.inner_text("#out"))


def ask(frame: Frame, expression: str) -> Any:
    """Evaluate `expression` with `done` as the callback; what it was called with."""
    return frame.evaluate(f"() => new Promise((done) => {{ {expression} }})")
