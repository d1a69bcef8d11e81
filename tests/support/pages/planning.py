"""The planning of a scrum team in its frame."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.functional.scrum.scene import group_called
from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox


class PlanningPage(BoardPage):
    """The planning page in its frame; columns are lists, cards are items."""

    @classmethod
    def plan(cls, page: Page, sandbox: Sandbox, who: str = "moderator") -> PlanningPage:
        group = group_called(sandbox, "Scrum team")
        opened = cls.open(page, sandbox, who, group)  # of a team the board is its planning
        opened.ready()
        return opened

    def ready(self) -> None:
        """Wait until the page has all its points and sums."""
        self.frame.wait_for_selector(".planning .item")
        self.frame.wait_for_selector(".loader", state="detached")
        self.frame.wait_for_selector(".sum__load", state="attached")
        self.settled()

    def cell(self, column: int, index: int) -> Locator:
        return self.card(column, index).locator(".points")

    def points(self, column: int) -> list[str]:
        return [one.input_value() for one in self.column(column).locator(".points").all()]

    def drag(self, what: Locator, onto: Locator, scroll: int = 150) -> None:
        """Both have to be in sight: what scrolls while something is held is dropped elsewhere."""
        self.frame.evaluate("to => { document.querySelector('#columns').scrollTop = to; }", scroll)
        start, end = what.bounding_box(), onto.bounding_box()
        assert start and end
        mouse = self.page.mouse
        mouse.move(start["x"] + 200, start["y"] + 20)
        mouse.down()
        mouse.move(start["x"] + 200, start["y"] + 10, steps=3)
        mouse.move(end["x"] + 200, end["y"] + 20, steps=6)
        mouse.up()

    def total(self, column: int) -> Locator:
        return self.column(column).locator(".sum__total")
