"""`tasks.task.list`: paging, order, select and the sharp edges of its filter (behaviour.md §5.7)."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from tests.contract.desk import Desk

LIST = "tasks.task.list"
DAY = dt.timedelta(days=1)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.empty()
    return made


def ids(desk: Desk, who: str = "member", **params: Any) -> list[int]:
    found = desk.ask(who, LIST, **({"select": ["ID"]} | params))
    return [int(task["id"]) for task in found["tasks"]]


def matching(desk: Desk, **wanted: Any) -> list[int]:
    return sorted(ids(desk, filter=wanted))


# --- paging ---
def many(desk: Desk, amount: int) -> list[int]:
    return [desk.task().id for _ in range(amount)]


def test_a_page_has_fifty_rows_and_tells_total_and_next(desk: Desk) -> None:
    many(desk, 120)
    answer = desk.envelope("member", LIST)
    assert (len(answer["result"]["tasks"]), answer["total"], answer["next"]) == (50, 120, 50)


def test_the_last_page_has_no_next(desk: Desk) -> None:
    many(desk, 120)
    answer = desk.envelope("member", LIST, start="100")
    assert (len(answer["result"]["tasks"]), "next" in answer) == (20, False)


def test_a_full_last_page_has_no_next(desk: Desk) -> None:
    many(desk, 100)
    assert "next" not in desk.envelope("member", LIST, start=50)


def test_start_is_floored_to_a_page(desk: Desk) -> None:
    many(desk, 120)
    assert ids(desk, start=60) == ids(desk, start=50)


def test_start_minus_one_leaves_out_total_and_next(desk: Desk) -> None:
    many(desk, 60)
    answer = desk.envelope("member", LIST, start=-1)
    assert (len(answer["result"]["tasks"]), "total" in answer, "next" in answer) == (50, False, False)


def test_nothing_found_is_an_empty_list_with_total_0(desk: Desk) -> None:
    answer = desk.envelope("member", LIST, filter={"ID": 98765})
    assert (answer["result"], answer["total"]) == ({"tasks": []}, 0)


def test_one_can_walk_by_id(desk: Desk) -> None:
    made = many(desk, 70)
    first = ids(desk, start=-1, order={"ID": "ASC"})
    rest = ids(desk, start=-1, order={"ID": "ASC"}, filter={">ID": first[-1]})
    assert first + rest == made


# --- order ---
def test_the_default_order_is_id_descending(desk: Desk) -> None:
    made = many(desk, 3)
    assert ids(desk) == made[::-1]


def test_order_keys_match_in_any_case(desk: Desk) -> None:
    made = many(desk, 3)
    assert ids(desk, order={"id": "asc"}) == made


@pytest.mark.parametrize("key", ["STATUS", "STAGE_ID", "RESPONSIBLE_ID", "NONSENSE"])
def test_other_keys_are_an_error(desk: Desk, key: str) -> None:
    refusal = desk.refused("member", LIST, order={key: "ASC"})
    assert (refusal.status, refusal.code, refusal.description) == (400, "0", "Incorrect sort field")


def test_equal_values_are_ordered_by_id_descending(desk: Desk) -> None:
    low, high, other = desk.task(priority=0).id, desk.task(priority=2).id, desk.task(priority=0).id
    assert ids(desk, order={"PRIORITY": "ASC"}) == [other, low, high]


def test_missing_deadlines_come_last(desk: Desk) -> None:
    now = desk.portal.now()
    none, late, soon = desk.task().id, desk.task(deadline=now + 2 * DAY).id, desk.task(deadline=now + DAY).id
    assert ids(desk, order={"DEADLINE": "ASC"}) == [soon, late, none]


def test_several_keys_apply_in_turn(desk: Desk) -> None:
    b1, a2, a1 = (
        desk.task(title="b", priority=1).id,
        desk.task(title="a", priority=2).id,
        desk.task(title="a", priority=1).id,
    )
    assert ids(desk, order={"PRIORITY": "ASC", "TITLE": "ASC"}) == [a1, b1, a2]


def test_by_hand_placed_tasks_come_before_the_others(desk: Desk) -> None:
    one, two, three = many(desk, 3)
    desk.portal.sorting[("G", desk.main.id)] = {one: 1.0, three: 2.0}
    wanted = {"GROUP_ID": desk.main.id}
    assert ids(desk, filter=wanted, order={"SORTING": "ASC"}) == [one, three, two]


# --- select ---
def row(desk: Desk, **params: Any) -> Any:
    return desk.ask("member", LIST, **params)["tasks"][0]


def test_a_select_brings_its_fields_and_the_group(desk: Desk) -> None:
    desk.task(title="One")
    assert set(row(desk, select=["TITLE"])) == {"id", "title", "group"}


def test_persons_come_with_their_ids(desk: Desk) -> None:
    desk.task()
    found = row(desk, select=["RESPONSIBLE_ID", "CREATED_BY"])
    assert (found["responsible"]["id"], found["creator"]["id"]) == (
        found["responsibleId"],
        found["createdBy"],
    )


def test_status_is_real_and_sub_status_is_meta(desk: Desk) -> None:
    desk.task(deadline=desk.portal.now() - DAY, status=3)
    found = row(desk, select=["STATUS"])
    assert (found["status"], found["subStatus"]) == ("3", "-1")


def test_no_valid_name_gives_all_standard_fields(desk: Desk) -> None:
    desk.task()
    found = row(desk, select=["title"])
    assert {"title", "deadline", "stageId"} <= set(found)
    assert "ufCrmTask" not in found


def test_stage_id_must_be_selected(desk: Desk) -> None:
    desk.task()
    assert "stageId" not in row(desk, select=["ID"])
    assert row(desk, select=["STAGE_ID"])["stageId"] == "0"


def test_a_select_that_holds_other_things_than_names_is_an_error(desk: Desk) -> None:
    refusal = desk.refused("member", LIST, select=["ID", 5])
    assert (refusal.code, refusal.description) == ("0", "Invalid select data")


def test_a_filter_that_is_no_array_is_error_100(desk: Desk) -> None:
    assert desk.refused("member", LIST, filter="GROUP_ID").code == "100"


# --- filter ---
def test_the_first_column_is_asked_for_with_zero_and_its_id(desk: Desk) -> None:
    first = desk.stages()[0].id
    loose, own, _other = desk.task(), desk.task(stage_id=first), desk.task(stage_id=desk.stages()[1].id)
    assert matching(desk, GROUP_ID=desk.main.id, STAGE_ID=[0, first]) == [loose.id, own.id]
    assert matching(desk, GROUP_ID=desk.main.id, STAGE_ID=first) == [own.id]


@pytest.mark.parametrize("key", ["stage_id", "Stage_Id", "stageId", "STORYPOINTS", ">stage_id"])
def test_an_unknown_key_widens_the_answer(desk: Desk, key: str) -> None:
    made = [desk.task(stage_id=desk.stages()[index].id).id for index in (1, 2)]
    assert matching(desk, **{key: desk.stages()[1].id}) == made


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
def test_prefixes_of_number_fields(desk: Desk, key: str, value: Any, expected: list[int]) -> None:
    """The last row is the portal's own mistake: `!=` with an array means IN."""
    made = {desk.task(priority=priority).id: priority for priority in (0, 1, 2)}
    assert [made[task_id] for task_id in matching(desk, **{key: value})] == expected


def test_an_empty_array_is_no_condition(desk: Desk) -> None:
    made = many(desk, 2)
    assert matching(desk, STAGE_ID=[]) == made


def test_status_is_the_meta_status(desk: Desk) -> None:
    mine = {"created_by": desk.id_of("member")}
    overdue = desk.task(deadline=desk.portal.now() - DAY, **mine).id
    plain = desk.task(**mine).id
    soon = desk.task(deadline=desk.portal.now() + DAY / 2, **mine).id
    unseen = desk.task().id
    found = [matching(desk, STATUS=status) for status in (2, -1, -2, -3)]
    assert found == [[plain], [overdue], [unseen], [soon]]
    assert matching(desk, REAL_STATUS=2) == [overdue, plain, soon, unseen]


def test_real_status_takes_arrays_and_negation(desk: Desk) -> None:
    made = {status: desk.task(status=status).id for status in (2, 3, 5)}
    assert matching(desk, REAL_STATUS=["2", "3"]) == [made[2], made[3]]
    assert matching(desk, **{"!REAL_STATUS": 5}) == [made[2], made[3]]


def test_completed_tasks_and_subtasks_are_included(desk: Desk) -> None:
    parent = desk.task(status=5)
    child = desk.task(parent_id=parent.id)
    assert matching(desk) == [parent.id, child.id]


def test_only_root_tasks_hides_children_of_visible_parents(desk: Desk) -> None:
    parent = desk.task()
    desk.task(parent_id=parent.id)
    hidden = desk.task(group_id=0, responsible_id=desk.id_of("owner"))
    orphan = desk.task(parent_id=hidden.id)
    assert matching(desk, ONLY_ROOT_TASKS="Y") == [parent.id, orphan.id]


def test_people_fields(desk: Desk) -> None:
    moderator = desk.id_of("moderator")
    helps, watches = desk.task(accomplices=[moderator]).id, desk.task(auditors=[moderator]).id
    desk.task()
    assert matching(desk, ACCOMPLICE=moderator) == [helps]
    assert matching(desk, AUDITOR=[moderator]) == [watches]
    assert matching(desk, MEMBER=moderator) == [helps, watches]


def test_stages_id_asks_the_relations(desk: Desk) -> None:
    stages = desk.ask("member", "task.stages.get", entityId=0, numeric=1)
    planned = desk.task()
    desk.task(stage_id=int(stages[1]["ID"]))
    desk.portal.relations[(planned.id, "U", desk.id_of("member"))] = int(stages[1]["ID"])
    assert matching(desk, STAGES_ID=stages[1]["ID"]) == [planned.id]
    assert matching(desk, STAGES_ID=[stages[1]["ID"], 5000]) == [planned.id]


def test_a_deadline_is_compared_as_a_date(desk: Desk) -> None:
    now = desk.portal.now()
    late, soon = desk.task(deadline=now - DAY).id, desk.task(deadline=now + DAY).id
    never = desk.task().id
    assert matching(desk, **{"<DEADLINE": now.isoformat()}) == [late]
    assert matching(desk, **{">=DEADLINE": now.strftime("%d.%m.%Y %H:%M")}) == [soon]
    assert matching(desk, DEADLINE="") == [never]
    assert matching(desk, **{"!DEADLINE": ""}) == [late, soon]


def test_a_date_without_offset_is_meant_in_the_users_zone(desk: Desk) -> None:
    desk.portal.users[desk.id_of("member")].time_zone = "Asia/Tokyo"
    desk.task(deadline=dt.datetime(2026, 3, 1, 3, 0, tzinfo=dt.UTC))
    assert matching(desk, **{"<DEADLINE": "2026-03-01 11:59:00"}) == []
    assert len(matching(desk, **{"<DEADLINE": "2026-03-01 12:01:00"})) == 1


def test_an_unreadable_date_is_1970(desk: Desk) -> None:
    task = desk.task(deadline=desk.portal.now())
    assert matching(desk, **{">DEADLINE": "soonish"}) == [task.id]


def test_title_matches_as_substring_pattern_or_whole(desk: Desk) -> None:
    one, two = desk.task(title="Größe prüfen").id, desk.task(title="100 % done").id
    assert matching(desk, **{"%TITLE": "größe"}) == [one]
    assert matching(desk, **{"!%TITLE": "größe"}) == [two]
    assert matching(desk, TITLE="gr%pr_fen") == [one]
    assert matching(desk, **{"=TITLE": "100 % done"}) == [two]


def test_search_index_wants_every_word(desk: Desk) -> None:
    one = desk.task(title="Ёлка", description="заказать гирлянды", tags=["срочно"]).id
    desk.task(title="Ёлка")
    assert matching(desk, SEARCH_INDEX="ёлка срочно") == [one]


def test_tags_and_crm_links(desk: Desk) -> None:
    one = desk.task(tags=["design", "urgent"], crm=["D_17"]).id
    two = desk.task(tags=["design"]).id
    assert matching(desk, TAG="urgent") == [one]
    assert matching(desk, TAG=["urgent", "design"]) == [one, two]
    assert matching(desk, UF_CRM_TASK="D_17") == [one]


def test_subfilters_and_or(desk: Desk) -> None:
    urgent, mine = desk.task(priority=2).id, desk.task(title="x").id
    desk.task()
    either = {"::LOGIC": "OR", "PRIORITY": 2, "=TITLE": "x"}
    assert matching(desk, **either) == [urgent, mine]
    assert matching(desk, **{"::SUBFILTER-1": either, "PRIORITY": 2}) == [urgent]


def test_favorites_come_through_a_subfilter(desk: Desk) -> None:
    one, _ = many(desk, 2)
    desk.portal.favorites[desk.id_of("member")] = {one}
    assert matching(desk, **{"::SUBFILTER-PARAMS": {"FAVORITE": "Y"}}) == [one]


# --- rights ---
def test_only_readable_tasks_are_listed(desk: Desk) -> None:
    hidden, mine = desk.task().id, desk.task(auditors=[desk.id_of("outsider")]).id
    assert ids(desk, "outsider") == [mine]
    assert sorted(ids(desk, "admin")) == [hidden, mine]


def test_deleted_tasks_are_gone_for_admins_too(desk: Desk) -> None:
    desk.task(deleted=True)
    assert ids(desk, "admin") == []


# --- many in one request ---
def test_a_batch_of_columns_sees_a_move_made_in_it(desk: Desk) -> None:
    process: dict[str, Any] = {}
    task, stage = desk.task(stage_id=desk.stages()[1].id), desk.stages()[2]
    wanted = {"GROUP_ID": desk.main.id, "STAGE_ID": [stage.id]}
    for _ in range(2):
        assert desk.ask("member", LIST, process, filter=wanted)["tasks"] == []
    desk.ask("member", "task.stages.movetask", process, id=task.id, stageId=stage.id)
    assert len(desk.ask("member", LIST, process, filter=wanted)["tasks"]) == 1


def test_indexed_and_plain_answers_are_the_same() -> None:
    desk, process = Desk("company"), dict[str, Any]()
    for stage in desk.stages():
        wanted = {"GROUP_ID": desk.main.id, "STAGE_ID": [stage.id, 0]}
        params = {"filter": wanted, "order": {"SORTING": "ASC"}}
        assert desk.ask("member", LIST, process, **params) == desk.ask("member", LIST, {}, **params)


def test_a_page_of_a_huge_board_stays_quick() -> None:
    """Twenty columns' first pages of 10,000 tasks; the bound leaves room for a busy machine."""
    desk, process = Desk("huge"), dict[str, Any]()
    stages = desk.stages()
    began = time.process_time()
    for number in range(20):
        wanted = {"GROUP_ID": str(desk.main.id), "STAGE_ID": [str(stages[number % len(stages)].id)]}
        desk.ask("member", LIST, process, filter=wanted, order={"SORTING": "ASC"}, select=["ID", "TITLE"])
    assert time.process_time() - began < 1.0
