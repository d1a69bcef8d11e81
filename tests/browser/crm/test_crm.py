"""The CRM in Chromium, in a frame from another site, against the stand-in portal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.accessibility import wrong
from tests.support.browser import Complaints, new_context
from tests.support.pages.crm import CrmScreen
from tests.support.servers import Sandbox, Server

DEALS = "DEAL_STAGE"


@pytest.fixture
def crm(page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints) -> CrmScreen:
    return CrmScreen.open(page, installed, entity_id=DEALS)


def portal_names(sandbox: Sandbox, entity_id: str = DEALS) -> list[str]:
    rows = sandbox.act("admin", "crm.status.list", filter={"ENTITY_ID": entity_id})
    return [one["NAME"] for one in sorted(rows, key=lambda one: int(one["SORT"]))]


# --- order ---
def test_a_row_is_dragged_within_its_group(crm: CrmScreen, installed: Sandbox) -> None:
    before = crm.names()
    with installed.recording() as seen:
        crm.row(0).locator(".crm-row__grip").drag_to(crm.row(2).locator(".crm-row__text"))
        crm.toast("Changed the order")
    assert seen.http == 1
    assert crm.names() == [before[1], before[2], before[0], *before[3:]]
    assert portal_names(installed) == crm.names() == crm.chips()


def test_a_row_moves_by_keys_and_comes_back_by_undo(crm: CrmScreen, installed: Sandbox) -> None:
    before = crm.names()
    crm.row(1).locator(".crm-row__grip").focus()
    with installed.recording() as seen:
        crm.press("ArrowUp")
        toast = crm.toast("Changed the order")
    assert seen.http == 1
    assert crm.names() == [before[1], before[0], *before[2:]]
    assert crm.frame.evaluate("document.activeElement.closest('.crm-row').dataset.crmStatusId")
    expect(crm.frame.locator("#announcer")).to_contain_text("is now stage 1 of")
    toast.locator("[data-undo]").click()
    expect(crm.frame.locator("input.crm-row__name").first).to_have_value(before[0])
    assert portal_names(installed) == before


def test_a_row_moves_by_its_buttons_and_stays_in_its_group(crm: CrmScreen, installed: Sandbox) -> None:
    before = crm.names()
    crm.row(0).locator("[data-crm=up]").click()
    expect(crm.frame.locator("#announcer")).to_contain_text("cannot go further")
    crm.row(0).locator("[data-crm=down]").click()
    crm.toast("Changed the order")
    assert crm.names()[:2] == [before[1], before[0]]
    success = crm.frame.locator("#crm-rows-success .crm-row")
    success.locator("[data-crm=up]").click()
    crm.settled()
    expect(success).to_have_count(1)
    assert portal_names(installed) == crm.names()


def test_a_refused_order_goes_back(crm: CrmScreen, installed: Sandbox) -> None:
    before = crm.names()
    installed.fault("crm.status.update", "command_error", code="", description="no", times=None)
    crm.row(0).locator("[data-crm=down]").click()
    crm.toast("You may not do this")
    crm.settled()
    expect(crm.frame.locator(".crm-row").first).to_contain_text("NEW")
    assert portal_names(installed) == before


# --- names and colors ---
def test_a_row_is_renamed_in_place_and_the_preview_follows(crm: CrmScreen, installed: Sandbox) -> None:
    field = crm.row(1).locator("[data-rename]")
    field.fill("Neue <b>Phase</b>")
    assert crm.chips()[1] == "Neue <b>Phase</b>"
    with installed.recording() as seen:
        crm.press("Enter")
        crm.toast("Renamed")
    assert seen.http == 1
    assert portal_names(installed)[1] == "Neue <b>Phase</b>"
    field.fill("never")
    with installed.recording() as seen:
        crm.press("Escape", "Tab")
        crm.settled()
    assert seen.http == 0
    assert crm.names()[1] == "Neue <b>Phase</b>"


def test_a_row_is_recolored_and_the_readable_color_offered(crm: CrmScreen, installed: Sandbox) -> None:
    crm.row(1).locator("[aria-label=Color]").click()
    crm.frame.fill("[data-pop] [name=color]", "#777777")
    expect(crm.frame.locator("[data-pop] .colors__sample")).to_contain_text("Hard to read: 4.48 : 1")
    style = crm.frame.locator("#crm-preview .crm-chip").nth(1)
    expect(style).to_have_attribute("style", re.compile("#777777", re.IGNORECASE))
    with installed.recording() as seen:
        crm.frame.locator("[data-pop] .crm-offer").click()
        expect(crm.frame.locator("[data-pop] .colors__sample")).to_contain_text("Contrast 4.5 : 1")
    assert seen.http == 0
    with installed.recording() as seen:
        crm.frame.click("[data-pop] .button--primary")
        crm.toast("Changed the color")
    assert seen.http == 1
    expect(crm.frame.locator("[data-pop]")).to_have_count(0)
    rows = installed.act("admin", "crm.status.list", filter={"ENTITY_ID": DEALS})
    assert sorted(rows, key=lambda one: int(one["SORT"]))[1]["COLOR"] == "#767676"


def test_many_colors_are_shown_before_they_are_made(crm: CrmScreen, installed: Sandbox) -> None:
    crm.frame.click("text=Many colors")
    dialog = crm.frame.locator("#dialog dialog")
    expect(dialog.locator(".crm-plan li").first).to_be_visible()
    with installed.recording() as seen:
        dialog.locator("[value=berry]").check()
        expect(dialog.locator(".crm-plan li").first).to_contain_text("#FBC4E0")
    assert seen.http == 0
    with installed.recording() as seen:
        dialog.locator("text=Apply").click()
        toast = crm.toast("Changed the colors")
    assert seen.http == 1
    expect(dialog).to_have_count(0)
    expect(crm.row(0).locator(".crm-row__bar")).to_have_attribute("style", "--stage-color:#FBC4E0")
    toast.locator("[data-undo]").click()
    expect(crm.row(0).locator(".crm-row__bar")).not_to_have_attribute("style", "--stage-color:#FBC4E0")


def test_several_pipelines_have_a_result_each(crm: CrmScreen) -> None:
    crm.frame.click("text=Many colors")
    dialog = crm.frame.locator("#dialog dialog")
    dialog.locator("[name=all]").check()
    dialog.locator("[value=own]").check()
    dialog.locator("[name=start]").fill("#ddf3a4")
    expect(dialog.locator(".crm-plan h3").nth(1)).to_be_visible()
    dialog.locator("text=Apply").click()
    expect(dialog.locator(".results li").nth(1)).to_contain_text("changed")
    dialog.locator("[data-do=close]").click()
    expect(dialog).to_have_count(0)


def test_names_are_copied_from_another_pipeline(crm: CrmScreen, installed: Sandbox) -> None:
    crm.frame.click("text=Copy from another pipeline")
    dialog = crm.frame.locator("#dialog dialog")
    dialog.locator("[name=source]").select_option("STATUS")
    dialog.locator("[name=what][value=names]").check()
    expect(dialog.locator(".crm-plan strong").first).to_be_visible()
    name = dialog.locator(".crm-plan strong").first.inner_text()
    dialog.locator("text=Apply").click()
    crm.toast("Copied from another pipeline")
    assert name in crm.names()
    assert portal_names(installed) == crm.names() == crm.chips()


# --- add and delete ---
def test_a_row_is_added_behind_another_with_a_code_of_its_name(crm: CrmScreen, installed: Sandbox) -> None:
    before = crm.names()
    asked: list[str] = []
    crm.row(1).locator("[aria-label^='Add after']").click()
    crm.frame.locator("#crm-new-name").press_sequentially("Встреча")
    expect(crm.frame.locator("#crm-new-code")).to_have_value("VSTRECHA")
    crm.frame.fill("#crm-new-code", "MEETING")
    crm.page.on("request", lambda one: asked.append(one.url))
    crm.frame.locator("#crm-new-name").focus()
    crm.press("End")
    crm.frame.locator("#crm-new-name").press_sequentially(" дома")
    with installed.recording() as seen:
        crm.frame.click("#crm-new .button--primary")
        toast = crm.toast("Added")
    assert seen.http == 1
    assert not any(one.endswith("/code") for one in asked)
    assert "MEETING" in crm.row(2).inner_text()
    assert crm.names() == [*before[:2], "Встреча дома", *before[2:]]
    assert portal_names(installed) == crm.names() == crm.chips()
    expect(crm.row(2).locator(".crm-row__count")).to_have_text("0")
    toast.locator("[data-undo]").click()
    expect(crm.rows).to_have_count(len(before))
    assert portal_names(installed) == before


def test_a_blank_name_is_refused_and_what_was_typed_stays(crm: CrmScreen, installed: Sandbox) -> None:
    crm.row(1).locator("[aria-label^='Add after']").click()
    crm.frame.fill("#crm-new-code", "KEPT")
    with installed.recording() as seen:
        crm.frame.click("#crm-new .button--primary")
        crm.toast("Enter a title")
    assert seen.http == 0
    assert crm.frame.locator("#crm-new-code").input_value() == "KEPT"
    crm.press("Escape")
    expect(crm.frame.locator("#crm-new")).to_have_count(0)


def test_a_stage_with_items_is_deleted_and_comes_back(crm: CrmScreen, installed: Sandbox) -> None:
    names, counts = crm.names(), crm.counts()
    index = next(place for place in range(1, 4) if counts[place] != "0")
    crm.row(index).locator("[aria-label=Delete]").click()
    dialog = crm.frame.locator("#dialog dialog")
    expect(dialog).to_contain_text("Automation rules")
    dialog.locator("select").select_option(label=names[0])
    if dialog.locator("[name=forced]").count():
        dialog.locator("[name=forced]").check()
    dialog.locator(".button--danger").click()
    toast = crm.toast("Deleted")
    expect(crm.rows).to_have_count(len(names) - 1)
    assert crm.counts()[0] == str(int(counts[0]) + int(counts[index]))
    toast.locator("[data-undo]").click()
    crm.toast("Brought back")
    expect(crm.rows).to_have_count(len(names))
    expect(crm.row(index).locator(".crm-row__count")).to_have_text(counts[index])
    assert portal_names(installed) == names == crm.names()


def test_what_stays_says_why(crm: CrmScreen) -> None:
    crm.row(0).locator("[aria-label=Delete]").click(force=True)
    crm.toast("New items begin in this stage")
    crm.frame.locator("#crm-rows-success [aria-label=Delete]").click(force=True)
    crm.toast("needs its success stage")


# --- looking ---
def test_the_toolbar_of_the_portal_leads_here(
    page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints
) -> None:
    page.goto(f"{installed.url}/crm/?as=crm_admin&lang=en")
    page.click("button[data-slider*=CRM_FUNNELS_TOOLBAR]")
    handle = page.wait_for_selector("iframe.app-frame")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_selector("#crm-all")
    expect(frame.locator(f"[data-entity-id={DEALS}] .crm-dir__facts")).to_contain_text("items")


def test_a_search_keeps_the_focus_and_finds_stages(crm: CrmScreen, installed: Sandbox) -> None:
    name = crm.names()[0]
    crm.frame.click("[aria-label='All pipelines and lists']")
    crm.frame.locator("#crm-q").press_sequentially(name[:6], delay=10)
    expect(crm.frame.locator("mark").first).to_be_visible()
    assert crm.frame.evaluate("document.activeElement.id") == "crm-q"
    expect(crm.frame.locator("[data-entity-id=INDUSTRY]")).to_have_count(0)


def test_a_directory_is_shown_from_its_top(crm: CrmScreen) -> None:
    crm.frame.click("[aria-label='All pipelines and lists']")
    crm.frame.wait_for_selector("#crm-all")
    last = crm.frame.locator(".crm-dir__open").last
    last.scroll_into_view_if_needed()
    assert crm.frame.evaluate("document.querySelector('#main').scrollTop") > 0
    last.click()
    crm.frame.wait_for_selector("#crm")
    assert crm.frame.evaluate("document.querySelector('#main').scrollTop") == 0


def test_a_reader_looks_and_knows_why(
    page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints
) -> None:
    crm = CrmScreen.open(page, installed, "member", DEALS)
    expect(crm.frame.locator("[role=note]")).to_contain_text("Only administrators of the CRM")
    expect(crm.frame.locator(".crm-row__grip, .crm-row button, input.crm-row__name")).to_have_count(0)


def test_a_list_of_500_rows_stays_smooth(
    page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints
) -> None:
    """Moving a row sends back what changed, not 500 rows, and the frame keeps its height."""
    installed.people = installed.post("reset", seed="huge", installed=True)["people"]
    crm = CrmScreen.open(page, installed, str(installed.user("crm_admin")), "INDUSTRY")
    expect(crm.rows).to_have_count(500)
    names = crm.names()[:3]
    with page.expect_response("**/crm/INDUSTRY/order") as answer:
        crm.row(1).locator("[data-crm=up]").click()
    assert len(answer.value.body()) < 30_000
    crm.toast("Changed the order")
    assert crm.names()[:2] == [names[1], names[0]]
    assert crm.frame.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, installed: Sandbox, empty_app: Server, width: int
) -> None:
    context = new_context(browser, viewport={"width": width, "height": 800})
    crm = CrmScreen.open(context.new_page(), installed)
    found = {"overview": look(crm)}
    crm.go(DEALS)
    found["page"] = look(crm)
    crm.row(1).locator("[aria-label=Color]").click()
    crm.frame.fill("[data-pop] [name=color]", "#777777")
    expect(crm.frame.locator(".crm-offer")).to_be_visible()
    found["color"] = look(crm)
    crm.press("Escape")
    crm.row(1).locator("[aria-label^='Add after']").click()
    crm.frame.wait_for_selector("#crm-new-name")
    found["new"] = look(crm)
    crm.press("Escape")
    for button, name in (("Many colors", "colors"), ("Copy from another pipeline", "copy")):
        crm.frame.click(f"text={button}")
        crm.frame.wait_for_selector("#dialog dialog[open]")
        found[name] = look(crm)
        crm.press("Escape")
    crm.row(1).locator("[aria-label=Delete]").click()
    crm.frame.wait_for_selector("#dialog dialog[open]")
    found["delete"] = look(crm)
    context.close()
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def look(crm: CrmScreen) -> list[str]:
    return wrong(crm.frame)


def test_the_way_out_of_a_long_dialog_is_in_sight(crm: CrmScreen) -> None:
    crm.frame.click("[hx-get$='/colors']")
    dialog = crm.frame.locator("#dialog dialog")
    button = dialog.locator(".buttons .button--primary")
    button.wait_for()
    crm.settled()
    assert dialog.evaluate("one => one.scrollHeight > one.clientHeight")
    inside, box = dialog.bounding_box(), button.bounding_box()
    assert inside and box and box["y"] + box["height"] <= inside["y"] + inside["height"]
