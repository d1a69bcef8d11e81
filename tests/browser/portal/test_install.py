"""From the portal's market into the app, in Chromium: with the portal's script and with it blocked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Complaints
from tests.support.servers import Sandbox, Server
from web.portal import install


def install_from_the_market(page: Page, sandbox: Sandbox) -> None:
    page.goto(f"{sandbox.url}/?as=admin")
    page.click("text=Install Stagecraft")
    page.click("button:has-text('Install')")
    page.check("#install [name=agree]")
    page.click("#install button.success")


@pytest.mark.parametrize("blocked", [False, True], ids=["with the portal's script", "script blocked"])
def test_an_admin_installs_and_lands_in_the_app(
    page: Page, sandbox: Sandbox, empty_app: Server, blocked: bool
) -> None:
    complaints = Complaints(page)
    if blocked:
        page.route(f"{sandbox.url}/bx24.js", lambda route: route.abort())
    install_from_the_market(page, sandbox)
    frame = page.frame_locator("iframe.app-frame")
    expect(frame.locator("#app")).to_have_attribute("data-page", "home")
    app = sandbox.get("state")["app"]
    assert app["installed"] is True and len(app["subscriptions"]) == 5
    assert len(app["placements"]) == len(install.PLACEMENTS) + len(install.CRM_PLACEMENTS)
    assert complaints.except_for("bx24.js", "net::ERR_FAILED") == []


def test_installing_again_lands_in_the_app_again(page: Page, installed: Sandbox) -> None:
    installed.post("uninstall", clean=0)
    install_from_the_market(page, installed)
    frame = page.frame_locator("iframe.app-frame")
    expect(frame.locator("#app")).to_have_attribute("data-page", "home")


def test_the_page_says_what_to_do_when_the_portal_does_not_react(
    page: Page, sandbox: Sandbox, empty_app: Server
) -> None:
    """Outside of any portal nobody answers; the page is complete all the same."""
    launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
    page.clock.install()
    page.goto(sandbox.url)
    fields = "".join(
        f"<input name='{name}' value='{value}'>" for name, value in launch["form"].items() if "{" not in value
    )
    page.set_content(f"<form id=f method=post action='{launch['url'].replace('&', '&amp;')}'>{fields}</form>")
    page.evaluate("document.getElementById('f').submit()")
    expect(page.locator("h1")).to_have_text("Installing Stagecraft")
    expect(page.locator("#manual")).to_be_hidden()
    page.clock.fast_forward(20_000)
    expect(page.locator("#manual")).to_be_visible()
    expect(page.locator("#finish")).to_be_enabled()
