"""What Chromium makes of the app's headers: who may frame it, and what of a title runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox, Server

EVIL = "<img src=x onerror='top.pwned=1;window.pwned=1'><script>window.pwned=1</script>"


def framing_page(launch: dict[str, Any]) -> str:
    """A page that opens the app in a frame with a real person's launch."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">'
        for name, value in launch["form"].items()
    )
    return (
        f'<iframe name="app"></iframe><form method="post" target="app" action="{escape(launch["url"])}">'
        f"{fields}<button>Go</button></form>"
    )


def frame_of(page: Page) -> Frame:
    [frame] = [one for one in page.frames if one.name == "app"]
    return frame


def refused(page: Page) -> None:
    """Wait until Chromium shows its own page in the frame instead of the app."""
    shown: list[str] = []
    for _ in range(100):
        shown = [one.url for one in page.frames if one.name == "app"]  # none while one page follows another
        if len(shown) == 1 and shown[0].startswith("chrome-error:"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the frame shows {shown}")


@pytest.fixture
def site() -> Iterator[Callable[[str], str]]:
    """Another site on this machine: `site(html)` is the address of a page of it."""
    pages: dict[str, bytes] = {}

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, b"")
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(html: str) -> str:
        pages[path := f"/{len(pages)}"] = html.encode()
        return f"http://localhost:{server.server_port}{path}"

    yield serve
    server.shutdown()
    server.server_close()


def launch_page(installed: Sandbox) -> str:
    launch = installed.post("launch", user=installed.user("member"), placement="DEFAULT", options={})
    return framing_page(launch)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "evil.localhost"])
def test_only_its_own_portal_frames_the_app(
    page: Page, installed: Sandbox, empty_app: Server, site: Callable[[str], str], host: str
) -> None:
    """Not even another port of the portal's own host; that the portal can, every other test here shows."""
    page.goto(site(launch_page(installed)).replace("localhost", host))
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.click("button")
    refused(page)


def test_a_tab_of_its_own_is_framed_by_nobody(
    page: Page, installed: Sandbox, empty_app: Server, site: Callable[[str], str]
) -> None:
    html = f'<iframe name="app" src="{empty_app.url}/"></iframe>'
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(site(html))
    refused(page)


def test_nothing_of_a_title_runs(page: Page, installed: Sandbox, empty_app: Server) -> None:
    group = installed.main_group_id
    first = installed.act("admin", "task.stages.get", entityId=group, numeric=1)[0]
    fields = {"TITLE": EVIL, "COLOR": "00C4FB", "ENTITY_ID": group, "AFTER_ID": first["ID"]}
    installed.act("owner", "task.stages.add", fields=fields)
    board = BoardPage.open(page, installed, "owner")
    task_id = board.cards(0)[0]
    installed.act("owner", "tasks.task.update", taskId=task_id, fields={"TITLE": EVIL, "TAGS": [EVIL]})
    board = BoardPage.open(page, installed, "owner")
    expect(board.frame.locator(f"#task-{task_id}")).to_contain_text("<script>")
    board.focus(0)
    board.press("Enter")
    expect(board.frame.locator("#task-title")).to_have_value(EVIL)
    board.press("Escape")
    board.shape()
    board.press("Escape")
    board.frame.click("nav >> text=Journal")
    board.frame.wait_for_selector("#app[data-page=journal]")
    assert board.frame.evaluate("window.pwned") is None and page.evaluate("window.pwned") is None
    # and had it come into the page as markup, the policy would not have let it run
    board.frame.evaluate("html => { document.querySelector('#main').innerHTML = html; }", EVIL)
    page.wait_for_timeout(300)
    assert board.frame.evaluate("window.pwned") is None and page.evaluate("window.pwned") is None
