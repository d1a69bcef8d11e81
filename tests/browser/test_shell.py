"""The portal's pages in Chromium: frames from another site, the install, sliders, both client libraries.

A tiny page served by the test on 127.0.0.1 stands for the application; the portal is on localhost.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.support.browser import Complaints, new_context
from tests.support.servers import ROOT, Sandbox, Server, free_port, start_sandbox

SDK = Path(os.environ.get("B24JSSDK_DIR", ROOT / "node_modules/@bitrix24/b24jssdk")) / "dist/umd/index.min.js"
SCOPES = ("crm", "task", "sonet_group", "user_brief", "placement")


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


OUT = "const out = (value) => { document.getElementById('out').textContent = JSON.stringify(value); };"


# --- the install, by the official library and by BX24 ---
SDK_INSTALL = (
    OUT
    + """
B24Js.initializeB24Frame().then(async (b24) => {
  const me = await b24.actions.v2.call.make({ method: 'profile', params: {} });
  out({ install: b24.isInstallMode, first: b24.isFirstRun, admin: b24.auth.isAdmin, lang: b24.getLang(),
        origin: b24.getTargetOrigin(), me: me.getData().result.ID,
        member: b24.auth.getAuthData().member_id });
  await b24.parent.setTitle('Installing: step 1');
  window.finish = () => b24.installFinish();
}).catch((error) => out(String(error)));
"""
)

BX24_INSTALL = (
    OUT
    + """
let first = false;
BX24.install(() => { first = true; });
BX24.init(() => {
  BX24.callMethod('profile', {}, (answer) => {
    out({ install: true, first, admin: BX24.isAdmin(), lang: BX24.getLang(),
          origin: 'http://' + BX24.getDomain(), me: answer.data().ID, member: BX24.getAuth().member_id });
  });
  BX24.setTitle('Installing: step 1');
  window.finish = () => BX24.installFinish();
});
"""
)


@pytest.mark.parametrize("library", ["b24jssdk", "BX24"])
def test_an_admin_installs_from_the_market(
    page: Page, portal: Sandbox, stand_in: StandInApp, library: str
) -> None:
    if library == "BX24":
        stand_in.show("/install", BX24_INSTALL, portal=portal.url)
    else:
        stand_in.show("/install", SDK_INSTALL)
    stand_in.show("/", OUT + "out('the app')")
    page.goto(f"{portal.url}/?as=admin")
    page.click("text=Install Stagecraft")
    page.click("button:has-text('Install')")
    shown = page.eval_on_selector_all("#install [data-scope]", "nodes => nodes.map(n => n.dataset.scope)")
    assert tuple(shown) == SCOPES
    page.check("#install [name=agree]")
    page.click("#install button.success")

    frame = app_frame(page)
    assert out(frame) == {
        "install": True,
        "first": True,
        "admin": True,
        "lang": "en",
        "origin": portal.url,
        "me": "1",
        "member": member_id(portal),
    }
    expect(page.locator("[data-title]")).to_have_text("Installing: step 1")
    assert portal.get("state")["app"]["installed"] is False
    assert page.locator("nav [data-when-installed]").is_hidden()

    frame.evaluate("() => { window.finish(); }")
    page.wait_for_selector("nav [data-when-installed]:visible")
    assert out(app_frame(page)) == "the app"
    assert portal.get("state")["app"]["installed"] is True
    assert urlsplit(page.url).path == "/marketplace/app/1/"
    assert [path for path, _, _ in stand_in.posted] == ["/install", "/"]


def test_the_form_and_the_name_of_the_frame(page: Page, portal: Sandbox, stand_in: StandInApp) -> None:
    installed(portal)
    stand_in.show("/", OUT + "out(window.name)")
    page.goto(f"{portal.url}/marketplace/app/1/?as=member&lang=ru")
    name = out(app_frame(page))
    (path, query, form) = stand_in.posted[0]
    assert path == "/"
    assert query == {
        "DOMAIN": urlsplit(portal.url).netloc,
        "PROTOCOL": "0",
        "LANG": "ru",
        "APP_SID": query["APP_SID"],
    }
    assert name == f"{query['DOMAIN']}|0|{query['APP_SID']}"
    assert form["PLACEMENT"] == "DEFAULT"
    assert form["member_id"] == member_id(portal)
    assert form["APPLICATION_SCOPE"] == ",".join(SCOPES)
    assert {"AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN", "status"} <= set(
        form
    )
    assert portal.get("calls")["count"] == 0


def test_the_frame_has_neither_cookies_nor_storage(page: Page, portal: Sandbox, stand_in: StandInApp) -> None:
    installed(portal)
    stand_in.show(
        "/",
        OUT + "BX24.init(() => out({ cookie: document.cookie, lang: BX24.getLang() }))",
        portal=portal.url,
    )
    page.goto(f"{portal.url}/marketplace/app/1/?lang=de")
    assert out(app_frame(page)) == {"cookie": "", "lang": "de"}


# --- the conversation with the parent ---
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


def ask(frame: Frame, expression: str) -> Any:
    """Evaluate `expression` with `done` as the callback; what it was called with."""
    return frame.evaluate(f"() => new Promise((done) => {{ {expression} }})")


def test_refresh_auth_brings_a_fresh_pair(bx24: Callable[..., Frame]) -> None:
    frame = bx24("member")
    before = frame.evaluate("BX24.getAuth().access_token")
    after = ask(frame, "BX24.refreshAuth(done)")
    assert after["access_token"] != before
    assert ask(frame, "BX24.callMethod('profile', {}, (a) => done(a.data().ID))") == "4"


def test_an_expired_token_is_renewed_on_the_way(bx24: Callable[..., Frame], portal: Sandbox) -> None:
    frame = bx24("member")
    portal.post("tokens/expire", which="access")
    assert ask(frame, "BX24.callMethod('profile', {}, (a) => done(a.data().ID))") == "4"


def test_calls_pages_batches_and_errors(bx24: Callable[..., Frame]) -> None:
    frame = bx24()
    batch = ask(
        frame,
        "BX24.callBatch({me: ['profile', {}], no: {method: 'task.stages.delete', params: {id: 999999}}},"
        " (r) => done([r.me.data().ID, Boolean(r.no.error())]))",
    )
    assert batch == ["1", True]
    assert ask(
        frame, "BX24.callBatch([['profile'], ['profile']], (r) => done(r.map((a) => a.data().ID)))"
    ) == ["1", "1"]
    error = ask(
        frame, "BX24.callMethod('no.such.method', {}, (a) => done([a.error().status, String(a.error())]))"
    )
    assert error == [404, "ERROR_METHOD_NOT_FOUND: Method not found!"]
    assert frame.evaluate("BX24.placement.info()") == {"placement": "DEFAULT", "options": {}}
    assert frame.evaluate("BX24.isAdmin()") is True


def test_options_are_kept_for_the_person_and_the_application(
    bx24: Callable[..., Frame], portal: Sandbox
) -> None:
    frame = bx24()
    ask(frame, "BX24.userOption.set('last', 'g1', done)")
    ask(frame, "BX24.appOption.set('plan', 'a:b', done)")
    assert rest(portal, "user.option.get") == {"last": "g1"}
    assert rest(portal, "app.option.get") == {"plan": "a:b"}
    assert frame.evaluate("BX24.userOption.get('last')") == "g1"


def test_a_fitted_frame_has_no_scroll_bars(bx24: Callable[..., Frame], page: Page) -> None:
    frame = bx24(body="<p id=out style='margin:0'></p><div style='height:2400px;background:#eee'></div>")
    ask(frame, "BX24.fitWindow(done)")
    sizes = frame.evaluate(
        "(() => { const d = document.documentElement; return [d.scrollHeight - d.clientHeight,"
        " d.scrollWidth - d.clientWidth, window.innerHeight]; })()"
    )
    assert sizes[:2] == [0, 0]
    assert sizes[2] >= 2400
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert ask(frame, "BX24.resizeWindow(700, 500, done)") == {"width": 700, "height": 500}
    box = page.locator("iframe.app-frame").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (700, 500)
    ask(frame, "BX24.fitWindow(done)")
    ask(frame, "BX24.scrollParentWindow(300, done)")
    assert page.evaluate("window.scrollY") == 300


def test_the_title_of_the_page_is_set_as_text(bx24: Callable[..., Frame], page: Page) -> None:
    frame = bx24()
    ask(frame, "BX24.setTitle('<b>a:b</b>', done)")
    expect(page.locator("[data-title]")).to_have_text("<b>a:b</b>")


def test_a_slider_with_the_application(bx24: Callable[..., Frame], page: Page, stand_in: StandInApp) -> None:
    frame = bx24()
    frame.evaluate(
        "() => { BX24.openApplication({taskId: 7, bx24_title: 'A task', bx24_width: 640},"
        " () => { window.wasClosed = 1; }); }"
    )
    page.wait_for_selector(".slider iframe.app-frame")
    expect(page.locator(".slider h2")).to_have_text("A task")
    inner = page.locator(".slider iframe.app-frame").element_handle().content_frame()
    assert inner is not None
    assert out(inner) == "ready"
    assert json.loads(stand_in.posted[-1][2]["PLACEMENT_OPTIONS"])["taskId"] == "7"
    assert inner.evaluate("BX24.placement.info().options.taskId") == "7"
    assert page.evaluate("document.querySelector('.slider-panel').getBoundingClientRect().width") == 640
    assert frame.evaluate("window.wasClosed") is None
    inner.evaluate("() => { BX24.closeApplication(); }")
    page.wait_for_selector(".slider", state="detached")
    frame.wait_for_function("window.wasClosed === 1")
    assert frame.evaluate("BX24.getAuth() !== false")


def test_a_slider_closes_with_escape_and_its_button(bx24: Callable[..., Frame], page: Page) -> None:
    frame = bx24()
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.click(".slider-close")):
        frame.evaluate("() => { BX24.openApplication({}); }")
        page.wait_for_selector(".slider iframe.app-frame")
        page.focus(".slider-close")
        close()
        page.wait_for_selector(".slider", state="detached")


def test_open_path_shows_a_page_of_the_portal(bx24: Callable[..., Frame], page: Page) -> None:
    frame = bx24()
    refused = ask(frame, "BX24.openPath('/_sandbox', done)")
    assert refused == {"result": "error", "errorCode": "PATH_NOT_AVAILABLE"}
    frame.evaluate("() => { BX24.openPath('/workgroups/group/1/', (r) => { window.answer = r; }); }")
    inner = page.frame_locator(".slider iframe.page-frame")
    expect(inner.locator(".kanban .column").first).to_be_visible()
    expect(inner.locator(".menu")).to_have_count(0)
    page.click(".slider-close")
    frame.wait_for_function("window.answer")
    assert frame.evaluate("window.answer") == {"result": "close"}


def test_reload_window_opens_the_page_anew(
    bx24: Callable[..., Frame], page: Page, stand_in: StandInApp
) -> None:
    frame = bx24()
    with page.expect_navigation():
        frame.evaluate("() => { BX24.reloadWindow(); }")
    assert out(app_frame(page)) == "ready"
    assert len(stand_in.posted) == 2


def test_foreign_messages_are_not_heard(bx24: Callable[..., Frame], page: Page) -> None:
    frame = bx24()
    sid = frame.evaluate("window.name").split("|")[2]
    page.evaluate(f"window.postMessage('setTitle:{{\"title\":\"from the page\"}}:cb:{sid}', '*')")
    frame.evaluate("() => parent.postMessage('setTitle:{\"title\":\"wrong sid\"}:cb:0123456789abcdef', '*')")
    frame.evaluate("() => parent.postMessage('setTitle:{broken:cb:' + window.name.split('|')[2], '*')")
    frame.evaluate("() => parent.postMessage('constructor:{}:cb:' + window.name.split('|')[2], '*')")
    ask(frame, "BX24.setTitle('own', done)")
    expect(page.locator("[data-title]")).to_have_text("own")


# --- places ---
def test_a_project_tab_opens_the_application(page: Page, portal: Sandbox, stand_in: StandInApp) -> None:
    installed(portal, "SONET_GROUP_DETAIL_TAB")
    stand_in.show("/placed", OUT + "BX24.init(() => out(BX24.placement.info()))", portal=portal.url)
    page.goto(f"{portal.url}/workgroups/group/1/?as=member&lang=de")
    page.click("text=Gestalten")
    assert out(app_frame(page)) == {"placement": "SONET_GROUP_DETAIL_TAB", "options": {"GROUP_ID": "1"}}
    assert json.loads(stand_in.posted[0][2]["PLACEMENT_OPTIONS"]) == {"GROUP_ID": "1"}


@pytest.mark.parametrize(
    ("path", "code", "options"),
    [
        ("/workgroups/group/1/", "TASK_GROUP_LIST_TOOLBAR", {"GROUP_ID": "1"}),
        ("/company/personal/user/4/tasks/", "TASK_USER_LIST_TOOLBAR", {"USER_ID": "4"}),
    ],
)
def test_a_toolbar_button_opens_a_slider(
    page: Page, portal: Sandbox, stand_in: StandInApp, path: str, code: str, options: dict[str, str]
) -> None:
    installed(portal, code)
    stand_in.show("/placed", OUT + "BX24.init(() => out(BX24.placement.info()))", portal=portal.url)
    page.goto(f"{portal.url}{path}?as=member")
    page.click("button:has-text('Shape')")
    assert out(app_frame(page)) == {"placement": code, "options": {**options, "IFRAME": "Y"}}


# --- people, languages, themes ---
def test_people_languages_and_themes_are_switched_and_remembered(page: Page, portal: Sandbox) -> None:
    page.goto(portal.url)
    page.select_option("select[name=as]", "4")
    page.wait_for_selector("body[data-person='4']")
    page.select_option("select[name=lang]", "ru")
    page.wait_for_selector("html[lang=ru]")
    page.click(".theme button")
    page.wait_for_selector("html[data-theme=dark]")
    page.click("nav >> text=Маркет")
    page.wait_for_selector("html[lang=ru][data-theme=dark] body[data-person='4'] .app-card")
    expect(page.locator(".app-card .notice")).to_contain_text("администратор")
    assert page.locator("dialog").count() == 0


def test_uninstalling_from_the_card(page: Page, portal: Sandbox) -> None:
    installed(portal)
    page.goto(f"{portal.url}/marketplace/?as=admin")
    page.click("button:has-text('Uninstall')")
    page.check("#uninstall [name=clean]")
    with page.expect_navigation():
        page.click("#uninstall button.danger")
    assert portal.get("state")["app"]["added"] is False
    expect(page.locator("[data-dialog=install]")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "path", ["/", "/workgroups/group/1/", "/marketplace/", "/company/personal/user/1/tasks/"]
)
def test_pages_do_not_scroll_sideways(page: Page, portal: Sandbox, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(portal.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_dashboard_orders_a_fault_and_shows_calls(page: Page, portal: Sandbox) -> None:
    page.goto(f"{portal.url}/_sandbox")
    page.fill("[name=method]", "profile")
    page.select_option("[name=kind]", "html")
    page.click("button:has-text('Order')")
    expect(page.locator("#faults tr")).to_have_count(1)
    hook = portal.get("webhooks")["admin"]
    assert portal.session.get(f"{hook}profile", timeout=5).status_code == 502
    expect(page.locator("#calls tr")).to_contain_text(["profile"])
    page.click("[data-delete=faults]")
    expect(page.locator("#faults tr")).to_have_count(0)


AXE = ROOT / "node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/workgroups/",
        "/workgroups/group/1/?tab=tasks",
        "/workgroups/group/1/?tab=about",
        "/company/personal/user/4/tasks/",
        "/marketplace/",
        "/_sandbox",
    ],
)
def test_axe_finds_nothing(browser: Browser, portal: Sandbox, path: str, theme: str) -> None:
    installed(portal, "TASK_GROUP_LIST_TOOLBAR", "TASK_USER_LIST_TOOLBAR", "SONET_GROUP_DETAIL_TAB")
    context = new_context(browser, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{portal.url}{path}{'&' if '?' in path else '?'}theme={theme}")
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    context.close()
    told = [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found]
    assert told == []
