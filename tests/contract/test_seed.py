"""The ready-made portals, their CRM included: what they promise to those who show or test with them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter

import pytest

from sandbox import seed
from sandbox.state import access, store
from sandbox.state.crm import DEAL, INVOICE, entity_id_of
from sandbox.state.crm_directories import directories, items_at, rows_of, success_of
from sandbox.state.portal import COMPLETED, Portal

DATES = ("created", "changed", "deadline", "started", "closed", "start_plan", "end_plan", "status_changed")


@pytest.fixture(scope="module")
def company() -> Portal:
    return seed.build("company")


@pytest.mark.parametrize("name", ["company", "huge", "medium", "small"])
def test_the_five_people_have_their_roles_in_the_main_project(name: str) -> None:
    portal = seed.build(name)
    five = dict(list(portal.people.items())[:5])
    assert five == {"admin": 1, "owner": 2, "moderator": 3, "member": 4, "outsider": 5}
    roles = [portal.role(portal.main_group_id, user_id) for user_id in five.values()]
    assert roles == [None, "A", "E", "K", None]
    assert [user.id for user in portal.users.values() if user.is_admin] == [1]


@pytest.mark.parametrize("name", ["company", "huge", "medium", "small"])
def test_everybody_has_a_webhook_with_a_code_of_their_own(name: str) -> None:
    portal = seed.build(name)
    assert [hook.user_id for hook in portal.webhooks] == list(portal.people.values())
    assert len({hook.code for hook in portal.webhooks}) == len(portal.webhooks) == 7
    assert {"task", "sonet_group", "user", "placement"} <= set(portal.webhooks[0].scopes)


def test_the_same_name_gives_the_same_portal() -> None:
    one, two = seed.build("company"), seed.build("company")
    assert one.users == two.users
    assert one.stages == two.stages
    assert one.webhooks == two.webhooks
    titles = [
        [(task.title, task.stage_id, task.responsible_id) for task in p.tasks.values()] for p in (one, two)
    ]
    assert titles[0] == titles[1]


def test_another_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="no seed called"):
        seed.build("enormous")


def test_the_company_has_its_size(company: Portal) -> None:
    """900 tasks, and 617 more that were made for the backlogs and sprints of the scrum teams."""
    assert (len(company.users), len(company.groups), len(company.tasks)) == (42, 24, 900 + 617)


def test_the_small_one_is_small() -> None:
    portal = seed.build("small")
    assert (len(portal.users), len(portal.groups), len(portal.tasks)) == (7, 5, 56)


def test_the_huge_one_has_ten_thousand_tasks_in_one_project() -> None:
    portal = seed.build("huge")
    assert sum(task.group_id == portal.main_group_id for task in portal.tasks.values()) == 10_000
    assert len([s for s in portal.stages.values() if s.entity_id == portal.main_group_id]) == 12


def test_the_medium_one_shows_each_of_its_five_hundred_tasks() -> None:
    """Open ones in the columns of the huge one, nowhere more than a page of fifty."""
    portal, huge = seed.build("medium"), seed.build("huge")
    tasks = [task for task in portal.tasks.values() if task.group_id == portal.main_group_id]
    assert (len(tasks), COMPLETED in {task.status for task in tasks}) == (500, False)
    columns = Counter(portal.stages[task.stage_id].title for task in tasks)
    assert set(columns.values()) == {41, 42}
    boards = ([s.title for s in p.stages.values() if s.entity_id == p.main_group_id] for p in (portal, huge))
    assert set(columns) == set(next(boards)) == set(next(boards))
    assert portal.users == huge.users


def test_there_are_groups_of_every_kind(company: Portal) -> None:
    groups = list(company.groups.values())
    assert sum(group.is_scrum for group in groups) == 4
    assert sum(group.closed for group in groups) == 1
    assert sum(not group.visible for group in groups) == 3
    assert any(group.opened for group in groups)


def test_every_group_has_an_owner_among_its_members(company: Portal) -> None:
    assert all(group.members[group.owner_id] == "A" for group in company.groups.values())


def test_the_admin_is_in_few_groups(company: Portal) -> None:
    assert sum(1 in group.members for group in company.groups.values()) == 2


def test_each_of_the_five_sees_something_and_not_everything(company: Portal) -> None:
    seen = [
        len(access.visible_groups(company, company.users[user_id])) for user_id in company.people.values()
    ]
    assert all(10 < number < 24 for number in seen)


def test_boards_are_default_custom_long_or_unopened(company: Portal) -> None:
    sizes = {
        sum(s.entity_type == "G" and s.entity_id == group.id for s in company.stages.values())
        for group in company.groups.values()
        if not group.is_scrum
    }
    assert {0, 3, 7, 20} <= sizes


def test_every_board_has_new_first_and_only_there(company: Portal) -> None:
    for group in company.groups.values():
        board = [s for s in company.stages.values() if s.entity_type == "G" and s.entity_id == group.id]
        board.sort(key=lambda stage: stage.sort)
        assert [stage.system_type == "NEW" for stage in board] == [True, *[False] * (len(board) - 1)][
            : len(board)
        ]


def test_tasks_stand_on_the_board_of_their_group(company: Portal) -> None:
    for task in company.tasks.values():
        if task.stage_id:
            stage = company.stages[task.stage_id]
            sprint = company.scrum.sprint(stage.entity_id) if stage.entity_type == "A" else None
            assert task.group_id == (sprint.group_id if sprint else stage.entity_id)


def test_tasks_come_in_all_conditions(company: Portal) -> None:
    tasks, now = list(company.tasks.values()), company.now()
    assert {task.status for task in tasks} == {2, 3, 4, 5, 6}
    assert {task.priority for task in tasks} == {0, 1, 2}
    assert any(task.deadline and task.deadline < now and task.status == 2 for task in tasks)
    assert any(task.deadline and task.deadline > now for task in tasks)
    assert any(task.group_id and not task.stage_id for task in tasks)
    for value in ("tags", "crm", "parent_id", "auditors", "accomplices", "description"):
        assert any(getattr(task, value) for task in tasks), value


def test_titles_are_awkward_enough(company: Portal) -> None:
    titles = [task.title for task in company.tasks.values()]
    assert max(len(title) for title in titles) == 250
    assert "<script>alert(1)</script>" in titles
    scripts = {unicodedata.name(sign, "?").split()[0] for title in titles for sign in title if sign.isalpha()}
    assert {"LATIN", "CYRILLIC", "CJK", "HIRAGANA", "ARABIC", "GREEK", "HEBREW", "HANGUL"} <= scripts


def test_plans_hold_their_owners_tasks(company: Portal) -> None:
    owners = {key[2] for key in company.relations}
    assert {1, 2, 4} <= owners
    for (task_id, kind, owner), stage_id in company.relations.items():
        assert company.stages[stage_id].entity_id == owner
        assert kind == "U"
        assert owner in (company.tasks[task_id].responsible_id, *company.tasks[task_id].accomplices)


def test_all_dates_know_their_zone_and_are_near(company: Portal) -> None:
    now = company.now()
    for task in company.tasks.values():
        for name in DATES:
            moment = getattr(task, name)
            assert moment is None or abs(moment - now) < dt.timedelta(days=400)


# --- the CRM of the ready-made portals ---
@pytest.mark.parametrize("name", ["company", "huge", "medium", "small"])
def test_the_rights_of_the_named_people(name: str) -> None:
    portal = seed.build(name)
    rights = {who: access.crm_right(portal, portal.users[number]) for who, number in portal.people.items()}
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


def test_the_crm_of_the_small_one_is_small() -> None:
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
    assert store.load(store.dump(company)).crm == company.crm


def test_a_snapshot_from_before_the_crm_still_loads() -> None:
    old = store.dump(seed.build("small")).replace('"crm": {"statuses"', '"forgotten": {"statuses"')
    assert store.load(old).crm.statuses == {}
