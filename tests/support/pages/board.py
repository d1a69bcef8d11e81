"""A board in its frame, as a person sees it: what the columns show, what the toasts say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Frame, Locator, Page

from tests.support.servers import Sandbox


@dataclass
class BoardPage:
    """The app's frame inside a project page of the stand-in portal."""

    page: Page
    frame: Frame

    @classmethod
    def open(
        cls, page: Page, sandbox: Sandbox, who: str, group: int | None = None, lang: str = "en"
    ) -> BoardPage:
        """Go to the project's page as somebody and wait until its board is there and alive."""
        group = group or sandbox.main_group_id
        page.goto(f"{sandbox.url}/workgroups/group/{group}/?tab=app&as={who}&lang={lang}")
        handle = page.wait_for_selector("iframe.app-frame")
        frame = handle.content_frame() if handle else None
        assert frame is not None
        frame.wait_for_selector('.card__open[tabindex="0"], #app[data-page=home]', state="attached")
        return cls(page, frame)

    def column(self, index: int) -> Locator:
        """The column at a place, 0 is the first."""
        return self.frame.locator(".column[data-stage-id]").nth(index)

    def card(self, column: int, index: int = 0) -> Locator:
        return self.column(column).locator(".card").nth(index)

    def titles(self) -> list[str]:
        """Names of the stages, from left to right."""
        return self.frame.locator(".column[data-stage-id] .stage__title").all_text_contents()

    def counts(self) -> list[int]:
        """The counts in the heads of the columns."""
        return [
            int(text)
            for text in self.frame.locator(".column[data-stage-id] .column__count").all_text_contents()
        ]

    def cards(self, column: int) -> list[int]:
        """Ids of the cards of a column, from the top."""
        return [
            int(card.get_attribute("data-task-id") or 0)
            for card in self.column(column).locator(".card").all()
        ]

    def stage_id(self, column: int) -> int:
        return int(self.column(column).get_attribute("data-stage-id") or 0)

    def focus(self, column: int, card: int = 0) -> None:
        self.card(column, card).locator(".card__open").focus()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def toast(self, text: str) -> Locator:
        """Wait for a toast that says so."""
        found = self.frame.locator("#toasts .toast", has_text=text).last
        found.wait_for()
        return found

    def settled(self) -> None:
        """Wait until nothing is on its way."""
        self.frame.wait_for_selector("#app:not(.busy)")
        self.frame.wait_for_selector("[aria-busy=true]", state="detached")

    def shape(self) -> None:
        """Switch to shaping the board."""
        self.frame.click("#shape")
        self.frame.wait_for_selector("#app.editing")


def stages_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The portal's own truth about the main project's stages, in order."""
    found = sandbox.act("admin", "task.stages.get", entityId=sandbox.main_group_id, numeric=1)
    return sorted(found, key=lambda stage: int(stage["SORT"]))


def stage_of(sandbox: Sandbox, task_id: int) -> int:
    """The stage the portal has a task in."""
    task = sandbox.act("admin", "tasks.task.get", taskId=task_id, select=["ID", "STAGE_ID"])["task"]
    return int(task["stageId"])
