"""`task.stages.*` reading, adding, changing and deleting columns: one rule of behaviour.md §3 per test."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.portal_fixture import PortalFixture


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


def group_id(portal: PortalFixture, name: str) -> int:
    return next(group.id for group in portal.state.groups.values() if group.name == name)


# --- common (§3.1) ---
@pytest.mark.parametrize("spelling", ["entityId", "ENTITYID", "entityid", "EntityId"])
def test_argument_names_match_in_any_case(portal: PortalFixture, spelling: str) -> None:
    assert portal.ask("member", "task.stages.get", **{spelling: portal.main.id})


def test_a_missing_argument_is_named_in_lower_case(portal: PortalFixture) -> None:
    refusal = portal.refused("member", "task.stages.get")
    assert (refusal.status, refusal.code) == (400, "DISPATCHER_ERROR")
    text = 'Argument "entityid" is required, but no value passed for task.stages.get'
    assert refusal.description == text


def test_a_null_argument_is_a_missing_one(portal: PortalFixture) -> None:
    assert portal.refused("member", "task.stages.get", entityId=None).code == "DISPATCHER_ERROR"


def test_field_keys_are_upper_case_only(portal: PortalFixture) -> None:
    refusal = portal.refused("owner", "task.stages.add", fields={"title": "x", "ENTITY_ID": portal.main.id})
    assert refusal.code == "EMPTY_TITLE"


@pytest.mark.parametrize("fields", ["text", "7", 7])
def test_fields_of_a_wrong_type_are_a_server_error(portal: PortalFixture, fields: Any) -> None:
    answer = portal.client().post(portal.path("owner", "task.stages.add"), json={"fields": fields})
    assert answer.status_code == 500


def test_is_admin_is_ignored_for_others(portal: PortalFixture) -> None:
    refusal = portal.refused(
        "member", "task.stages.update", id=portal.stages()[1].id, fields={}, isAdmin=True
    )
    assert refusal.code == "ACCESS_DENIED"


# --- get (§3.2) ---
def test_stages_are_an_object_by_id_with_strings(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=portal.main.id)
    first = portal.stages()[0]
    assert stages[str(first.id)] == {
        "ID": str(first.id),
        "TITLE": "New",
        "SORT": "100",
        "COLOR": "00C4FB",
        "SYSTEM_TYPE": "NEW",
        "ENTITY_ID": str(portal.main.id),
        "ENTITY_TYPE": "G",
        "ADDITIONAL_FILTER": [],
        "TO_UPDATE": [],
        "TO_UPDATE_ACCESS": None,
        "CAN_SORT_ITEMS": True,
    }


def test_stages_come_in_sort_order(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=portal.main.id)
    assert [stage["SORT"] for stage in stages.values()] == ["100", "200", "300", "400"]


def test_numeric_gives_a_plain_list(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=str(portal.main.id), numeric="1")
    assert [stage["TITLE"] for stage in stages] == portal.titles()


def test_can_sort_items_only_on_rows_with_a_system_type(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=portal.main.id, numeric=1)
    assert ["CAN_SORT_ITEMS" in stage for stage in stages] == [True, False, False, False]


def test_an_outsider_may_not_see_stages(portal: PortalFixture) -> None:
    refusal = portal.refused("outsider", "task.stages.get", entityId=portal.main.id)
    assert (refusal.status, refusal.code) == (400, "ACCESS_DENIED")
    assert refusal.description == "You cannot view tasks in this group"


def test_a_portal_admin_may_see_stages_of_any_group(portal: PortalFixture) -> None:
    assert portal.ask("admin", "task.stages.get", entityId=portal.main.id)


def test_reading_an_unopened_board_creates_its_columns(portal: PortalFixture) -> None:
    group = group_id(portal, "Unopened")
    stages = portal.ask("member", "task.stages.get", entityId=group, numeric=1)
    shown = [(s["TITLE"], s["COLOR"], s["SORT"], s["SYSTEM_TYPE"]) for s in stages]
    assert shown == [
        ("New", "00C4FB", "100", "NEW"),
        ("In progress", "47D1E2", "200", None),
        ("Finished", "75D900", "300", None),
    ]
    assert len(portal.stages(portal.state.groups[group])) == 3


def test_a_second_read_creates_nothing(portal: PortalFixture) -> None:
    group = group_id(portal, "Unopened")
    first = portal.ask("member", "task.stages.get", entityId=group)
    assert portal.ask("member", "task.stages.get", entityId=group) == first


def test_the_template_board_is_created_lazily_as_well(portal: PortalFixture) -> None:
    for stage in [stage for stage in portal.state.stages.values() if stage.entity_id == 0]:
        del portal.state.stages[stage.id]
    portal.ask("member", "task.stages.get", entityId=group_id(portal, "Unopened"))
    template = [stage for stage in portal.state.stages.values() if stage.entity_id == 0]
    assert [stage.system_type for stage in template] == ["NEW", "WORK", "FINISH"]


def test_a_changed_template_is_what_new_boards_get(portal: PortalFixture) -> None:
    template = [stage for stage in portal.state.stages.values() if stage.entity_id == 0]
    template[1].title, template[1].color = "Doing", "ABCDEF"
    stages = portal.ask("member", "task.stages.get", entityId=group_id(portal, "Unopened"), numeric=1)
    assert (stages[1]["TITLE"], stages[1]["COLOR"]) == ("Doing", "ABCDEF")


@pytest.mark.parametrize("entity", [0, -3, "0", ""])
def test_entity_zero_or_less_is_the_callers_plan(portal: PortalFixture, entity: Any) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=entity, numeric=1)
    assert {(s["ENTITY_TYPE"], s["ENTITY_ID"]) for s in stages} == {("U", str(portal.id_of("member")))}


def test_a_new_plan_has_four_columns(portal: PortalFixture) -> None:
    stages = portal.ask("owner", "task.stages.get", entityId=0, numeric=1)
    assert [(s["TITLE"], s["COLOR"], s["SYSTEM_TYPE"]) for s in stages] == [
        ("Not planned", "00C4FB", "NEW"),
        ("Work in progress", "9DCF00", None),
        ("To be done this week", "47D1E2", None),
        ("Review", "FFA801", None),
    ]


def test_an_empty_color_is_shown_as_the_default_one(portal: PortalFixture) -> None:
    portal.stages()[1].color = None
    stages = portal.ask("member", "task.stages.get", entityId=portal.main.id, numeric=1)
    assert stages[1]["COLOR"] == "47D1E2"


def test_without_is_admin_an_unknown_group_is_denied(portal: PortalFixture) -> None:
    assert portal.refused("member", "task.stages.get", entityId=999).code == "ACCESS_DENIED"


def test_is_admin_creates_columns_for_a_group_that_does_not_exist(portal: PortalFixture) -> None:
    assert len(portal.ask("admin", "task.stages.get", entityId=999, isAdmin="1")) == 3


# --- add (§3.3) ---
def add(portal: PortalFixture, who: str = "owner", **fields: Any) -> int:
    given = {"TITLE": "Extra", "ENTITY_ID": portal.main.id} | fields
    return int(portal.ask(who, "task.stages.add", fields=given))


def test_add_answers_the_new_id_as_a_number(portal: PortalFixture) -> None:
    answer = portal.ask("owner", "task.stages.add", fields={"TITLE": "Extra", "ENTITY_ID": portal.main.id})
    assert type(answer) is int


def test_add_without_after_id_becomes_the_first(portal: PortalFixture) -> None:
    add(portal)
    assert portal.titles() == ["Extra", "New", "In progress", "Review", "Done"]


def test_add_after_zero_becomes_the_first(portal: PortalFixture) -> None:
    add(portal, AFTER_ID="0")
    assert portal.titles()[0] == "Extra"


def test_add_after_a_column_comes_right_after_it(portal: PortalFixture) -> None:
    add(portal, AFTER_ID=portal.stages()[1].id)
    assert portal.titles() == ["New", "In progress", "Extra", "Review", "Done"]


def test_add_after_an_unknown_id_becomes_the_last(portal: PortalFixture) -> None:
    add(portal, AFTER_ID=98765)
    assert portal.titles()[-1] == "Extra"


def test_add_after_a_column_of_another_board_becomes_the_last(portal: PortalFixture) -> None:
    other = next(s for s in portal.state.stages.values() if s.entity_type == "U")
    add(portal, AFTER_ID=other.id)
    assert portal.titles()[-1] == "Extra"


def test_add_renumbers_the_board(portal: PortalFixture) -> None:
    add(portal, AFTER_ID=portal.stages()[1].id)
    assert [stage.sort for stage in portal.stages()] == [100, 200, 300, 400, 500]


def test_new_wanders_to_a_column_added_at_the_front(portal: PortalFixture) -> None:
    add(portal)
    assert [stage.system_type for stage in portal.stages()] == ["NEW", "", "", "", ""]


def test_adding_wipes_other_system_types(portal: PortalFixture) -> None:
    portal.stages()[3].system_type = "FINISH"
    add(portal, AFTER_ID=98765)
    assert portal.stages()[3].system_type == ""


def test_adding_at_the_front_does_not_pin_tasks_without_a_stage(portal: PortalFixture) -> None:
    task = portal.task(stage_id=0)
    add(portal)
    assert task.stage_id == 0


def test_the_title_is_stored_untrimmed(portal: PortalFixture) -> None:
    stage_id = add(portal, TITLE="  wide  ")
    assert portal.state.stages[stage_id].title == "  wide  "


@pytest.mark.parametrize("title", ["", "   ", None])
def test_a_blank_title_is_refused(portal: PortalFixture, title: Any) -> None:
    refusal = portal.refused("owner", "task.stages.add", fields={"TITLE": title, "ENTITY_ID": portal.main.id})
    assert (refusal.status, refusal.code) == (400, "EMPTY_TITLE")


def test_empty_title_comes_before_access_denied(portal: PortalFixture) -> None:
    refusal = portal.refused(
        "outsider", "task.stages.add", fields={"TITLE": " ", "ENTITY_ID": portal.main.id}
    )
    assert refusal.code == "EMPTY_TITLE"


@pytest.mark.parametrize("color", ["#FF00AA", "ff00aa", "no color at all"])
def test_a_color_is_stored_verbatim(portal: PortalFixture, color: str) -> None:
    assert portal.state.stages[add(portal, COLOR=color)].color == color


def test_an_absent_color_is_null_and_shown_as_default(portal: PortalFixture) -> None:
    stage_id = add(portal)
    shown = portal.ask("owner", "task.stages.get", entityId=portal.main.id)[str(stage_id)]
    assert (portal.state.stages[stage_id].color, shown["COLOR"]) == (None, "47D1E2")


def test_add_without_entity_goes_to_the_callers_plan(portal: PortalFixture) -> None:
    stage_id = portal.ask("member", "task.stages.add", fields={"TITLE": "Mine"})
    stage = portal.state.stages[stage_id]
    assert (stage.entity_type, stage.entity_id) == ("U", portal.id_of("member"))


def test_add_creates_an_unopened_board_first(portal: PortalFixture) -> None:
    group = portal.state.groups[group_id(portal, "Unopened")]
    portal.ask("owner", "task.stages.add", fields={"TITLE": "Extra", "ENTITY_ID": group.id})
    assert portal.titles(group) == ["Extra", "New", "In progress", "Finished"]


@pytest.mark.parametrize("who", ["owner", "moderator"])
def test_owner_and_moderator_may_manage_stages(portal: PortalFixture, who: str) -> None:
    assert add(portal, who)


@pytest.mark.parametrize("who", ["member", "outsider", "admin"])
def test_others_and_a_plain_admin_may_not_manage_stages(portal: PortalFixture, who: str) -> None:
    refusal = portal.refused(who, "task.stages.add", fields={"TITLE": "x", "ENTITY_ID": portal.main.id})
    assert (refusal.code, refusal.description) == ("ACCESS_DENIED", "You cannot manage stages")


def test_an_admin_with_is_admin_may(portal: PortalFixture) -> None:
    fields = {"TITLE": "x", "ENTITY_ID": portal.main.id}
    assert portal.ask("admin", "task.stages.add", fields=fields, ISADMIN="Y")


def test_duplicate_titles_are_allowed(portal: PortalFixture) -> None:
    assert add(portal, TITLE="Done") != add(portal, TITLE="Done")


# --- update (§3.4) ---
def update(portal: PortalFixture, index: int, who: str = "owner", **fields: Any) -> Any:
    return portal.ask(who, "task.stages.update", id=portal.stages()[index].id, fields=fields)


def test_update_answers_true(portal: PortalFixture) -> None:
    assert update(portal, 1, TITLE="Doing") is True


def test_update_keeps_what_is_absent(portal: PortalFixture) -> None:
    update(portal, 1, TITLE="Doing")
    stage = portal.stages()[1]
    assert (stage.title, stage.color, stage.sort) == ("Doing", "47D1E2", 200)


def test_a_null_color_is_absent(portal: PortalFixture) -> None:
    update(portal, 1, COLOR=None)
    assert portal.stages()[1].color == "47D1E2"


def test_an_empty_title_is_refused_on_update(portal: PortalFixture) -> None:
    refusal = portal.refused("owner", "task.stages.update", id=portal.stages()[1].id, fields={"TITLE": ""})
    assert refusal.code == "EMPTY_TITLE"


def test_update_without_after_id_leaves_the_order(portal: PortalFixture) -> None:
    before = portal.titles()
    update(portal, 2, COLOR="123456")
    assert portal.titles() == before


def test_empty_fields_still_renumber(portal: PortalFixture) -> None:
    portal.stages()[2].sort = 217
    update(portal, 1)
    assert [stage.sort for stage in portal.stages()] == [100, 200, 300, 400]


def test_after_zero_moves_to_the_front_and_takes_new_along(portal: PortalFixture) -> None:
    update(portal, 2, AFTER_ID=0)
    assert portal.titles() == ["Review", "New", "In progress", "Done"]
    assert [stage.system_type for stage in portal.stages()] == ["NEW", "", "", ""]


def test_after_a_column_moves_right_after_it(portal: PortalFixture) -> None:
    update(portal, 3, AFTER_ID=str(portal.stages()[1].id))
    assert portal.titles() == ["New", "In progress", "Done", "Review"]


def test_after_an_unknown_id_moves_to_the_end(portal: PortalFixture) -> None:
    update(portal, 1, AFTER_ID=98765)
    assert portal.titles() == ["New", "Review", "Done", "In progress"]


def test_after_its_own_id_stays(portal: PortalFixture) -> None:
    update(portal, 1, AFTER_ID=portal.stages()[1].id)
    assert portal.titles() == ["New", "In progress", "Review", "Done"]


def test_moving_to_the_front_pins_tasks_without_a_stage(portal: PortalFixture) -> None:
    former, task = portal.stages()[0], portal.task(stage_id=0)
    update(portal, 2, AFTER_ID=0)
    assert task.stage_id == former.id


def test_moving_the_first_away_pins_tasks_without_a_stage(portal: PortalFixture) -> None:
    former, task = portal.stages()[0], portal.task(stage_id=0)
    update(portal, 0, AFTER_ID=portal.stages()[2].id)
    assert task.stage_id == former.id


def test_pinning_changes_no_dates(portal: PortalFixture) -> None:
    task = portal.task(stage_id=0)
    before = task.changed
    update(portal, 2, AFTER_ID=0)
    assert task.changed == before


def test_moving_behind_the_first_pins_nothing(portal: PortalFixture) -> None:
    task = portal.task(stage_id=0)
    update(portal, 3, AFTER_ID=portal.stages()[0].id)
    assert task.stage_id == 0


def test_update_of_an_unknown_stage_is_not_found(portal: PortalFixture) -> None:
    refusal = portal.refused("outsider", "task.stages.update", id=98765, fields={"TITLE": ""})
    assert (refusal.code, refusal.description) == ("NOT_FOUND", "Stage was not found")


def test_someone_elses_plan_is_denied(portal: PortalFixture) -> None:
    stage = next(s for s in portal.state.stages.values() if s.entity_type == "U")
    refusal = portal.refused("owner", "task.stages.update", id=stage.id, fields={"TITLE": "x"})
    assert refusal.code == "ACCESS_DENIED"


def test_a_sprint_stage_keeps_its_system_type(portal: PortalFixture) -> None:
    stage = portal.stages()[3]
    stage.entity_type, stage.entity_id, stage.system_type = "A", 777, "FINISH"
    portal.ask("admin", "task.stages.update", id=stage.id, fields={"TITLE": "x"}, isAdmin=1)
    assert stage.system_type == "FINISH"


# --- delete (§3.5) ---
def clear(portal: PortalFixture, index: int) -> int:
    stage = portal.stages()[index]
    for task in portal.state.tasks.values():
        if task.stage_id == stage.id:
            task.stage_id = 0
    return stage.id


def test_an_empty_column_is_deleted_without_renumbering(portal: PortalFixture) -> None:
    stage_id = clear(portal, 1)
    assert portal.ask("owner", "task.stages.delete", id=stage_id) is True
    assert [stage.sort for stage in portal.stages()] == [100, 300, 400]


def test_the_first_column_is_a_system_one(portal: PortalFixture) -> None:
    refusal = portal.refused("owner", "task.stages.delete", id=clear(portal, 0))
    assert (refusal.code, refusal.description) == ("IS_SYSTEM", "Default stage cannot be deleted")


def test_is_system_beats_access_denied(portal: PortalFixture) -> None:
    assert portal.refused("outsider", "task.stages.delete", id=portal.stages()[0].id).code == "IS_SYSTEM"


def test_access_denied_beats_no_empty(portal: PortalFixture) -> None:
    portal.task(stage_id=portal.stages()[1].id)
    assert portal.refused("member", "task.stages.delete", id=portal.stages()[1].id).code == "ACCESS_DENIED"


def test_a_column_with_a_completed_task_is_not_empty(portal: PortalFixture) -> None:
    stage_id = clear(portal, 1)
    portal.task(stage_id=stage_id, status=5)
    assert portal.refused("owner", "task.stages.delete", id=stage_id).code == "NO_EMPTY"


def test_a_task_of_another_group_does_not_fill_a_column(portal: PortalFixture) -> None:
    stage_id = clear(portal, 1)
    portal.task(stage_id=stage_id, group_id=group_id(portal, "Unopened"))
    assert portal.ask("owner", "task.stages.delete", id=stage_id) is True


def test_an_unknown_stage_cannot_be_deleted(portal: PortalFixture) -> None:
    assert portal.refused("owner", "task.stages.delete", id="98765").code == "NOT_FOUND"


def test_the_former_first_can_be_deleted_once_new_has_left_it(portal: PortalFixture) -> None:
    former = clear(portal, 0)
    update(portal, 1, AFTER_ID=0)
    for task in portal.state.tasks.values():
        task.stage_id = 0
    assert portal.ask("owner", "task.stages.delete", id=former) is True


def test_a_plan_column_counts_relations(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=0, numeric=1)
    task, stage_id = portal.task(), int(stages[3]["ID"])
    portal.state.relations[(task.id, "U", portal.id_of("member"))] = stage_id
    assert portal.refused("member", "task.stages.delete", id=stage_id).code == "NO_EMPTY"


def test_a_sprint_column_goes_without_questions_and_drops_relations(portal: PortalFixture) -> None:
    stage = portal.stages()[3]
    stage.entity_type, stage.entity_id, stage.system_type = "A", 777, ""
    task = portal.task(stage_id=stage.id)
    portal.state.scrum.put(task.id, stage.id)
    assert portal.ask("outsider", "task.stages.delete", id=stage.id) is True
    assert portal.state.scrum.tasks_in({stage.id}) == []


# --- one process (§3.9) ---
def test_a_read_after_add_in_the_same_process_is_stale(portal: PortalFixture) -> None:
    process: dict[str, Any] = {}
    fields = {"TITLE": "Extra", "ENTITY_ID": portal.main.id}
    portal.ask("owner", "task.stages.add", process, fields=fields)
    stages = portal.ask("owner", "task.stages.get", process, entityId=portal.main.id, numeric=1)
    assert [stage["TITLE"] for stage in stages] == ["New", "In progress", "Review", "Done"]


@pytest.mark.parametrize("method", ["task.stages.update", "task.stages.delete"])
def test_a_read_after_update_or_delete_is_stale_too(portal: PortalFixture, method: str) -> None:
    process: dict[str, Any] = {}
    stage_id = clear(portal, 1)
    portal.ask("owner", method, process, id=stage_id, fields={"TITLE": "Doing"})
    stages = portal.ask("owner", "task.stages.get", process, entityId=portal.main.id, numeric=1)
    assert stages[1]["TITLE"] == "In progress"


def test_the_next_process_reads_afresh(portal: PortalFixture) -> None:
    add(portal)
    assert len(portal.ask("owner", "task.stages.get", {}, entityId=portal.main.id)) == 5


def test_after_a_plan_a_group_id_is_taken_for_a_user_id(portal: PortalFixture) -> None:
    process: dict[str, Any] = {}
    portal.ask("member", "task.stages.get", process, entityId=0)
    stages = portal.ask("member", "task.stages.get", process, entityId=portal.main.id, numeric=1)
    assert {(s["ENTITY_TYPE"], s["ENTITY_ID"]) for s in stages} == {("U", str(portal.main.id))}
    assert len(stages) == 4


def test_updating_a_plan_column_leaves_the_mode_behind(portal: PortalFixture) -> None:
    process: dict[str, Any] = {}
    stage = next(s for s in portal.state.stages.values() if s.entity_type == "U")
    portal.ask("member", "task.stages.update", process, id=stage.id, fields={"COLOR": "111111"})
    stages = portal.ask("member", "task.stages.get", process, entityId=portal.main.id, numeric=1)
    assert stages[0]["ENTITY_TYPE"] == "U"


def test_updating_a_group_column_sets_the_mode_back(portal: PortalFixture) -> None:
    process: dict[str, Any] = {}
    portal.ask("owner", "task.stages.get", process, entityId=0)
    portal.ask("owner", "task.stages.update", process, id=portal.stages()[1].id, fields={"COLOR": "111111"})
    stages = portal.ask("owner", "task.stages.get", process, entityId=portal.main.id, numeric=1)
    assert stages[0]["ENTITY_TYPE"] == "G"


def test_the_same_hazard_in_a_real_batch(portal: PortalFixture) -> None:
    commands = {
        "a": "task.stages.get?entityId=0",
        "b": f"task.stages.get?entityId={portal.main.id}&numeric=1",
    }
    answer = portal.client().post(portal.path("member", "batch"), json={"cmd": commands}).json
    assert answer["result"]["result"]["b"][0]["ENTITY_TYPE"] == "U"


# --- transport ---
def test_a_refusal_has_status_400_and_no_time(portal: PortalFixture) -> None:
    path = portal.path("outsider", "task.stages.get")
    answer = portal.client().get(path, query_string={"entityId": portal.main.id})
    assert (answer.status_code, answer.json) == (
        400,
        {"error": "ACCESS_DENIED", "error_description": "You cannot view tasks in this group"},
    )


def test_the_object_is_keyed_by_id_on_the_wire(portal: PortalFixture) -> None:
    answer = portal.client().post(
        portal.path("member", "Task.Stages.Get.json"), data={"entityId": str(portal.main.id)}
    )
    assert answer.status_code == 200
    assert set(answer.json["result"]) == {str(stage.id) for stage in portal.stages()}
