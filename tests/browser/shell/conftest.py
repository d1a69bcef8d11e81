"""Fixtures for the portal's pages: a portal of its own and a stand-in for the application."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.shell.stand_in import OUT, SCOPES, SDK, StandInApp, app_frame, installed, out
from tests.support.browser import Complaints, new_context
from tests.support.servers import Sandbox, Server, free_port, start_sandbox


class AppServer(ThreadingHTTPServer):
    request_queue_size = 64


@pytest.fixture(scope="module")
def application() -> Iterator[StandInApp]:
    app = StandInApp("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/sdk.js":
                self._answer(SDK.read_bytes(), "text/javascript")
            else:
                self._answer(app.pages.get(urlsplit(self.path).path, "").encode(), "text/html")

        def do_POST(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query, form = ({k: v[0] for k, v in parse_qs(text).items()} for text in (url.query, body))
            app.posted.append((url.path, query, form))
            self._answer(app.pages.get(url.path, "").encode(), "text/html")

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = AppServer(("127.0.0.1", 0), Handler)
    app.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def stand_in(application: StandInApp) -> StandInApp:
    """The application without pages and without memory."""
    application.pages.clear()
    application.posted.clear()
    return application


@pytest.fixture(scope="module")
def server(application: StandInApp, folder: Path) -> Iterator[Server]:
    """A portal of its own, which knows the stand-in application."""
    port = free_port()
    started = start_sandbox(port, 0, folder, APP_URL=application.url, APP_SCOPES=",".join(SCOPES))
    yield started
    started.stop()


@pytest.fixture
def portal(server: Server) -> Iterator[Sandbox]:
    """The control plane of that portal, freshly seeded."""
    control = Sandbox(server.url)
    control.reset("small")
    yield control
    control.session.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not complain of anything."""
    context = new_context(browser)
    opened = context.new_page()
    complaints = Complaints(opened)
    yield opened
    context.close()
    assert complaints.except_for("404 (NOT FOUND)", "401 (UNAUTHORIZED)") == []


@pytest.fixture
def bx24(page: Page, portal: Sandbox, stand_in: StandInApp) -> Callable[..., Frame]:
    """Open the application as somebody with BX24 started."""

    def open_as(who: str = "admin", body: str = "<p id=out></p>") -> Frame:
        installed(portal)
        stand_in.show("/", OUT + "BX24.init(() => out('ready'));", body, portal.url)
        page.goto(f"{portal.url}/marketplace/app/1/?as={who}")
        frame = app_frame(page)
        assert out(frame) == "ready"
        return frame

    return open_as
