"""`tasks.task.list`: paging, order, select and the sharp edges of its filter (behaviour.md §5.7)."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from tests.contract.portal_fixture import PortalFixture

LIST = "tasks.task.list"
DAY = dt.timedelta(days=1)


@pytest.fixture
def portal() -> PortalFixture:
    made = PortalFixture()
    made.empty()
    return made


def ids(portal: PortalFixture, who: str = "member", **params: Any) -> list[int]:
    found = portal.ask(who, LIST, **({"select": ["ID"]} | params))
    return [int(task["id"]) for task in found["tasks"]]


def matching(portal: PortalFixture, **wanted: Any) -> list[int]:
    return sorted(ids(portal, filter=wanted))


# --- paging ---
def many(portal: PortalFixture, amount: int) -> list[int]:
    return [portal.task().id for _ in range(amount)]


def test_a_page_has_fifty_rows_and_tells_total_and_next(portal: PortalFixture) -> None:
    many(portal, 120)
    answer = portal.envelope("member", LIST)
    assert (len(answer["result"]["tasks"]), answer["total"], answer["next"]) == (50, 120, 50)


def test_the_last_page_has_no_next(portal: PortalFixture) -> None:
    many(portal, 120)
    answer = portal.envelope("member", LIST, start="100")
    assert (len(answer["result"]["tasks"]), "next" in answer) == (20, False)


def test_a_full_last_page_has_no_next(portal: PortalFixture) -> None:
    many(portal, 100)
    assert "next" not in portal.envelope("member", LIST, start=50)


def test_start_is_floored_to_a_page(portal: PortalFixture) -> None:
    many(portal, 120)
    assert ids(portal, start=60) == ids(portal, start=50)


def test_start_minus_one_leaves_out_total_and_next(portal: PortalFixture) -> None:
    many(portal, 60)
    answer = portal.envelope("member", LIST, start=-1)
    assert (len(answer["result"]["tasks"]), "total" in answer, "next" in answer) == (50, False, False)


def test_nothing_found_is_an_empty_list_with_total_0(portal: PortalFixture) -> None:
    answer = portal.envelope("member", LIST, filter={"ID": 98765})
    assert (answer["result"], answer["total"]) == ({"tasks": []}, 0)


def test_one_can_walk_by_id(portal: PortalFixture) -> None:
    made = many(portal, 70)
    first = ids(portal, start=-1, order={"ID": "ASC"})
    rest = ids(portal, start=-1, order={"ID": "ASC"}, filter={">ID": first[-1]})
    assert first + rest == made


# --- order ---
def test_the_default_order_is_id_descending(portal: PortalFixture) -> None:
    made = many(portal, 3)
    assert ids(portal) == made[::-1]


def test_order_keys_match_in_any_case(portal: PortalFixture) -> None:
    made = many(portal, 3)
    assert ids(portal, order={"id": "asc"}) == made


@pytest.mark.parametrize("key", ["STATUS", "STAGE_ID", "RESPONSIBLE_ID", "NONSENSE"])
def test_other_keys_are_an_error(portal: PortalFixture, key: str) -> None:
    refusal = portal.refused("member", LIST, order={key: "ASC"})
    assert (refusal.status, refusal.code, refusal.description) == (400, "0", "Incorrect sort field")


def test_equal_values_are_ordered_by_id_descending(portal: PortalFixture) -> None:
    low, high, other = portal.task(priority=0).id, portal.task(priority=2).id, portal.task(priority=0).id
    assert ids(portal, order={"PRIORITY": "ASC"}) == [other, low, high]


def test_missing_deadlines_come_last(portal: PortalFixture) -> None:
    now = portal.state.now()
    none, late, soon = (
        portal.task().id,
        portal.task(deadline=now + 2 * DAY).id,
        portal.task(deadline=now + DAY).id,
    )
    assert ids(portal, order={"DEADLINE": "ASC"}) == [soon, late, none]


def test_several_keys_apply_in_turn(portal: PortalFixture) -> None:
    b1, a2, a1 = (
        portal.task(title="b", priority=1).id,
        portal.task(title="a", priority=2).id,
        portal.task(title="a", priority=1).id,
    )
    assert ids(portal, order={"PRIORITY": "ASC", "TITLE": "ASC"}) == [a1, b1, a2]


def test_by_hand_placed_tasks_come_before_the_others(portal: PortalFixture) -> None:
    one, two, three = many(portal, 3)
    portal.state.sorting[("G", portal.main.id)] = {one: 1.0, three: 2.0}
    wanted = {"GROUP_ID": portal.main.id}
    assert ids(portal, filter=wanted, order={"SORTING": "ASC"}) == [one, three, two]


# --- select ---
def row(portal: PortalFixture, **params: Any) -> Any:
    return portal.ask("member", LIST, **params)["tasks"][0]


def test_a_select_brings_its_fields_and_the_group(portal: PortalFixture) -> None:
    portal.task(title="One")
    assert set(row(portal, select=["TITLE"])) == {"id", "title", "group"}


def test_persons_come_with_their_ids(portal: PortalFixture) -> None:
    portal.task()
    found = row(portal, select=["RESPONSIBLE_ID", "CREATED_BY"])
    assert (found["responsible"]["id"], found["creator"]["id"]) == (
        found["responsibleId"],
        found["createdBy"],
    )


def test_status_is_real_and_sub_status_is_meta(portal: PortalFixture) -> None:
    portal.task(deadline=portal.state.now() - DAY, status=3)
    found = row(portal, select=["STATUS"])
    assert (found["status"], found["subStatus"]) == ("3", "-1")


def test_no_valid_name_gives_all_standard_fields(portal: PortalFixture) -> None:
    portal.task()
    found = row(portal, select=["title"])
    assert {"title", "deadline", "stageId"} <= set(found)
    assert "ufCrmTask" not in found


def test_stage_id_must_be_selected(portal: PortalFixture) -> None:
    portal.task()
    assert "stageId" not in row(portal, select=["ID"])
    assert row(portal, select=["STAGE_ID"])["stageId"] == "0"


def test_a_select_that_holds_other_things_than_names_is_an_error(portal: PortalFixture) -> None:
    refusal = portal.refused("member", LIST, select=["ID", 5])
    assert (refusal.code, refusal.description) == ("0", "Invalid select data")


def test_a_filter_that_is_no_array_is_error_100(portal: PortalFixture) -> None:
    assert portal.refused("member", LIST, filter="GROUP_ID").code == "100"


# --- filter ---
def test_the_first_column_is_asked_for_with_zero_and_its_id(portal: PortalFixture) -> None:
    first = portal.stages()[0].id
    loose, own, _other = (
        portal.task(),
        portal.task(stage_id=first),
        portal.task(stage_id=portal.stages()[1].id),
    )
    assert matching(portal, GROUP_ID=portal.main.id, STAGE_ID=[0, first]) == [loose.id, own.id]
    assert matching(portal, GROUP_ID=portal.main.id, STAGE_ID=first) == [own.id]


@pytest.mark.parametrize("key", ["stage_id", "Stage_Id", "stageId", "STORYPOINTS", ">stage_id"])
def test_an_unknown_key_widens_the_answer(portal: PortalFixture, key: str) -> None:
    made = [portal.task(stage_id=portal.stages()[index].id).id for index in (1, 2)]
    assert matching(portal, **{key: portal.stages()[1].id}) == made


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("PRIORITY", 1, [1]),
        ("=PRIORITY", "1", [1]),
        ("!PRIORITY", 1, [0, 2]),
        ("!=PRIORITY", 1, [0, 2]),
        ("<PRIORITY", 1, [0]),
        ("<=PRIORITY", 1, [0, 1]),
        (">PRIORITY", 1, [2]),
        (">=PRIORITY", 1, [1, 2]),
        ("><PRIORITY", [1, 2], [1, 2]),
        ("PRIORITY", [0, 2], [0, 2]),
        ("@PRIORITY", ["0", "2"], [0, 2]),
        ("!PRIORITY", [0, 2], [1]),
        ("!=PRIORITY", [0, 2], [0, 2]),
    ],
)
def test_prefixes_of_number_fields(portal: PortalFixture, key: str, value: Any, expected: list[int]) -> None:
    """The last row is the portal's own mistake: `!=` with an array means IN."""
    made = {portal.task(priority=priority).id: priority for priority in (0, 1, 2)}
    assert [made[task_id] for task_id in matching(portal, **{key: value})] == expected


def test_an_empty_array_is_no_condition(portal: PortalFixture) -> None:
    made = many(portal, 2)
    assert matching(portal, STAGE_ID=[]) == made


def test_status_is_the_meta_status(portal: PortalFixture) -> None:
    mine = {"created_by": portal.id_of("member")}
    overdue = portal.task(deadline=portal.state.now() - DAY, **mine).id
    plain = portal.task(**mine).id
    soon = portal.task(deadline=portal.state.now() + DAY / 2, **mine).id
    unseen = portal.task().id
    found = [matching(portal, STATUS=status) for status in (2, -1, -2, -3)]
    assert found == [[plain], [overdue], [unseen], [soon]]
    assert matching(portal, REAL_STATUS=2) == [overdue, plain, soon, unseen]


def test_real_status_takes_arrays_and_negation(portal: PortalFixture) -> None:
    made = {status: portal.task(status=status).id for status in (2, 3, 5)}
    assert matching(portal, REAL_STATUS=["2", "3"]) == [made[2], made[3]]
    assert matching(portal, **{"!REAL_STATUS": 5}) == [made[2], made[3]]


def test_completed_tasks_and_subtasks_are_included(portal: PortalFixture) -> None:
    parent = portal.task(status=5)
    child = portal.task(parent_id=parent.id)
    assert matching(portal) == [parent.id, child.id]


def test_only_root_tasks_hides_children_of_visible_parents(portal: PortalFixture) -> None:
    parent = portal.task()
    portal.task(parent_id=parent.id)
    hidden = portal.task(group_id=0, responsible_id=portal.id_of("owner"))
    orphan = portal.task(parent_id=hidden.id)
    assert matching(portal, ONLY_ROOT_TASKS="Y") == [parent.id, orphan.id]


def test_people_fields(portal: PortalFixture) -> None:
    moderator = portal.id_of("moderator")
    helps, watches = portal.task(accomplices=[moderator]).id, portal.task(auditors=[moderator]).id
    portal.task()
    assert matching(portal, ACCOMPLICE=moderator) == [helps]
    assert matching(portal, AUDITOR=[moderator]) == [watches]
    assert matching(portal, MEMBER=moderator) == [helps, watches]


def test_stages_id_asks_the_relations(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=0, numeric=1)
    planned = portal.task()
    portal.task(stage_id=int(stages[1]["ID"]))
    portal.state.relations[(planned.id, "U", portal.id_of("member"))] = int(stages[1]["ID"])
    assert matching(portal, STAGES_ID=stages[1]["ID"]) == [planned.id]
    assert matching(portal, STAGES_ID=[stages[1]["ID"], 5000]) == [planned.id]


def test_a_deadline_is_compared_as_a_date(portal: PortalFixture) -> None:
    now = portal.state.now()
    late, soon = portal.task(deadline=now - DAY).id, portal.task(deadline=now + DAY).id
    never = portal.task().id
    assert matching(portal, **{"<DEADLINE": now.isoformat()}) == [late]
    assert matching(portal, **{">=DEADLINE": now.strftime("%d.%m.%Y %H:%M")}) == [soon]
    assert matching(portal, DEADLINE="") == [never]
    assert matching(portal, **{"!DEADLINE": ""}) == [late, soon]


def test_a_date_without_offset_is_meant_in_the_users_zone(portal: PortalFixture) -> None:
    portal.state.users[portal.id_of("member")].time_zone = "Asia/Tokyo"
    portal.task(deadline=dt.datetime(2026, 3, 1, 3, 0, tzinfo=dt.UTC))
    assert matching(portal, **{"<DEADLINE": "2026-03-01 11:59:00"}) == []
    assert len(matching(portal, **{"<DEADLINE": "2026-03-01 12:01:00"})) == 1


def test_an_unreadable_date_is_1970(portal: PortalFixture) -> None:
    task = portal.task(deadline=portal.state.now())
    assert matching(portal, **{">DEADLINE": "soonish"}) == [task.id]


def test_title_matches_as_substring_pattern_or_whole(portal: PortalFixture) -> None:
    one, two = portal.task(title="Größe prüfen").id, portal.task(title="100 % done").id
    assert matching(portal, **{"%TITLE": "größe"}) == [one]
    assert matching(portal, **{"!%TITLE": "größe"}) == [two]
    assert matching(portal, TITLE="gr%pr_fen") == [one]
    assert matching(portal, **{"=TITLE": "100 % done"}) == [two]


def test_search_index_wants_every_word(portal: PortalFixture) -> None:
    one = portal.task(title="Ёлка", description="заказать гирлянды", tags=["срочно"]).id
    portal.task(title="Ёлка")
    assert matching(portal, SEARCH_INDEX="ёлка срочно") == [one]


def test_tags_and_crm_links(portal: PortalFixture) -> None:
    one = portal.task(tags=["design", "urgent"], crm=["D_17"]).id
    two = portal.task(tags=["design"]).id
    assert matching(portal, TAG="urgent") == [one]
    assert matching(portal, TAG=["urgent", "design"]) == [one, two]
    assert matching(portal, UF_CRM_TASK="D_17") == [one]


def test_subfilters_and_or(portal: PortalFixture) -> None:
    urgent, mine = portal.task(priority=2).id, portal.task(title="x").id
    portal.task()
    either = {"::LOGIC": "OR", "PRIORITY": 2, "=TITLE": "x"}
    assert matching(portal, **either) == [urgent, mine]
    assert matching(portal, **{"::SUBFILTER-1": either, "PRIORITY": 2}) == [urgent]


def test_favorites_come_through_a_subfilter(portal: PortalFixture) -> None:
    one, _ = many(portal, 2)
    portal.state.favorites[portal.id_of("member")] = {one}
    assert matching(portal, **{"::SUBFILTER-PARAMS": {"FAVORITE": "Y"}}) == [one]


# --- rights ---
def test_only_readable_tasks_are_listed(portal: PortalFixture) -> None:
    hidden, mine = portal.task().id, portal.task(auditors=[portal.id_of("outsider")]).id
    assert ids(portal, "outsider") == [mine]
    assert sorted(ids(portal, "admin")) == [hidden, mine]


def test_deleted_tasks_are_gone_for_admins_too(portal: PortalFixture) -> None:
    portal.task(deleted=True)
    assert ids(portal, "admin") == []


# --- many in one request ---
def test_a_batch_of_columns_sees_a_move_made_in_it(portal: PortalFixture) -> None:
    process: dict[str, Any] = {}
    task, stage = portal.task(stage_id=portal.stages()[1].id), portal.stages()[2]
    wanted = {"GROUP_ID": portal.main.id, "STAGE_ID": [stage.id]}
    for _ in range(2):
        assert portal.ask("member", LIST, process, filter=wanted)["tasks"] == []
    portal.ask("member", "task.stages.movetask", process, id=task.id, stageId=stage.id)
    assert len(portal.ask("member", LIST, process, filter=wanted)["tasks"]) == 1


def test_indexed_and_plain_answers_are_the_same() -> None:
    portal, process = PortalFixture("company"), dict[str, Any]()
    for stage in portal.stages():
        wanted = {"GROUP_ID": portal.main.id, "STAGE_ID": [stage.id, 0]}
        params = {"filter": wanted, "order": {"SORTING": "ASC"}}
        assert portal.ask("member", LIST, process, **params) == portal.ask("member", LIST, {}, **params)


def test_a_page_of_a_huge_board_stays_quick() -> None:
    """Twenty columns' first pages of 10,000 tasks; the bound leaves room for a busy machine."""
    portal, process = PortalFixture("huge"), dict[str, Any]()
    stages = portal.stages()
    began = time.process_time()
    for number in range(20):
        wanted = {"GROUP_ID": str(portal.main.id), "STAGE_ID": [str(stages[number % len(stages)].id)]}
        portal.ask("member", LIST, process, filter=wanted, order={"SORTING": "ASC"}, select=["ID", "TITLE"])
    assert time.process_time() - began < 1.0
