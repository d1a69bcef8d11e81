"""Take the pictures of the README from the running thing: `make pictures`.

Starts the stand-in portal and the app on free ports, installs the app, does what each picture shows, and
writes docs/pictures/*.png.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from tests.support.browser import launch, new_context
from tests.support.installing import installed_app
from tests.support.servers import Sandbox

SCRUM_TEAM = 4  # "Firmware 4.x" of the company seed
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"


class Stage:
    """One browser page at a portal address, with the app's frame in it."""

    def __init__(self, browser: Browser, sandbox: Sandbox, path: str, **look: object) -> None:
        width, height = int(str(look.pop("width", 1280))), int(str(look.pop("height", 800)))
        theme = str(look.get("theme", "light"))
        options = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
        self.page: Page = new_context(browser, **options).new_page()
        query = urlencode({"as": "owner", "lang": "en", "theme": "light"} | look)
        self.page.goto(f"{sandbox.url}{path}{'&' if '?' in path else '?'}{query}")
        self.page.wait_for_function("document.querySelector('iframe')")
        self.frame = self._frame()

    def _frame(self) -> Frame:
        element = self.page.wait_for_selector("iframe")
        frame = element.content_frame() if element else None
        if frame is None:
            raise RuntimeError("the portal page shows no frame")
        frame.wait_for_selector("#main > *")
        return frame

    def take(self, name: str) -> None:
        """Wait until nothing is under way, then write the picture."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(700)
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=FOLDER / f"{name}.png")
        print(f"docs/pictures/{name}.png")


def take_all(browser: Browser, sandbox: Sandbox) -> None:
    board = f"/workgroups/group/{sandbox.main_group_id}/?tab=app"
    main = Stage(browser, sandbox, board)
    main.take("board")
    main.frame.click("[data-task-id] >> nth=2")
    main.frame.wait_for_selector("#drawer form")
    main.take("drawer")

    shaping = Stage(browser, sandbox, board)
    shaping.frame.click("text=Shape the board")
    shaping.frame.locator("button[aria-label^='Color']").nth(2).click()
    shaping.take("shape")

    change_things(sandbox, Stage(browser, sandbox, board))
    planning = Stage(browser, sandbox, f"/workgroups/group/{SCRUM_TEAM}/?tab=app")
    planning.frame.click("text=Planning")
    planning.frame.wait_for_selector("[data-sprint-id]")
    planning.page.wait_for_timeout(3000)  # the points come in while the page is shown
    planning.take("planning")

    crm = Stage(browser, sandbox, board, **{"as": "crm_admin"})
    crm.frame.locator("nav >> text=CRM").click()
    crm.frame.wait_for_selector("[data-entity-id]")
    crm.take("crm")

    Stage(browser, sandbox, board, lang="de", theme="dark", width=360, height=740).take("narrow")


def change_things(sandbox: Sandbox, stage: Stage) -> None:
    """Shape the board a little, so that the journal has something to tell; then its picture."""
    ids = list(sandbox.act("owner", "task.stages.get", entityId=sandbox.main_group_id))
    frame = stage.frame
    frame.click("text=Shape the board")
    for stage_id, title in ((ids[1], "Ideas"), (ids[2], "Design")):
        name = frame.locator(f"[data-stage-id='{stage_id}'] [data-rename]")
        name.fill(title)
        name.press("Enter")
        frame.wait_for_selector(f"[data-toast]:has-text('Renamed') >> nth={(ids[1], ids[2]).index(stage_id)}")
    frame.locator(f"[data-stage-id='{ids[2]}'] button[aria-label^='Color']").click()
    frame.locator(".pop .colors__hex").fill("#2F7D32")
    frame.locator(".pop .button--primary").click()
    frame.wait_for_selector("[data-toast]:has-text('color')")
    while frame.locator("[data-toast]").count():
        frame.locator("[data-toast] [data-do=dismiss]").first.click()
    frame.locator("nav >> text=Journal").click()
    frame.wait_for_selector("#journal")
    stage.take("journal")


def main() -> None:
    with installed_app("company") as (sandbox, _app), sync_playwright() as playwright:
        browser = launch(playwright)
        take_all(browser, sandbox)
        browser.close()


if __name__ == "__main__":
    main()
