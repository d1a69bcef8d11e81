"""What a person waits for in Chromium: the frame in a portal page with hundreds of cards, also slowed."""

from __future__ import annotations

import statistics
from typing import Any

from playwright.sync_api import Browser, Frame, Page, sync_playwright
from report import Figure, Section, median_of
from support import installed_app

from tests.support.browser import ARGUMENTS, chromium_path, new_context
from tests.support.servers import Sandbox

GOALS = {1: (0.9, 0.01, 80.0), 4: (2.5, 0.1, 200.0)}
"""Times the processor is slowed: LCP in s, CLS, INP in ms; slowed, the bars of Built for Shopify count."""
ONE_PROCESS = ["--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process"]
"""So that slowing the page slows the frame as well."""
OBSERVE = """
window.seen = {lcp: 0, cls: 0, inp: 0};
const watch = (type, more, note) =>
  new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true, ...more});
watch('largest-contentful-paint', {}, one => { seen.lcp = one.startTime; });
watch('layout-shift', {}, one => { if (!one.hadRecentInput) seen.cls += one.value; });
watch('event', {durationThreshold: 16}, one => {
  if (one.interactionId) seen.inp = Math.max(seen.inp, one.duration);
});
"""


def frame_of(page: Page) -> Frame:
    element = page.wait_for_selector("iframe")
    frame = element.content_frame() if element else None
    assert frame, "the portal page shows no frame"
    frame.wait_for_selector("[data-task-id]")
    return frame


def interact(page: Page, frame: Frame) -> None:
    """What people do first: open a card, close it, choose one, shape the board, walk with the keyboard."""
    cards = frame.locator(".card")
    cards.nth(1).click()
    frame.wait_for_selector("#drawer form")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    frame.click("text=Shape the board")
    page.wait_for_timeout(300)
    frame.click("text=Shape the board")
    for key in ("Tab", "Tab", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(500)


def visit(browser: Browser, sandbox: Sandbox, slowed: int) -> dict[str, float]:
    """One opening of the board in a fresh profile."""
    page = new_context(browser).new_page()
    page.add_init_script(OBSERVE)
    if slowed > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.goto(f"{sandbox.url}/workgroups/group/{sandbox.main_group_id}/?tab=app&as=owner&lang=en&theme=light")
    frame = frame_of(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    cards = frame.locator("[data-task-id]").count()
    interact(page, frame)
    found: dict[str, Any] = frame.evaluate("window.seen")
    page.context.close()
    return {"lcp": found["lcp"] / 1000, "cls": found["cls"], "inp": found["inp"], "cards": cards}


def measure(quick: bool) -> Section:
    figures: list[Figure] = []
    with installed_app("small" if quick else "medium") as (sandbox, _app), sync_playwright() as playwright:
        sandbox.post("limits", rate=False, operating=False)
        program = chromium_path(whole=True)
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS + ONE_PROCESS)
        visit(browser, sandbox, 1)
        for slowed, goals in GOALS.items():
            seen = [visit(browser, sandbox, slowed) for _ in range(1 if quick else 7)]
            name = "" if slowed == 1 else f", processor slowed {slowed} ×"
            figures.append(
                Figure(f"cards in the frame{name}", statistics.median(one["cards"] for one in seen))
            )
            for key, unit, goal in zip(("lcp", "cls", "inp"), ("s", "", "ms"), goals, strict=True):
                figures.append(median_of(f"{key.upper()}{name}", [one[key] for one in seen], unit, goal=goal))
        browser.close()
    return Section(
        "In the browser",
        "Chromium, a fresh profile for each visit: the portal's page with the app's frame in it, measured by "
        "the frame's own performance entries from the beginning of its navigation: the largest paint, all "
        "shifts of the layout, and the slowest of some interactions (a card opened and closed, the board "
        "shaped, the keyboard). The portal, the app and the browser share the cores.",
        figures,
        obstacle="The slowest interaction is the drawer that closes: a modal dialog makes all behind it "
        "inert while it is open, so that the style of every card on the screen is worked out anew, painted "
        "and put on layers. Our handlers are the smaller part of it.",
        profiles=(
            "Chromium's trace, any choice in a list or filter: rules with `:has(:checked)` above the cards "
            "had the style of all of them computed anew; a class on the body tells it now.",
            "Chromium's trace, shaping: cards out of sight were laid out and painted along; columns off the "
            "screen are skipped now, and the tools of a stage take the place of its name, so that nothing "
            "moves.",
        ),
    )
