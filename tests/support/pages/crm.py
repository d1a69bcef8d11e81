"""A directory of the CRM in its frame, as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Frame, Locator, Page

from tests.support.servers import Sandbox


@dataclass
class CrmScreen:
    """The app's frame on a page of the stand-in portal, showing the CRM."""

    page: Page
    frame: Frame

    @classmethod
    def open(cls, page: Page, sandbox: Sandbox, who: str = "crm_admin", entity_id: str = "") -> CrmScreen:
        """Open the app from the portal's menu, go to the CRM and, if named, to a directory."""
        page.goto(f"{sandbox.url}/marketplace/app/1/?as={who}&lang=en")
        handle = page.wait_for_selector("iframe.app-frame")
        frame = handle.content_frame() if handle else None
        assert frame is not None
        frame.wait_for_selector("#main > *")
        screen = cls(page, frame)
        frame.click(".top__link[hx-get='/crm']")
        frame.wait_for_selector("#crm-all")
        if entity_id:
            screen.go(entity_id)
        return screen

    def go(self, entity_id: str) -> None:
        """From the overview to a directory; its counts have come."""
        self.frame.click(f"[data-entity-id={entity_id}] .crm-dir__open")
        self.frame.wait_for_selector(f"#crm[data-entity-id={entity_id}]")
        self.settled()

    @property
    def rows(self) -> Locator:
        return self.frame.locator(".crm-row[data-stage-id]")

    def row(self, index: int) -> Locator:
        return self.rows.nth(index)

    def names(self) -> list[str]:
        return [str(one.input_value()) for one in self.frame.locator("input.crm-row__name").all()]

    def chips(self) -> list[str]:
        """What the preview shows."""
        chips = self.frame.locator("#crm-preview .crm-chip").all()
        return [str(one.get_attribute("data-name")) for one in chips]

    def counts(self) -> list[str]:
        return self.frame.locator(".crm-row__count").all_text_contents()

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
