"""Adding: codes and places the portal takes, one request, and no row added twice."""

from __future__ import annotations

import pytest

from b24.errors import AccessDenied, PortalTimeout, Refused
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode
from boards.core.undo import undo_change
from boards.crm.adding import add_stage
from boards.crm.codes import suggest_code
from boards.crm.model import CrmOutcome, Directory, Semantic, only_directory
from sandbox.rest.registry import Call, Handler
from tests.support.portal_scene import instead
from tests.unit.boards.crm.scene import READER, CrmScene

ENTITY = "DEAL_STAGE"


def add(
    scene: CrmScene,
    after: str = "PREP",
    code: str = "CHECK",
    semantic: Semantic = Semantic.PROCESS,
    entity_id: str = ENTITY,
    seen: Directory | None = None,
) -> CrmOutcome:
    seen = seen or scene.directory(entity_id)
    anchor = seen.by_status_id(after)
    after_id = anchor.id if anchor else 0
    return add_stage(
        scene.client, scene.actor(), entity_id, "Prüfung", code, "#abc", after_id, semantic, seen=seen
    )


def order(scene: CrmScene, entity_id: str = ENTITY) -> list[str]:
    return [row.status_id for row in scene.of(entity_id)]


def test_one_request_there_and_one_back(scene: CrmScene) -> None:
    picture = scene.picture(ENTITY)
    outcome = add(scene)
    assert scene.wire.count == 1
    assert order(scene) == ["NEW", "PREP", "CHECK", "WORK", "WON", "LOSE", "APOLOGY"]
    assert (scene.row("CHECK").sort, scene.row("CHECK").color) == (25, "#AABBCC")
    now = only_directory(outcome)
    assert now and [stage.status_id for stage in now.stages] == order(scene)
    assert outcome.change.kind == Kind.CRM_ADD and outcome.change.label == "Prüfung"
    assert outcome.change.after["code"] == "CHECK" and outcome.change.after["position"] == 3
    back = undo_change(scene.client, scene.actor(), Change.from_json(outcome.change.to_json()))
    assert scene.wire.count == 2
    assert scene.picture(ENTITY) == picture and back.change.kind == Kind.CRM_DELETE
    again = undo_change(scene.client, scene.actor(), back.change)
    assert scene.row("CHECK").sort == 25 and again.change.kind == Kind.CRM_RESTORE


@pytest.mark.parametrize(
    ("after", "semantic", "expected"),
    [
        ("", Semantic.PROCESS, ["CHECK", "NEW", "PREP", "WORK", "WON", "LOSE", "APOLOGY"]),
        ("WORK", Semantic.PROCESS, ["NEW", "PREP", "WORK", "CHECK", "WON", "LOSE", "APOLOGY"]),
        ("WON", Semantic.PROCESS, ["NEW", "PREP", "WORK", "CHECK", "WON", "LOSE", "APOLOGY"]),
        ("", Semantic.FAILURE, ["NEW", "PREP", "WORK", "WON", "CHECK", "LOSE", "APOLOGY"]),
        ("APOLOGY", Semantic.FAILURE, ["NEW", "PREP", "WORK", "WON", "LOSE", "APOLOGY", "CHECK"]),
    ],
)
def test_every_place_is_one_the_portal_takes(
    scene: CrmScene, after: str, semantic: Semantic, expected: list[str]
) -> None:
    add(scene, after, semantic=semantic)
    assert order(scene) == expected
    assert scene.wire.count == 1


def test_rows_are_moved_aside_where_there_is_no_room(scene: CrmScene) -> None:
    scene.row("WORK").sort = 21
    scene.row("WON").sort = 22
    add(scene)
    assert order(scene) == ["NEW", "PREP", "CHECK", "WORK", "WON", "LOSE", "APOLOGY"]
    assert scene.wire.count == 1
    assert len(scene.wire.sent("crm.status.update")) < 5


def test_the_prefix_of_the_pipeline_is_right(scene: CrmScene) -> None:
    add(scene, "C3:NEW", "C3:CHECK", entity_id="DEAL_STAGE_3")
    assert order(scene, "DEAL_STAGE_3")[1] == "C3:CHECK"


def test_a_plain_list_gets_no_color(scene: CrmScene) -> None:
    outcome = add(scene, "CALL", entity_id="SOURCE")
    assert scene.row("CHECK").color is None and not outcome.notices
    assert order(scene, "SOURCE") == ["CALL", "CHECK", "1|CHAT", "WEB"]


def test_the_first_row_of_an_empty_list(scene: CrmScene) -> None:
    outcome = add(scene, "", entity_id="INDUSTRY")
    assert order(scene, "INDUSTRY") == ["CHECK"] and scene.wire.count == 1 and not outcome.notices
    scene.become(READER)
    with pytest.raises(AccessDenied):
        add(scene, "", "OTHER", entity_id="DYNAMIC_128_STAGE_7")


def test_without_a_page_it_reads_first(scene: CrmScene) -> None:
    add_stage(scene.client, scene.actor(), ENTITY, "Check", "CHECK", "", scene.deals[0])
    assert order(scene)[:2] == ["NEW", "CHECK"] and scene.wire.count == 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", BadInputCode.CODE_BLANK),
        ("a b", BadInputCode.CODE_CHARACTERS),
        ("ÜBUNG", BadInputCode.CODE_CHARACTERS),
        ("C9:X", BadInputCode.CODE_CHARACTERS),
        ("X" * 23, BadInputCode.CODE_TOO_LONG),
        ("prep", BadInputCode.CODE_TAKEN),
    ],
)
def test_bad_codes_are_not_sent(scene: CrmScene, code: str, expected: BadInputCode) -> None:
    with pytest.raises(BadInput) as caught:
        add(scene, code=code)
    assert (caught.value.field, caught.value.code) == ("status_id", expected)
    assert scene.wire.count == 0


def test_a_second_success_stage_is_not_sent(scene: CrmScene) -> None:
    with pytest.raises(BadInput) as caught:
        add(scene, semantic=Semantic.SUCCESS)
    assert caught.value.code == BadInputCode.SECOND_SUCCESS and scene.wire.count == 0


# --- others act as well ---
def test_a_code_taken_meanwhile(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.add(ENTITY, ("CHECK", "Theirs", 35))
    with pytest.raises(BadInput) as caught:
        add(scene, seen=seen)
    assert caught.value.code == BadInputCode.CODE_TAKEN


def test_a_success_stage_added_meanwhile(scene: CrmScene) -> None:
    del scene.rows[scene.deals[3]]
    seen = scene.directory()
    scene.add(ENTITY, ("WON2", "Theirs", 40, None, "S"))
    with pytest.raises(BadInput) as caught:
        add(scene, semantic=Semantic.SUCCESS, seen=seen)
    assert caught.value.code == BadInputCode.SECOND_SUCCESS


def test_a_place_that_moved_meanwhile_is_found_again(scene: CrmScene) -> None:
    seen = scene.directory()
    for row in scene.of(ENTITY):
        row.sort //= 10
    outcome = add(scene, "WORK", seen=seen)
    assert order(scene) == ["NEW", "PREP", "WORK", "CHECK", "WON", "LOSE", "APOLOGY"]
    assert scene.wire.count == 2 and outcome.change.undo


def test_a_refusal_nobody_understands_stays_one(scene: CrmScene) -> None:
    scene.refuse("crm.status.add", "")
    with pytest.raises(Refused) as caught:
        add(scene)
    assert not isinstance(caught.value, AccessDenied) and scene.wire.count == 1


def test_rows_that_came_meanwhile_are_reported(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.add(ENTITY, ("OTHER", "Theirs", 35))
    outcome = add(scene, seen=seen)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.BOARD_CHANGED_MEANWHILE]
    assert len(outcome.now[0].stages) == 8


def test_rights_withdrawn(scene: CrmScene) -> None:
    seen, rows = scene.directory(), scene.copy_rows()
    scene.become(READER)
    with pytest.raises(AccessDenied):
        add(scene, seen=seen)
    scene.portal.crm.rights.clear()
    with pytest.raises(AccessDenied):
        add(scene, seen=seen)
    assert scene.copy_rows() == rows


def test_a_color_that_did_not_take_is_said(scene: CrmScene, monkeypatch: pytest.MonkeyPatch) -> None:
    def colorless(call: Call, real: Handler) -> int:
        del call.params["fields"]["COLOR"]
        added: int = real(call)
        return added

    instead(monkeypatch, "crm.status.add", colorless)
    outcome = add(scene)
    (notice,) = outcome.notices
    assert (notice.code, notice.values) == (NoticeCode.CRM_VALUE_NOT_TAKEN, {"fields": ["color"]})


# --- answers get lost ---
def test_a_lost_answer_adds_nothing_twice(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.wire.lose = ["after"]
    outcome = add(scene, seen=seen)
    assert order(scene).count("CHECK") == 1 and scene.wire.count == 2
    assert [notice.code for notice in outcome.notices] == [NoticeCode.ANSWER_LOST_BUT_DONE]
    undo_change(scene.client, scene.actor(), outcome.change)
    assert "CHECK" not in order(scene)


def test_a_request_that_never_arrived_is_made_again(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.wire.lose = ["before"]
    outcome = add(scene, seen=seen)
    assert order(scene).count("CHECK") == 1 and scene.wire.count == 3 and not outcome.notices


def test_nobody_waits_twice_for_nothing(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.wire.lost_error, scene.wire.lose = PortalTimeout, ["after"]
    with pytest.raises(PortalTimeout):
        add(scene, seen=seen)


# --- codes ---
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Новый этап", "NOVYY_ETAP"),
        ("Größe & Übung", "GROESSE_AND_UEBUNG"),
        ("Čeština — 2", "CESTINA_2"),
        ("特急", "STAGE"),
        ("  ", "STAGE"),
        ("new", "NEW_2"),
        ("Рамочный договор о поставке", "RAMOCHNYY_DOGOVOR_O"),
        ("x" * 60, "X" * 22),
    ],
)
def test_a_code_is_made_from_the_name(scene: CrmScene, name: str, code: str) -> None:
    assert suggest_code(name, scene.directory()) == code


def test_suggestions_are_always_accepted(scene: CrmScene) -> None:
    seen = scene.directory("DEAL_STAGE_3")
    for _ in range(12):
        code = suggest_code("Verhandlung und Abschluss", seen)
        outcome = add(scene, "C3:NEW", code, entity_id="DEAL_STAGE_3", seen=seen)
        (seen,) = outcome.now
    assert len(scene.of("DEAL_STAGE_3")) == 18


def test_a_list_suggests_a_value(scene: CrmScene) -> None:
    assert suggest_code("日本", scene.directory("SOURCE")) == "VALUE"
