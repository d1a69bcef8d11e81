"""What boards look like as HTML: escaping, readable text, rights, and how much the browser has to fetch."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import Babel

from boards.core.board import Board
from boards.core.colors import PALETTE, contrast, text_color
from boards.core.model import Denial, Filters, Rights
from boards.scrum.points import PointSum
from boards.scrum.statistics import Load
from tests.support.fake_board import OWNER, fake_board
from web.core.filters import blueprint as view
from web.core.filters import board_address, dom_id, initials

ROOT = Path(__file__).resolve().parents[3]
MARKUP = '<img src=x onerror=alert(1)> & "quotes"'


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("pages", root_path=str(ROOT))
    made.jinja_env.trim_blocks = made.jinja_env.lstrip_blocks = True
    Babel(made)
    made.register_blueprint(view)
    return made


def shown(app: Flask, board: Board) -> str:
    with app.test_request_context():
        address = board_address(board.ref, board.filters)
        return render_template("kanban/board.html", board=board, address=address)


def whole_page(app: Flask, board: Board) -> str:
    from markupsafe import Markup

    with app.test_request_context():
        main = Markup(render_template("kanban/board.html", board=board, address="/boards/g12"))
        return render_template("base.html", main=main, token="t", lang="en", page="board")


# --- texts of others ---
def test_titles_with_markup_stay_text(app: Flask) -> None:
    board = fake_board(1, 1)
    column = board.columns[0]
    card = replace(column.cards[0], title=MARKUP, tags=(MARKUP,))
    column = replace(column, cards=(card,), stage=replace(column.stage, title=MARKUP))
    html = shown(app, replace(board, title=MARKUP, columns=(column,), filters=Filters(text=MARKUP)))
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt; &amp; &#34;quotes&#34;") >= 5


@pytest.mark.parametrize(
    ("key", "found"), [(17, "stage-17"), ("C1:NEW", "stage-C1-NEW"), ("a b'\"", "stage-a-b--")]
)
def test_dom_ids_are_safe_in_selectors(key: object, found: str) -> None:
    assert dom_id("stage", key) == found


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Weiss", "AW"), ("Иван Петров", "ИП"), ("Mei", "M"), ("", "?"), ("<b>", "?"), ("J. R. R.", "JR")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


# --- colors ---
@pytest.mark.parametrize("color", [*PALETTE, "FFFFFF", "000000", "777777", "767676"])
def test_text_on_a_stage_reads(app: Flask, color: str) -> None:
    board = fake_board(1, 0)
    column = replace(board.columns[0], stage=replace(board.columns[0].stage, color=color))
    html = shown(app, replace(board, columns=(column,)))
    tone = "dark" if text_color(color) == "000000" else "light"
    assert f'class="stage stage--{tone}"' in html
    assert contrast(text_color(color), color) >= 4.5


# --- rights ---
def test_who_may_not_shape_gets_the_reason_and_no_tools(app: Flask) -> None:
    rights = Rights(role="K", may_move=True, why_not_shape=Denial.NOT_OWNER_OR_MODERATOR)
    html = shown(app, fake_board(2, 4, rights=rights))
    assert "Only the owner and the moderators" in html
    assert "stage__tools" not in html
    assert 'id="card-menu"' in html


def test_who_may_not_move_gets_no_means_to(app: Flask) -> None:
    rights = Rights(why_not_move=Denial.NOT_A_MEMBER, why_not_shape=Denial.NOT_A_MEMBER)
    html = shown(app, fake_board(2, 4, rights=rights))
    assert "View only" in html
    for absent in ("data-may-move", 'id="bulk"', 'id="card-menu"', "card__more", 'class="pick"'):
        assert absent not in html


def test_the_first_stage_has_no_way_to_delete_it(app: Flask) -> None:
    html = shown(app, fake_board(2, 0))
    assert "/stages/101/delete" in html
    assert "/stages/100/delete" not in html
    assert "cannot be deleted" in html


def test_an_administrator_sees_that_they_act_as_one(app: Flask) -> None:
    html = shown(app, fake_board(1, 0, rights=replace(OWNER, role="", as_admin=True)))
    assert 'id="as-admin"' in html
    assert 'id="as-admin"' not in shown(app, fake_board(1, 0))


# --- columns ---
def test_a_column_asks_for_its_next_cards_with_the_filters(app: Flask) -> None:
    board = fake_board(2, 10, filters=Filters(text="a&b", overdue=True))
    html = shown(app, board)
    asked = re.findall(r'class="next" hx-get="([^"]+)"', html)
    assert asked == [
        "/boards/g12/columns/100?text=a%26b&amp;overdue=1&amp;start=5&amp;first=1&amp;may_move=1",
        "/boards/g12/columns/101?text=a%26b&amp;overdue=1&amp;start=5&amp;may_move=1",
    ]


def test_a_column_not_read_yet_asks_for_its_cards_and_invents_no_count(app: Flask) -> None:
    html = shown(app, fake_board(3, 9, unread=1))
    assert "/boards/g12/columns/102?start=0" in html
    assert 'id="stage-102-count" data-total="…"' in html


def test_overdue_is_a_word_and_a_sign_not_only_a_color(app: Flask) -> None:
    late = re.search(r'<time class="due due--late".*?</time>', shown(app, fake_board(1, 30)), re.S)
    assert late
    assert "Overdue" in late[0]
    assert "#i-late" in late[0]


def test_a_moment_is_told_to_the_minute(app: Flask) -> None:
    with app.test_request_context():
        made = dt.datetime.fromisoformat("2026-09-25T18:03:47+03:00")
        assert app.jinja_env.filters["minute"](made) == "Sep 25, 2026, 18:03"


@pytest.mark.parametrize("over", [True, False])
def test_the_bar_of_a_sprint_warns_when_it_is_fuller_than_any_before(
    app: Flask, over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("number", "share"):
        monkeypatch.setitem(app.jinja_env.filters, name, str)
    full = Load(Decimal(75), Decimal(31), Decimal("2.4"), over)
    with app.test_request_context():
        html = render_template_string(
            '{% from "scrum/_sum.html" import sum_text with context %}{{ sum_text(sum, load) }}',
            sum=PointSum(),
            load=full,
        )
    meter = re.search(r"<meter[^>]*>", html)
    assert meter and ('optimum="0"' in meter[0]) is over


# --- rules of the page ---
def test_no_script_and_no_handler_in_the_page(app: Flask) -> None:
    html = whole_page(app, fake_board(2, 10))
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert not re.search(r"\son[a-z]+=|hx-on|\"js:|javascript:", html)


def test_ids_are_unique(app: Flask) -> None:
    ids = re.findall(r'\sid="([^"]+)"', whole_page(app, fake_board(5, 100)))
    assert len(ids) == len(set(ids))


def test_every_tool_of_a_stage_says_which_stage_it_is_for(app: Flask) -> None:
    """People who hear the page meet 20 buttons to delete something."""
    html = shown(app, fake_board(3, 0))
    tools = r'(?:data-do="stage-|hx-get="/boards/g12/stages|data-why=|<input class="stage__)'
    names = re.findall(tools + r'[^>]*aria-label="([^"]+)"', html)
    assert len(names) == 3 * 6 + 1
    assert len(set(names)) == len(names)
    for title in ("New", "In progress", "Waiting for the customer"):
        assert f"Color of “{title}”" in names
        assert f"Delete “{title}”" in names
        assert f"Add a stage after “{title}”" in names
        assert f"Move “{title}” to the left" in names


def test_the_menu_of_a_card_names_its_card(app: Flask) -> None:
    html = whole_page(app, fake_board(1, 3))
    for names in re.findall(r'class="card__more" aria-labelledby="([^"]+)"', html):
        for part in names.split():
            assert html.count(f'id="{part}"') == 1
    assert re.search(r'<span id="act" hidden>[^<]+</span>', html)


# --- what the browser has to fetch ---
def test_a_board_of_20_stages_and_500_cards_is_light(app: Flask) -> None:
    html = whole_page(app, fake_board(20, 500))
    assert html.count('class="card') >= 500
    assert len(gzip.compress(html.encode(), 6)) <= 60_000
