"""A finger on a touch screen: what Chromium makes of it (taps, swipes, long presses) is its own decision."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

STEP = 12
"""Pixels between two reports of a moving finger."""


class Finger:
    """Touches the page at coordinates of its viewport; frames of other sites included."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def down(self, x: float, y: float) -> None:
        self.at = (x, y)
        self._report("touchStart")

    def move(self, x: float, y: float) -> None:
        """Go there in small steps, as fast as the browser takes them."""
        from_x, from_y = self.at
        steps = max(1, round(max(abs(x - from_x), abs(y - from_y)) / STEP))
        for step in range(1, steps + 1):
            self.at = (from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps)
            self._report("touchMove")

    def up(self) -> None:
        self._report("touchEnd", lifted=True)

    def press(self, what: Locator) -> None:
        """Put the finger on the middle of something and leave it there."""
        self.down(*middle(what))

    def _report(self, kind: str, *, lifted: bool = False) -> None:
        points = [] if lifted else [{"x": self.at[0], "y": self.at[1]}]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def middle(what: Locator) -> tuple[float, float]:
    """The middle of something that is in view, in coordinates of the page."""
    box = what.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
