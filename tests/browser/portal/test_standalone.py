"""The app in a tab of its own, in Chromium: log in through the portal, work, sign out."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.support.accessibility import axe
from tests.support.browser import Complaints
from tests.support.servers import Sandbox, Server


def test_somebody_logs_in_works_and_signs_out(page: Page, installed: Sandbox, empty_app: Server) -> None:
    complaints = Complaints(page)
    page.goto(f"{installed.url}/?as=owner&lang=en")  # logged in to the portal
    page.goto(empty_app.url)
    page.fill("#domain", "no portal")
    page.press("#domain", "Enter")
    expect(page.locator("[role=alert]")).to_contain_text("company.bitrix24.com")
    assert axe(page) == []
    page.fill("#domain", urlsplit(installed.url).netloc)
    page.press("#domain", "Enter")
    expect(page.locator("#app")).to_have_attribute("data-page", "home")
    assert urlsplit(page.url).netloc == urlsplit(empty_app.url).netloc and "code" not in page.url
    assert page.evaluate("document.cookie") == ""
    page.click(f".project[data-group-id='{installed.main_group_id}'] button")
    page.wait_for_selector("#columns .card")
    page.locator(".card__open").first.focus()
    with installed.recording() as seen:
        page.keyboard.press("Alt+ArrowDown")
        page.locator("#toasts .toast", has_text="Moved the task").wait_for()
    assert seen.http == 1
    assert installed.calls()[-1]["user"] == installed.user("owner")
    page.reload()
    expect(page.locator("#app")).to_have_attribute("data-page", "home")
    page.click("text=Sign out everywhere")
    expect(page.locator("h1")).to_have_text("You are signed out.")
    assert page.context.cookies(empty_app.url) == []
    page.reload()
    expect(page.locator("#domain")).to_be_visible()
    assert complaints.except_for("status of 422") == []


def test_signing_out_in_the_portal(page: Page, installed: Sandbox, empty_app: Server) -> None:
    page.goto(f"{installed.url}/marketplace/app/1/?as=member&lang=en")
    frame = page.frame_locator("iframe.app-frame")
    frame.locator("text=Sign out everywhere").click()
    expect(frame.locator("h1")).to_have_text("You are signed out.")
    page.reload()
    expect(frame.locator("#app")).to_have_attribute("data-page", "home")
