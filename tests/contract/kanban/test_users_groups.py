"""People, groups and what the portal says of itself (behaviour.md §7)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.rowfilter import order_rows, select_rows, split_key
from sandbox.state.portal import Group, User
from tests.contract.rest_client import RestClient, refused


@pytest.fixture
def rest() -> RestClient:
    return RestClient.start()


@pytest.fixture
def crowd(rest: RestClient) -> RestClient:
    """A portal with more than two pages of people and of groups; group 900 is secret, 901 archived."""
    for number in range(500, 620):
        rest.portal.users[number] = User(number, f"Name{number}", "Crowd", position="Tester")
        rest.portal.groups[number] = Group(number, f"Group {number}", 2, members={2: "A"})
    rest.portal.groups[900] = Group(900, "Secret", 2, members={2: "A", 3: "Z", 4: "T"}, visible=False)
    rest.portal.groups[901] = Group(901, "Archive", 2, members={2: "A"}, closed=True)
    return rest


def seen_by(rest: RestClient, user_id: int) -> int:
    """How many groups are open to view or the person's own."""
    return sum(group.visible or user_id in group.members for group in rest.portal.groups.values())


def ids(rows: list[dict[str, Any]], key: str = "ID") -> list[int]:
    return [int(row[key]) for row in rows]


# --- §7.5 user.get ---
def test_user_row_has_a_text_id_and_a_boolean_active(rest: RestClient) -> None:
    row = rest.result("user.get", {"ID": 1})[0]
    assert row["ID"] == "1"
    assert row["ACTIVE"] is True
    assert row["UF_DEPARTMENT"] == rest.portal.users[1].departments
    assert row["USER_TYPE"] == "employee"
    assert row["TIMESTAMP_X"] == {}
    assert '"TIMESTAMP_X":{}' in rest.call("user.get", {"ID": 1}).text, "a raw date is {} and not []"


def test_user_pages_of_fifty_with_total_and_next(crowd: RestClient) -> None:
    total = sum(user.active for user in crowd.portal.users.values())
    first = crowd.call("user.get").get_json()
    assert (len(first["result"]), first["total"], first["next"]) == (50, total, 50)
    last = crowd.call("user.get", {"start": 100}).get_json()
    assert len(last["result"]) == total - 100
    assert "next" not in last


def test_user_start_minus_one_gives_total_zero(crowd: RestClient) -> None:
    answer = crowd.call("user.get", {"start": -1}).get_json()
    assert (len(answer["result"]), answer["total"]) == (50, 0)
    assert "next" not in answer


def test_nobody_found_has_no_total(rest: RestClient) -> None:
    answer = rest.call("user.get", {"ID": 99999}).get_json()
    assert answer["result"] == []
    assert "total" not in answer


@pytest.mark.parametrize(
    "params",
    [{"FILTER": {"ID": [1, 2]}}, {"filter": {"id": ["2", "1"]}}, {"ID": [1, 2]}, {"filter": {"@ID": [1, 2]}}],
)
def test_user_filter_by_several_ids_in_any_case(rest: RestClient, params: dict[str, Any]) -> None:
    assert ids(rest.result("user.get", params)) == [1, 2]


def test_user_filter_ignores_unknown_fields(rest: RestClient) -> None:
    assert len(rest.result("user.get", {"FILTER": {"NONSENSE": 1}})) == len(rest.result("user.get"))


def test_fired_people_only_when_asked_for(rest: RestClient) -> None:
    rest.portal.users[4].active = False
    assert 4 not in ids(rest.result("user.get"))
    for value in (False, "N", "0", 0):
        rows = rest.result("user.get", {"FILTER": {"ACTIVE": value}})
        assert ids(rows) == [4]
        assert rows[0]["ACTIVE"] is False
    assert 4 not in ids(rest.result("user.get", {"ACTIVE": "true"}))
    assert ids(rest.result("user.get", {"FILTER": {"!ACTIVE": "Y"}})) == [4]


def test_user_sort_and_order_are_texts(rest: RestClient) -> None:
    rows = rest.result("user.get", {"sort": "ID", "order": "desc"})
    assert ids(rows) == sorted(ids(rows), reverse=True)
    by_name = [row["LAST_NAME"].casefold() for row in rest.result("user.get", {"SORT": "LAST_NAME"})]
    assert by_name == sorted(by_name)


def test_user_select_names_fields_and_drops_unknown_ones(rest: RestClient) -> None:
    row = rest.result("user.get", {"ID": 1, "select": ["NAME", "UF_*", "NONSENSE"]})[0]
    assert set(row) == {"ID", "NAME", "UF_DEPARTMENT", "UF_EMPLOYMENT_DATE"}


def test_user_fields_shrink_with_the_scope(rest: RestClient) -> None:
    rest.application.scopes = ["user_brief"]
    brief = rest.oauth_result("user.current")
    assert "EMAIL" not in brief
    assert "WORK_POSITION" in brief
    rest.application.scopes = ["user_basic"]
    assert "EMAIL" in rest.oauth_result("user.current")
    assert "LAST_LOGIN" not in rest.oauth_result("user.get", {"ID": 1})[0]
    rest.application.scopes = ["user"]
    assert "LAST_LOGIN" in rest.oauth_result("user.current")
    assert "LAST_LOGIN" in rest.oauth_result("user.fields")


def test_user_current_is_the_caller(rest: RestClient) -> None:
    row = rest.result("user.current", who="member")
    assert row["ID"] == str(rest.portal.people["member"])
    assert row["NAME"] == rest.portal.users[rest.portal.people["member"]].name


def test_photo_is_absolute_and_absent_without_one(rest: RestClient) -> None:
    rest.portal.users[1].photo = "/static/1.svg"
    rest.portal.users[2].photo = ""
    one, two = rest.result("user.get", {"ID": [1, 2]})
    assert one["PERSONAL_PHOTO"] == "http://localhost:5001/static/1.svg"
    assert "PERSONAL_PHOTO" not in two


def test_user_search_finds_words_in_names_and_position(crowd: RestClient) -> None:
    assert ids(crowd.result("user.search", {"FIND": "crowd name507"})) == [507]
    assert ids(crowd.result("user.search", {"FILTER": {"NAME": "name508", "WORK_POSITION": "test"}})) == [508]
    assert crowd.call("user.search", {"FIND": "tester"}).get_json()["total"] == 120
    assert crowd.result("user.search", {"FIND": "nobody at all"}) == []


# --- §7.6 ---
def test_profile_has_six_fields_and_a_boolean_admin(rest: RestClient) -> None:
    rest.portal.users[1].photo = ""
    row = rest.result("profile")
    assert set(row) == {"ID", "ADMIN", "NAME", "LAST_NAME", "PERSONAL_GENDER", "TIME_ZONE"}
    assert row["ADMIN"] is True
    assert rest.result("profile", who="member")["ADMIN"] is False


def test_user_admin_is_a_boolean(rest: RestClient) -> None:
    assert rest.result("user.admin") is True
    assert rest.result("user.admin", who="owner") is False


# --- §7.7 ---
def test_app_info_depends_on_who_asks(rest: RestClient) -> None:
    webhook = rest.result("app.info")
    assert set(webhook) == {"SCOPE", "LICENSE"}
    rest.install()
    info = rest.oauth_result("app.info")
    assert (info["STATUS"], info["INSTALLED"], info["VERSION"], info["PAYMENT_EXPIRED"]) == (
        "L",
        True,
        1,
        "N",
    )
    assert info["DAYS"] is None
    rest.application.installed = False
    assert rest.oauth_result("app.info")["INSTALLED"] is False


def test_server_time_is_iso_with_an_offset(rest: RestClient) -> None:
    rest.portal.clock_frozen = 1722848533
    assert rest.result("server.time") == "2024-08-05T09:02:13+00:00"


def test_scope_lists_the_granted_or_all(rest: RestClient) -> None:
    assert rest.oauth_result("scope") == sorted(rest.application.scopes)
    assert set(rest.oauth_result("scope", {"full": True})) >= {"task", "placement", "socialnetwork", "user"}


def test_methods_lists_by_scope_and_leaves_controllers_out(rest: RestClient) -> None:
    assert "user.get" in rest.result("methods", {"scope": "user"})
    assert "user.get" not in rest.result("methods", {"scope": "task"})
    common = rest.result("methods", {"scope": ""})
    assert {"profile", "server.time", "batch"} <= set(common)
    everything = rest.oauth_result("methods", {"full": "true"})
    assert {"task.stages.get", "placement.bind"} <= set(everything)
    assert "tasks.task.get" not in everything


def test_method_get_tells_existing_from_available(rest: RestClient) -> None:
    def ask(name: Any) -> tuple[bool, bool]:
        answer = rest.oauth_result("method.get", {"name": name})
        return answer["isExisting"], answer["isAvailable"]

    assert ask("tasks.task.get") == (True, True)
    assert ask("socialnetwork.api.workgroup.list") == (True, False)
    assert ask("nothing.here") == (False, False)
    assert ask("") == (False, False)


def test_feature_get_needs_a_code(rest: RestClient) -> None:
    body = refused(rest.call("feature.get"), 400, "CODE_EMPTY")
    assert body["error_description"] == "CODE can't be empty"
    assert rest.result("feature.get", {"code": "rest_offline_extended"}) == {"value": "Y"}
    assert rest.result("feature.get", {"CODE": "no_such_feature"}) == {"value": "N"}


def test_options_of_application_and_person_are_apart(rest: RestClient) -> None:
    assert rest.oauth_result("app.option.set", {"options": {"a": "1", "b": {"c": "2"}}}) is True
    assert rest.oauth_result("app.option.get", who="member") == {"a": "1", "b": {"c": "2"}}
    assert rest.oauth_result("app.option.get", {"option": "a"}, who="member") == "1"
    assert rest.oauth_result("app.option.get", {"option": "x"}) is None
    refused(rest.oauth("app.option.set", {"options": {"a": "2"}}, who="member"), 403, "ACCESS_DENIED")
    refused(rest.oauth("app.option.set", {"options": []}), 400, "ArgumentNullException")
    assert rest.oauth_result("user.option.set", {"options": {"a": "mine"}}, who="member") is True
    assert rest.oauth_result("user.option.get", {"option": "a"}, who="member") == "mine"
    assert rest.oauth_result("user.option.get") == []


# --- §7.1 workgroup.list ---
def workgroups(rest: RestClient, who: str = "owner", **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = rest.result("socialnetwork.api.workgroup.list", params, who=who)[
        "workgroups"
    ]
    return rows


def test_workgroups_have_only_ids_without_select(rest: RestClient) -> None:
    assert all(set(row) == {"id"} and isinstance(row["id"], str) for row in workgroups(rest))


def test_workgroup_fields_are_camel_case_texts(rest: RestClient) -> None:
    wanted = ["NAME", "SCRUM_MASTER_ID", "TYPE", "NUMBER_OF_MEMBERS", "nonsense", "name"]
    row = workgroups(rest, select=wanted, filter={"ID": 1})[0]
    assert set(row) == {"id", "name", "scrumMasterId", "type", "numberOfMembers"}
    assert row["numberOfMembers"] == "3"


def test_scrum_groups_have_type_and_master(rest: RestClient) -> None:
    rows = workgroups(rest, select=["TYPE", "SCRUM_MASTER_ID"])
    assert {row["type"] for row in rows if row["scrumMasterId"]} == {"scrum"}


def test_workgroups_hide_secret_ones_from_admins_too(crowd: RestClient) -> None:
    secret = {"filter": {"ID": 900}}
    assert ids(workgroups(crowd, "owner", **secret), "id") == [900]
    for who in ("admin", "moderator", "member"):
        assert workgroups(crowd, who, **secret) == [], "invited and banned people are no members"
    assert ids(workgroups(crowd, "admin", **secret, params={"IS_ADMIN": "Y"}), "id") == [900]
    assert workgroups(crowd, "member", **secret, params={"IS_ADMIN": "Y"}) == []


def test_workgroup_pages_and_start_minus_one(crowd: RestClient) -> None:
    answer = crowd.call("socialnetwork.api.workgroup.list", {"start": 50}, who="owner").get_json()
    assert (len(answer["result"]["workgroups"]), answer["next"]) == (50, 100)
    assert answer["total"] == seen_by(crowd, 2)
    bare = crowd.call("socialnetwork.api.workgroup.list", {"start": -1}, who="owner").get_json()
    assert "total" not in bare
    assert "next" not in bare


def test_workgroup_filter_drops_what_it_does_not_know(crowd: RestClient) -> None:
    assert len(workgroups(crowd, filter={"TYPE": "scrum"})) == 50
    assert ids(workgroups(crowd, filter={"%NAME": "archi", "CLOSED": "Y"}), "id") == [901]


def test_workgroup_order_by_an_unknown_name_is_refused(rest: RestClient) -> None:
    answer = rest.call("socialnetwork.api.workgroup.list", {"order": {"NONSENSE": "ASC"}})
    assert "Unknown field definition" in refused(answer, 400, "0")["error_description"]


def test_controller_parameters_are_exact_and_typed(rest: RestClient) -> None:
    body = refused(rest.call("socialnetwork.api.workgroup.list", {"select": "NAME"}), 400, "100")
    expected = "Invalid value {NAME} to match with parameter {select}. Should be value of type array."
    assert body["error_description"] == expected
    assert all(set(row) == {"id"} for row in workgroups(rest, SELECT=["NAME"])), "upper case is another name"


# --- §7.2 workgroup.get ---
def test_workgroup_get_has_upper_case_keys_numbers_and_local_dates(crowd: RestClient) -> None:
    row = crowd.result("socialnetwork.api.workgroup.get", {"params": {"groupId": 900}}, who="owner")
    assert (row["ID"], row["OWNER_ID"], row["VISIBLE"], row["TYPE"]) == (900, 2, "N", "project")
    assert (row["MEMBERS"], row["INVITED_MEMBERS"], row["ORDINARY_MEMBERS"]) == ([2], [3], [])
    assert row["DATE_CREATE"].count("T") == 0
    assert row["PROJECT_DATE_START"] is None


def test_workgroup_get_selects_more(rest: RestClient) -> None:
    wanted = ["USER_DATA", "LIST_OF_MEMBERS", "ACTIONS", "PRIVACY_TYPE"]
    row = rest.result(
        "socialnetwork.api.workgroup.get", {"params": {"groupId": 1, "select": wanted}}, who="owner"
    )
    assert row["USER_DATA"]["ROLE"] == "A"
    assert row["LIST_OF_MEMBERS"][0]["isOwner"] is True
    assert row["PRIVACY_CODE"] == "closed"
    assert row["ACTIONS"]["EDIT"] is True


def test_workgroup_get_refusals(crowd: RestClient) -> None:
    for params in ({}, {"params": {}}, {"groupId": 1}):
        refused(
            crowd.call("socialnetwork.api.workgroup.get", params), 400, "SONET_CONTROLLER_WORKGROUP_EMPTY"
        )
    for number in (99999, 900):
        answer = crowd.call("socialnetwork.api.workgroup.get", {"params": {"groupId": number}}, who="member")
        refused(answer, 400, "SONET_CONTROLLER_WORKGROUP_NOT_FOUND")


# --- §7.3, §7.4 sonet_group ---
def test_sonet_group_row_and_default_order(rest: RestClient) -> None:
    rows = rest.result("sonet_group.get", who="owner")
    assert ids(rows) == sorted(ids(rows), reverse=True)
    assert {"SUBJECT_NAME", "IS_EXTRANET", "NUMBER_OF_MEMBERS", "PROJECT"} <= set(rows[0])
    assert not {"TYPE", "SCRUM_MASTER_ID"} & set(rows[0]), "scrum groups look like projects"


def test_sonet_group_names_are_upper_case_only(crowd: RestClient) -> None:
    assert ids(crowd.result("sonet_group.get", {"FILTER": {"%NAME": "archive"}})) == [901]
    assert ids(crowd.result("sonet_group.get", {"GROUP_ID": 901})) == [901]
    assert len(crowd.result("sonet_group.get", {"filter": {"ID": 901}})) == 50, "ignored: everything"
    ordered = crowd.result("sonet_group.get", {"ORDER": {"ID": "ASC"}})
    assert ids(ordered) == sorted(ids(ordered))


def test_sonet_group_pages(crowd: RestClient) -> None:
    answer = crowd.call("sonet_group.get", {"start": 50}, who="owner").get_json()
    assert (len(answer["result"]), answer["total"], answer["next"]) == (50, seen_by(crowd, 2), 100)
    assert crowd.call("sonet_group.get", {"start": -1}).get_json()["total"] == 0


def test_sonet_group_is_admin_lifts_visibility_for_admins_only(crowd: RestClient) -> None:
    secret = {"FILTER": {"ID": 900}}
    assert crowd.result("sonet_group.get", secret) == []
    assert ids(crowd.result("sonet_group.get", secret | {"IS_ADMIN": "Y"})) == [900]
    assert crowd.result("sonet_group.get", secret | {"IS_ADMIN": "Y"}, who="member") == []


def test_members_are_active_people_with_a_role(crowd: RestClient) -> None:
    group = crowd.portal.groups[1]
    group.members |= {500: "Z", 501: "T", 502: "K"}
    crowd.portal.users[502].active = False
    expected = [
        {"USER_ID": str(number), "ROLE": role} for number, role in group.members.items() if number < 500
    ]
    assert crowd.result("sonet_group.user.get", {"ID": 1}) == expected


def test_members_refusals(crowd: RestClient) -> None:
    for params in ({}, {"id": 1}, {"ID": "x"}):
        body = refused(crowd.call("sonet_group.user.get", params), 400, "")
        assert body["error_description"] == "Wrong socialnetwork group ID"
    for number in (99999, 900):
        body = refused(crowd.call("sonet_group.user.get", {"ID": number}), 400, "")
        assert body["error_description"] == "Socialnetwork group not found"


def test_my_groups_have_the_role_and_no_pages(crowd: RestClient) -> None:
    rows = crowd.result("sonet_group.user.groups", who="owner")
    assert len(rows) > 100
    assert rows[0] == {
        "GROUP_ID": "1",
        "GROUP_NAME": crowd.portal.groups[1].name,
        "ROLE": "A",
        "GROUP_IMAGE_ID": None,
        "GROUP_IMAGE": "",
    }
    assert 900 not in ids(crowd.result("sonet_group.user.groups", who="moderator"), "GROUP_ID")


def test_group_is_created_with_the_caller_as_owner(rest: RestClient) -> None:
    member = rest.portal.people["member"]
    number = rest.result("sonet_group.create", {"NAME": " Neu ", "VISIBLE": "N", "OWNER_ID": 1}, who="member")
    group = rest.portal.groups[number]
    assert isinstance(number, int)
    assert (group.name, group.owner_id, group.members) == ("Neu", member, {member: "A"})
    assert (group.visible, group.is_project) == (False, False)
    assert rest.portal.groups[rest.result("sonet_group.create", {"NAME": "b", "OWNER_ID": 3})].owner_id == 3
    refused(rest.call("sonet_group.create", {"name": "lower case"}), 400, "")


def test_people_are_added_by_those_who_may(rest: RestClient) -> None:
    outsider = rest.portal.people["outsider"]
    add = {"GROUP_ID": 1, "USER_ID": [outsider, rest.portal.people["owner"]]}
    refused(rest.call("sonet_group.user.add", add, who="outsider"), 400, "")
    assert rest.result("sonet_group.user.add", add, who="owner") == [outsider]
    assert rest.portal.role(1, outsider) == "K"
    rest.portal.groups[1].initiate_perms = "A"
    refused(rest.call("sonet_group.user.add", add, who="moderator"), 400, "")
    refused(rest.call("sonet_group.user.add", {"GROUP_ID": 1, "USER_ID": 99999}), 400, "")


@pytest.mark.parametrize(
    ("who", "operation", "allowed"),
    [
        ("owner", "sort", True),
        ("member", "sort", True),
        ("member", "view_all", True),
        ("member", "edit_tasks", False),
        ("moderator", "edit_tasks", True),
        ("outsider", "view", False),
        ("admin", "view", False),
    ],
)
def test_feature_access_knows_roles_and_nothing_of_admins(
    rest: RestClient, who: str, operation: str, allowed: bool
) -> None:
    ask = {"GROUP_ID": 1, "FEATURE": "tasks", "OPERATION": operation}
    assert rest.result("sonet_group.feature.access", ask, who=who) is allowed


def test_feature_access_refusals(rest: RestClient) -> None:
    ask = {"GROUP_ID": 1, "FEATURE": "tasks", "OPERATION": "view"}
    texts = {
        "GROUP_ID": "Wrong socialnetwork group ID",
        "FEATURE": "Wrong feature",
        "OPERATION": "Wrong operation",
    }
    for name, text in texts.items():
        answer = rest.call("sonet_group.feature.access", ask | {name: "x"})
        assert refused(answer, 400, "")["error_description"] == text


# --- the old query language ---
@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("ID", 2, [2]),
        ("=ID", ["1", "3"], [1, 3]),
        ("@ID", [1, 3], [1, 3]),
        ("!ID", 2, [1, 3]),
        ("!@ID", [1, 2], [3]),
        (">=ID", 2, [2, 3]),
        (">ID", "2", [3]),
        ("<ID", 2, [1]),
        ("<=ID", 2, [1, 2]),
        ("><ID", [2, 3], [2, 3]),
        ("!><ID", [2, 3], [1]),
        ("%NAME", "ETA", [2, 3]),
        ("!%NAME", "eta", [1]),
        ("=%NAME", "b%", [2]),
        ("%=NAME", "%eta", [2, 3]),
        ("!=%NAME", "b%", [1, 3]),
        ("?NAME", "z", [3]),
        (">DATE", "2026-01-15T00:00:00+02:00", [2, 3]),
        ("DATE", "2026-01-10T10:00:00+02:00", [1]),
        ("NONSENSE", 1, [1, 2, 3]),
    ],
)
def test_filter_operators(key: str, value: Any, found: list[int]) -> None:
    rows = [
        {"ID": "1", "NAME": "Alpha", "DATE": "2026-01-10T08:00:00+00:00"},
        {"ID": "2", "NAME": "Beta", "DATE": "2026-01-20T08:00:00+00:00"},
        {"ID": "3", "NAME": "Zeta", "DATE": "2026-01-30T08:00:00+00:00"},
    ]
    assert [int(row["ID"]) for row in select_rows(rows, {key: value}, ("ID", "NAME", "DATE"))] == found


def test_order_by_several_keys_counts_numbers_as_numbers() -> None:
    rows = [{"A": "x", "N": "10"}, {"A": "y", "N": "9"}, {"A": "x", "N": "9"}]
    assert [row["N"] + row["A"] for row in order_rows(rows, {"A": "ASC", "N": "desc"})] == ["10x", "9x", "9y"]


def test_key_is_split_at_the_longest_operator() -> None:
    assert split_key("!=%NAME") == ("!=%", "NAME")
    assert split_key("!><ID") == ("!><", "ID")
    assert split_key("NAME") == ("=", "NAME")
