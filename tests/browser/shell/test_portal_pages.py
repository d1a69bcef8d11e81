"""The portal's own pages in Chromium: places, people, languages, themes, sizes, accessibility."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.shell.stand_in import OUT, StandInApp, app_frame, installed, out
from tests.support.accessibility import axe
from tests.support.browser import new_context
from tests.support.servers import Sandbox


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
        ("/crm/", "CRM_FUNNELS_TOOLBAR", {}),
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
    "path", ["/", "/workgroups/group/1/", "/crm/", "/marketplace/", "/company/personal/user/1/tasks/"]
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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/workgroups/",
        "/workgroups/group/1/?tab=tasks",
        "/workgroups/group/1/?tab=about",
        "/company/personal/user/4/tasks/",
        "/crm/",
        "/marketplace/",
        "/_sandbox",
    ],
)
def test_axe_finds_nothing(browser: Browser, portal: Sandbox, path: str, theme: str) -> None:
    installed(portal, "TASK_GROUP_LIST_TOOLBAR", "TASK_USER_LIST_TOOLBAR", "SONET_GROUP_DETAIL_TAB")
    context = new_context(browser, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{portal.url}{path}{'&' if '?' in path else '?'}theme={theme}")
    found = axe(page, colors_only=theme == "dark")
    context.close()
    assert found == []
