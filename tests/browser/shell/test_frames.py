"""The application in its frame, in Chromium: install, the talk with the parent, both client libraries.

A tiny page served on 127.0.0.1 stands for the application; the portal is on localhost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.shell.stand_in import (
    OUT,
    SCOPES,
    StandInApp,
    app_frame,
    ask,
    installed,
    member_id,
    out,
    rest,
)
from tests.support.servers import Sandbox

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
