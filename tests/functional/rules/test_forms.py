"""Every address that takes a form says what is in it, and answers nonsense by the name of the field."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from flask import Flask
from werkzeug.routing import Rule

from b24.events import Event
from b24.launch import Launch
from tests.functional.in_process import InProcessApp, Tab, ground
from web.core import sentences
from web.core.forms import Form

OF_THE_PORTAL = {"launch.launch": Launch, "install.install": Launch, "events.receive": Event}
"""Forms that Bitrix24 writes: `b24` reads them, and what is none is refused as a whole."""
JUNK = ("☃", "-1", "[[[")
PLACES = {"int": "1", "any": "start"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessApp]:
    with ground(tmp_path_factory.mktemp("forms")) as found:
        yield found


@pytest.fixture(scope="module")
def tab(portal: InProcessApp) -> Tab:
    return portal.tab("owner")


def rules(flask: Flask) -> list[Rule]:
    return [rule for rule in flask.url_map.iter_rules() if "POST" in (rule.methods or ())]


def form_class(flask: Flask, rule: Rule) -> Any:
    return getattr(flask.view_functions[rule.endpoint], "form_class", None)


def forms(flask: Flask) -> list[tuple[Rule, type[Form]]]:
    found = [(rule, form_class(flask, rule)) for rule in rules(flask)]
    return [(rule, kind) for rule, kind in found if isinstance(kind, type) and issubclass(kind, Form)]


def path_of(rule: Rule, group_id: int) -> str:
    values = {"key": f"g{group_id}", "entity_id": "DEAL_STAGE", "job_id": "0" * 32}
    path = re.sub(r"<any\((\w+)[^>]*>", r"\1", str(rule))
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda place: values.get(place[1], "1"), path)


def is_text(hint: Any) -> bool:
    """Whether a field takes any text, or a list of texts."""
    if get_origin(hint) is Annotated:
        base, *notes = get_args(hint)
        own = any(note.extra.get("checked") for note in notes if getattr(note, "extra", None))
        return not own and is_text(base)
    if get_origin(hint) is tuple:
        return get_args(hint) == (str, ...)
    if get_origin(hint) in (types.UnionType, Union):
        return all(part is types.NoneType or is_text(part) for part in get_args(hint))
    return hint is str


def test_every_address_has_a_form_class(portal: InProcessApp) -> None:
    flask = portal.flask
    assert len(rules(flask)) == 52
    assert [str(rule) for rule in rules(flask) if form_class(flask, rule) is None] == []
    others = {rule.endpoint: form_class(flask, rule) for rule in rules(flask)}
    ours = {rule.endpoint for rule, _kind in forms(flask)}
    assert {name: kind for name, kind in others.items() if name not in ours} == OF_THE_PORTAL


def test_every_form_says_what_it_is_for(portal: InProcessApp) -> None:
    assert [kind.__name__ for _rule, kind in forms(portal.flask) if not kind.__dict__.get("__doc__")] == []


def test_every_field_has_a_name_for_people(portal: InProcessApp) -> None:
    names = {field.name for _rule, kind in forms(portal.flask) for field in msgspec.structs.fields(kind)}
    named = {name for name in names if {name, name.removeprefix("seen_")} & sentences.FIELD.keys()}
    assert names - named == set()


def test_nonsense_is_answered_by_the_name_of_the_field(portal: InProcessApp, tab: Tab) -> None:
    """A field that takes no text says 400 and its name; nothing is asked of the portal."""
    tried, wrong = 0, []
    with portal.sandbox.recording() as seen:
        for rule, kind in forms(portal.flask):
            path = path_of(rule, portal.sandbox.main_group_id)
            for name, hint in get_type_hints(kind, include_extras=True).items():
                label = sentences.FIELD.get(name, sentences.FIELD.get(name.removeprefix("seen_")))
                for junk in () if is_text(hint) else junk_for(name):
                    answer, tried = tab.post(path, **{name: junk}), tried + 1
                    with portal.flask.test_request_context():
                        if answer.status_code != 400 or str(label) not in answer.text:
                            wrong.append((str(rule), name, junk, answer.status_code))
    assert wrong == []
    assert tried > 300 and seen.http == 0


def junk_for(name: str) -> tuple[str, ...]:
    """A priority may be any number: which are none is the domain's to say."""
    return tuple(junk for junk in JUNK if (name, junk) != ("priority", "-1"))


def test_nonsense_in_texts_is_the_domains_to_judge(portal: InProcessApp, tab: Tab) -> None:
    for rule, kind in forms(portal.flask):
        if rule.endpoint in ("renewal.renew", "tab_session.sign_out"):
            continue  # these end the session
        texts = [name for name, hint in get_type_hints(kind, include_extras=True).items() if is_text(hint)]
        needed = {field.name: "auto" for field in msgspec.structs.fields(kind) if field.required}
        path = path_of(rule, portal.sandbox.main_group_id)
        answer = tab.post(path, **dict.fromkeys(texts, "☃") | needed)
        assert answer.status_code < 500, rule
        portal.log_in_the_refused()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "What came for these fields makes no sense: Stage, Position."),
        ("ru", "Значения этих полей непонятны: Стадия, Место."),
        ("de", "Die Werte dieser Felder ergeben keinen Sinn: Phase, Position."),
    ],
)
def test_the_answer_speaks_the_language_of_the_person(
    portal: InProcessApp, tab: Tab, lang: str, words: str
) -> None:
    import sqlalchemy as sa

    from store.models import UserSession

    with portal.db.writing() as connection:
        connection.execute(sa.update(UserSession).values(lang=lang))
    path = f"/boards/g{portal.sandbox.main_group_id}/cards/1/move"
    answer = tab.post(path, stage_id="x", before="1.5", after="y")
    with portal.db.writing() as connection:
        connection.execute(sa.update(UserSession).values(lang="en"))
    assert answer.status_code == 400 and words in answer.text


def test_what_the_portal_did_not_write_is_refused_as_a_whole(portal: InProcessApp) -> None:
    client = portal.flask.test_client()
    for path in ("/", "/install", "/events"):
        for junk in JUNK:
            names = ("AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES", "PLACEMENT_OPTIONS", "event", "auth", "data[x]")
            answer = client.post(path, data=dict.fromkeys(names, junk))
            assert answer.status_code in (400, 403), (path, junk)


def test_a_form_is_read_as_its_class_says(tmp_path: Path) -> None:
    from web.core.failures import WrongFields
    from web.core.forms import decode
    from web.kanban.cards import BulkEditForm

    form = decode(BulkEditForm, {"task_ids": "17,18", "was": "17:18:16:5", "overdue": "1", "stage_id": ""})
    assert form.task_ids == (17, 18) and form.was == ((17, 18, 16, 5),)
    assert form.overdue and form.stage_id == 0 and form.tags == {}
    with pytest.raises(WrongFields) as caught:
        decode(BulkEditForm, {"task_ids": "17;18", "was": "17:18", "utc_offset": "+99:99", "tag": "x"})
    assert caught.value.fields == ("task_ids", "was", "utc_offset")
