"""The CRM of the ready-made portals, and that it survives a restart."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from sandbox import crm_access, persist, seed
from sandbox.crm import DEAL, INVOICE, entity_id_of
from sandbox.crm_directories import directories, items_at, rows_of, success_of
from sandbox.portal import Portal


@pytest.fixture(scope="module")
def company() -> Portal:
    return seed.build("company")


@pytest.mark.parametrize("name", ["company", "huge", "medium", "small"])
def test_the_rights_of_the_named_people(name: str) -> None:
    portal = seed.build(name)
    rights = {who: crm_access.right_of(portal, portal.users[number]) for who, number in portal.people.items()}
    assert rights == {
        "admin": "admin",
        "owner": "read",
        "moderator": "read",
        "member": "read",
        "outsider": "",
        "crm_admin": "admin",
        "no_crm": "",
    }
    assert not portal.users[portal.people["crm_admin"]].is_admin


def test_the_company_has_all_kinds_of_directories(company: Portal) -> None:
    kinds = Counter(directory.entity_type_id for directory in directories(company))
    assert kinds[DEAL] == 4
    assert kinds[INVOICE] == 2
    assert len([kind for kind in kinds if kind >= 128]) == 3
    assert all(rows_of(company, directory.entity_id) for directory in directories(company))


def test_there_are_1500_items_and_each_stands_in_a_stage(company: Portal) -> None:
    items = company.crm.items.values()
    assert len(items) == 1500
    codes = {(row.entity_id, row.status_id) for row in company.crm.statuses.values()}
    assert all((entity_id_of(i.entity_type_id, i.category_id), i.stage_id) in codes for i in items)


def test_some_stages_are_empty(company: Portal) -> None:
    stages = [row for row in company.crm.statuses.values() if row.entity_id.startswith("DEAL_STAGE")]
    empty = [row.status_id for row in stages if not any(True for _ in items_at(company, row))]
    assert {"FINAL_INVOICE", "C1:CONTRACT", "C2:LEGAL"} <= set(empty)
    assert len(empty) < len(stages) / 2


def test_every_pipeline_has_one_success_stage(company: Portal) -> None:
    for directory in directories(company):
        rows = rows_of(company, directory.entity_id)
        wanted = 1 if directory.entity_type_id else 0
        assert sum(row.semantics == "S" for row in rows) == wanted, directory.entity_id


def test_codes_are_unique_within_a_directory(company: Portal) -> None:
    keys = [(row.entity_id, row.status_id) for row in company.crm.statuses.values()]
    assert len(keys) == len(set(keys))


def test_a_stage_in_progress_stands_behind_a_success_stage(company: Portal) -> None:
    success = success_of(company, "DEAL_STAGE_3")
    assert success is not None
    behind = [row for row in rows_of(company, "DEAL_STAGE_3") if row.sort > success.sort]
    assert any(row.semantics is None for row in behind)


def test_sorts_are_not_all_different(company: Portal) -> None:
    sorts = Counter((row.entity_id, row.sort) for row in company.crm.statuses.values())
    assert sorts["DEAL_STAGE_2", 20] == 3
    assert sorts["INDUSTRY", 70] == 3


def test_colors_are_missing_pale_or_broken_here_and_there(company: Portal) -> None:
    stages = [row for row in company.crm.statuses.values() if row.entity_id.startswith("DEAL_STAGE")]
    colors = {row.color for row in stages}
    assert {None, "#", "#FFFDE7"} <= colors
    lists = [row.color for row in company.crm.statuses.values() if row.entity_id == "SOURCE"]
    assert set(lists) == {None}


def test_names_come_in_several_scripts(company: Portal) -> None:
    names = [row.name for row in company.crm.statuses.values()]
    scripts = {unicodedata.name(sign, "?").split()[0] for name in names for sign in name if sign.isalpha()}
    assert {"LATIN", "CYRILLIC", "CJK", "ARABIC", "KATAKANA"} <= scripts


def test_a_name_is_found_in_several_pipelines(company: Portal) -> None:
    found = {row.entity_id for row in company.crm.statuses.values() if "Negotiation" in row.name}
    assert len(found) == 2


def test_the_small_one_is_small() -> None:
    portal = seed.build("small")
    assert len(portal.crm.items) == 30
    filled = [d.entity_id for d in directories(portal) if rows_of(portal, d.entity_id)]
    assert filled == [
        "STATUS",
        "SOURCE",
        "CONTACT_TYPE",
        "DEAL_STAGE_1",
        "DEAL_STAGE",
        "HONORIFIC",
        "DYNAMIC_128_STAGE_1",
    ]


def test_the_huge_one_has_a_long_list_a_long_pipeline_and_many_pipelines() -> None:
    portal = seed.build("huge")
    sizes = {d.entity_id: len(rows_of(portal, d.entity_id)) for d in directories(portal)}
    assert sizes["INDUSTRY"] == 500
    assert 30 in sizes.values()
    assert sum(d.entity_type_id == DEAL for d in directories(portal)) == 25


def test_the_same_name_gives_the_same_crm() -> None:
    one, two = seed.build("company").crm, seed.build("company").crm
    assert (one.statuses, one.categories, one.rights) == (two.statuses, two.categories, two.rights)
    assert [item.stage_id for item in one.items.values()] == [item.stage_id for item in two.items.values()]


def test_the_crm_survives_a_restart(company: Portal) -> None:
    assert persist.load(persist.dump(company)).crm == company.crm


def test_a_snapshot_from_before_the_crm_still_loads() -> None:
    old = persist.dump(seed.build("small")).replace('"crm": {"statuses"', '"forgotten": {"statuses"')
    assert persist.load(old).crm.statuses == {}
