"""How the time of a board's page grows with what it shows: rendering alone, and 10,000 tasks behind it."""

from __future__ import annotations

import contextlib
import gzip
import time
from collections.abc import Callable
from functools import partial

from cryptography.fernet import Fernet
from flask import render_template
from report import Figure, Section, median_of, ratio_of
from support import installed_app

from app import create_app
from boards.core.board import Board
from config import Config
from tests.support.fake_board import fake_board
from tests.support.person import Person
from web.core.filters import board_address


def board_html(board: Board) -> str:
    """The page's main part, as the route renders it."""
    return render_template(
        "kanban/board.html", board=board, address=board_address(board.ref, board.filters), read_at=time.time()
    )


BASE = (5, 50)
BIGGER = {"20 stages × 500 cards": (20, 500), "100 stages × 500 cards": (100, 500)}


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def rendering(turns: int) -> list[Figure]:
    """Milliseconds for the HTML of bigger boards against the small one, and per thing shown."""
    settings = {
        "B24_CLIENT_ID": "bench",
        "B24_CLIENT_SECRET": "bench",
        "B24_ALLOW_PRIVATE_PORTALS": "1",
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": "sqlite://",
    }
    figures: list[Figure] = []
    app = create_app(Config.from_env(settings), worker=False)
    small = fake_board(*BASE)
    with app.test_request_context():
        for name, (stages, cards) in BIGGER.items():
            big = fake_board(stages, cards)
            board_html(small), board_html(big)
            renders = partial(board_html, small), partial(board_html, big)
            pairs = [(took(renders[0]), took(renders[1])) for _ in range(turns)]
            shown = (stages + cards) / sum(BASE)
            per_thing = [(a, b / shown) for a, b in pairs]
            figures += [
                ratio_of(f"rendering {name} ÷ 5 × 50", pairs),
                ratio_of(f"the same per stage and card shown ({shown:.1f} × as many)", per_thing, goal=1.0),
            ]
        size = len(gzip.compress(board_html(fake_board(20, 500)).encode())) / 1000
    return [
        *figures,
        Figure("HTML of 500 cards, gzipped", size, "kB", 60),
    ]


def pages(turns: int) -> list[Figure]:
    """A board's page over HTTP: the project whose 500 tasks are all shown, the one of 10,000, in turn."""
    with contextlib.ExitStack() as stack:
        gets, cards = [], []
        for seed in ("medium", "huge"):
            sandbox, app = stack.enter_context(installed_app(seed))
            person = Person(sandbox, app.url, "owner").open()
            gets.append(partial(page, person, sandbox.main_group_id))
            cards.append([gets[-1]().count("data-task-id=") for _ in range(2)][-1])
        pairs = [(took(gets[0]), took(gets[1])) for _ in range(turns)]
    return [
        median_of(f"page of a project of 500 tasks, {cards[0]} cards shown", [a for a, _ in pairs], "ms"),
        median_of(f"page of a project of 10,000 tasks, {cards[1]} cards shown", [b for _, b in pairs], "ms"),
        ratio_of("page of 10,000 tasks ÷ page of 500", pairs, goal=1.3),
    ]


def page(person: Person, group: int) -> str:
    answer = person.get(f"/boards/g{group}")
    answer.raise_for_status()
    return answer.text


def measure(quick: bool) -> Section:
    return Section(
        "A board's page",
        "Rendering is the HTML alone, in one process, without the portal. Pages are whole, over HTTP with "
        "the stand-in portal behind them, its answer included: a board of 12 columns and 500 tasks, all of "
        "which it shows, against the same board with 10,000, of which it shows the first 50 of each column.",
        [*rendering(3 if quick else 40), *pages(3 if quick else 40)],
        obstacle="A stage brings its tools along (a form, six buttons, nine texts that name it) and so takes "
        "as long as several cards. A page takes what the cards that it shows take, in the app (reading their "
        "rows, rendering them) as in the portal, and on top of it what the portal needs to look through the "
        "tasks of each column that are not shown, to count and to sort them.",
        profiles=(
            "Rendering 100 stages: icons, ids and the macro of the band itself were made anew for each "
            "stage; they are now made once for the page.",
            "The page of 10,000 tasks: a third of the stand-in portal's time went into walking through "
            "tasks that are not shown; with slots and sorted by attribute it is half of that.",
        ),
    )
