"""Everything people read exists in English, Russian and German, and nothing is shown past the catalogs.

What the source says is extracted anew for each run, as `make texts` does, and the catalogs are compiled here
from their .po files: nothing depends on .mo files that somebody compiled earlier. Only the tests that launch
the real app need those; they are brought up to date first, as `make setup` does.
"""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import io
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, render_template
from flask_babel import Babel

from tests.support.fake_board import fake_board
from tests.support.person import Person
from tests.support.servers import ROOT, Sandbox, Server, http
from tests.support.visible_texts import HOLE, MARKS, visible
from web.core.filters import blueprint as view
from web.core.filters import board_address, day
from web.core.sentences import moment_text
from web.portal import install

LANGUAGES = ("ru", "de")
KEYWORDS = {"_l": None, "lazy_pgettext": ((1, "c"), 2)}
"""What marks a text besides what Babel knows; the same in the Makefile."""
PLURALS = {"ru": 3, "de": 2}
PLACE = re.compile(r"%\(\w+\)s")
SOURCES = [*sorted((ROOT / "web").rglob("*.py")), *sorted((ROOT / "boards").rglob("*.py"))]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))


def po_file(lang: str) -> Path:
    return ROOT / "locale" / lang / "LC_MESSAGES" / "messages.po"


def read_catalog(lang: str) -> Catalog:
    with po_file(lang).open("rb") as file:
        return read_po(file, locale=lang)


def key(message: Message) -> tuple[str | None, str]:
    """What gettext looks a text up by: its context and its (singular) English."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def forms(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def texts(value: str | Iterable[str]) -> tuple[str, ...]:
    """One form or several, without those still to be written (one test tells of them)."""
    return tuple(filter(None, forms(value)))


@pytest.fixture(scope="module")
def source() -> Catalog:
    """Every text the source asks gettext for, with the settings of `make texts`."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    wanted = {"web", "boards", "templates"}

    def enter(folder: str) -> bool:
        return Path(folder).relative_to(ROOT).parts[0] in wanted

    for _file, _line, message, _comments, context in extract_from_dir(
        str(ROOT), methods, options, DEFAULT_KEYWORDS | KEYWORDS, directory_filter=enter
    ):
        found.add(message, context=context)
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return read_catalog(request.param)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of catalogs compiled just now."""
    folder = tmp_path_factory.mktemp("locale")
    for lang in LANGUAGES:
        target = folder / lang / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True)
        with target.open("wb") as file:
            write_mo(file, read_catalog(lang))
    return folder


# --- the catalogs ---
def test_the_extraction_sees_python_and_templates(source: Catalog) -> None:
    known = {key(message) for message in source if message.id}
    assert {(None, "Shape the board"), (None, "Enter a title."), ("filter", "Overdue")} <= known
    assert len(known) > 300


def test_every_text_is_translated_and_no_other(source: Catalog, catalog: Catalog) -> None:
    wanted = {key(message) for message in source if message.id}
    there = {key(message): message for message in catalog if message.id}
    assert sorted(wanted - set(there), key=str) == [], "not in the catalog: make texts"
    assert sorted(set(there) - wanted, key=str) == [], "no longer in the source: make texts"
    assert not catalog.obsolete
    assert [found for found, message in there.items() if message.fuzzy] == []
    assert [found for found, message in there.items() if not all(forms(message.string))] == []


def test_plural_forms_are_those_of_the_language(catalog: Catalog) -> None:
    assert catalog.num_plurals == PLURALS[str(catalog.locale)]
    assert f"nplurals={catalog.num_plurals};" in catalog.plural_forms
    for message in catalog:
        if isinstance(message.id, tuple | list):
            assert len(message.string) == catalog.num_plurals, message.id


def test_placeholders_agree(catalog: Catalog) -> None:
    for message in catalog:
        if message.id:
            wanted = sorted(PLACE.findall(texts(message.id)[-1]))
            for text in texts(message.string):
                assert sorted(PLACE.findall(text)) == wanted, text
                assert "%" not in PLACE.sub("", text), text


def test_translations_are_text_and_end_as_the_english_does(catalog: Catalog) -> None:
    for message in catalog:
        if message.id:
            end = texts(message.id)[-1][-1]
            for text in texts(message.string):
                assert not re.search(r"[<>\"]|  |^\s|\s$", text), text
                assert text[-1] == end or not {text[-1], end} & set(".:;…?!"), text


def test_quotes_are_those_of_the_language(catalog: Catalog) -> None:
    opening, closing, foreign = {"ru": ("«", "»", "“”„‘’"), "de": ("„", "“", "«»”‘")}[str(catalog.locale)]
    for message in catalog:
        for text in texts(message.string if message.id else ""):
            assert text.count(opening) == text.count(closing), text
            assert not set(text) & set(foreign), text


@pytest.mark.parametrize(
    ("lang", "count", "text"),
    [
        ("ru", 0, "0 участников"),
        ("ru", 1, "1 участник"),
        ("ru", 2, "2 участника"),
        ("ru", 5, "5 участников"),
        ("ru", 11, "11 участников"),
        ("ru", 21, "21 участник"),
        ("ru", 104, "104 участника"),
        ("de", 0, "0 Mitglieder"),
        ("de", 1, "1 Mitglied"),
        ("de", 2, "2 Mitglieder"),
    ],
)
def test_numbers_take_the_right_form(lang: str, count: int, text: str) -> None:
    buffer = io.BytesIO()
    write_mo(buffer, read_catalog(lang))
    buffer.seek(0)
    found = gettext.GNUTranslations(buffer).ngettext("%(num)s member", "%(num)s members", count)  # type: ignore[arg-type]
    assert found % {"num": count} == text


# --- nothing past the catalogs: Python and scripts ---
def unmarked(code: str) -> list[int]:
    """Lines where gettext is given something the extraction cannot read: anything but literal strings."""
    lines = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            asked = (
                node.args[:2]
                if getattr(node.func, "id", "") in ("ngettext", "pgettext", "lazy_pgettext")
                else node.args[:1]
            )
            if not all(isinstance(one, ast.Constant) for one in asked):
                lines.append(node.lineno)
    return lines


def test_the_check_of_python_finds_what_it_should() -> None:
    assert unmarked("_(text)\n_l('a')\nngettext('a', b, 3)\n_(f'{a}')") == [1, 3, 4]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_text_in_python_can_be_extracted(path: Path) -> None:
    assert unmarked(path.read_text()) == []


def test_scripts_have_no_sentences_of_their_own() -> None:
    sentence = re.compile(r"""(['"`])[A-ZÄÖÜА-Я][a-zäöüа-я]+ [a-zäöüа-я]+[^'"`]*\1""")
    assert sentence.search("say('Not saved yet')") and not sentence.search("$('#main [data-page]')")
    assert [(path.name, found[0]) for path in SCRIPTS for found in sentence.finditer(path.read_text())] == []


# --- nothing past the catalogs: templates ---
@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>{{ _('Save') }}</p>", []),
        ("<p>Save {{ name }}</p>", [f"Save {HOLE}"]),
        ("<p title='Save'>{{ pgettext('a', 'Save') }}</p>", ["Save"]),
        ("<i aria-label=\"{{ 'On' if a else _('Off') }}\"></i>", [f"{HOLE}On"]),
        ("<i class='x' {% if a %}alt='Photo'{% endif %}>{# Save #}</i>", ["Photo"]),
        ("<p>{{ name|default('Nobody') }}{{ icon('late') }}</p>", [f"{HOLE}Nobody{HOLE}"]),
        ("{{ toast('Not saved', 'error') }}", [f"{HOLE}Not saved"]),
        ("<h1>Stagecraft</h1><kbd>Enter</kbd>", []),
    ],
)
def test_the_check_of_templates_finds_what_it_should(template: str, found: list[str]) -> None:
    assert visible(template) == found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_show_nothing_past_the_catalogs(path: Path) -> None:
    assert visible(path.read_text()) == []


# --- as people get it ---
@pytest.mark.parametrize("titles", {**install.PLACEMENTS, **install.CRM_PLACEMENTS}.values(), ids=str)
def test_the_portal_gets_a_title_for_each_language(titles: Mapping[str, str]) -> None:
    assert set(titles) == {"en", *LANGUAGES}
    assert all(titles.values())


@pytest.fixture
def app(compiled: Path) -> Flask:
    made = Flask("pages", root_path=str(ROOT))
    made.jinja_env.trim_blocks = made.jinja_env.lstrip_blocks = True
    Babel(made, default_translation_directories=str(compiled), locale_selector=lambda: made.config["LANG"])
    made.register_blueprint(view)
    return made


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Shape the board", "Anyone responsible", "Overdue")),
        ("ru", ("Настроить доску", "Любой ответственный", "Просроченные", "Стадии")),
        ("de", ("Board gestalten", "Alle Verantwortlichen", "Überfällige", "Phasen")),
    ],
)
def test_a_board_speaks_the_language(app: Flask, lang: str, words: tuple[str, ...]) -> None:
    app.config["LANG"] = lang
    board = fake_board(2, 4)
    with app.test_request_context():
        address = board_address(board.ref, board.filters)
        html = render_template("kanban/board.html", board=board, address=address)
    assert [word for word in words if word not in html] == []


@pytest.mark.parametrize(
    ("lang", "short", "long", "full"),
    [
        ("en", "Mar 9, 18:05", "Mar 9, 2019", "Mar 9, 2019, 6:05:00\u202fPM"),
        ("ru", "9 мар., 18:05", "9 мар. 2019\u202fг.", "9 мар. 2019\u202fг., 18:05:00"),
        ("de", "9. März, 18:05", "9. März 2019", "09.03.2019, 18:05:00"),
    ],
)
def test_dates_are_written_as_people_write_them(
    app: Flask, lang: str, short: str, long: str, full: str
) -> None:
    app.config["LANG"] = lang
    now = dt.datetime.now(dt.UTC)
    with app.test_request_context():
        assert day(now.replace(month=3, day=9, hour=18, minute=5)) == short
        assert day(dt.datetime(2019, 3, 9, tzinfo=dt.UTC)) == long
        assert moment_text(dt.datetime(2019, 3, 9, 18, 5, tzinfo=dt.UTC)) == full


@pytest.fixture(scope="module")
def current_catalogs() -> None:
    """What the real app reads is not older than its source; the same rule as in the Makefile."""
    for lang in LANGUAGES:
        source, target = po_file(lang), po_file(lang).with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            fresh = target.with_suffix(f".{os.getpid()}")
            with fresh.open("wb") as file:
                write_mo(file, read_catalog(lang))
            fresh.replace(target)


@pytest.mark.parametrize(
    ("lang", "button", "title"),
    [
        ("en", "Shape the board", "Journal"),
        ("ru", "Настроить доску", "Журнал"),
        ("de", "Board gestalten", "Protokoll"),
    ],
)
def test_the_app_opens_and_goes_on_in_the_language_of_the_launch(
    current_catalogs: None, installed: Sandbox, empty_app: Server, lang: str, button: str, title: str
) -> None:
    person = Person(installed, empty_app.url, "owner")
    launch = installed.post(
        "launch",
        user=installed.people["owner"],
        placement="SONET_GROUP_DETAIL_TAB",
        options={"GROUP_ID": str(installed.main_group_id)},
        lang=lang,
    )
    answer = person.session.post(launch["url"], data=launch["form"], timeout=60)
    assert f'<html lang="{lang}"' in answer.text and button in answer.text
    person.token = answer.text.split('<meta name="session" content="')[1].split('"')[0]
    assert f'<h1 class="journal__title">{title}</h1>' in person.get("/journal").text


@pytest.mark.parametrize(
    ("lang", "title"), [("ru", "Установка Stagecraft"), ("de", "Stagecraft wird installiert")]
)
def test_the_installation_speaks_the_language(
    current_catalogs: None, sandbox: Sandbox, empty_app: Server, lang: str, title: str
) -> None:
    launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True, lang=lang)
    answer = http().post(launch["url"], data=launch["form"], timeout=60)
    assert f'<html lang="{lang}"' in answer.text and f"<h1>{title}</h1>" in answer.text
