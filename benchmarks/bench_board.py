"""How the time of a board's page grows with what it shows: rendering alone, and 10,000 tasks behind it."""

from __future__ import annotations

import contextlib
import gzip
import time
from collections.abc import Callable
from functools import partial

from cryptography.fernet import Fernet
from flask import render_template
from report import Figure, Section, ratio_of
from support import installed_app

from app import create_app
from boards.model import Board
from config import Config
from tests.support.fake_board import fake_board
from tests.support.person import Person
from web.view import board_address


def board_html(board: Board) -> str:
    """The page's main part, as the route renders it."""
    return render_template(
        "board.html", board=board, address=board_address(board.ref, board.filters), read_at=time.time()
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


def pages(turns: int) -> list[tuple[float, float]]:
    """Milliseconds of a board's page: the ordinary project, the one of 10,000 tasks, in turn."""
    with contextlib.ExitStack() as stack:
        gets = []
        for seed in ("company", "huge"):
            sandbox, app = stack.enter_context(installed_app(seed))
            person = Person(sandbox, app.url, "owner").open()
            gets.append(lambda p=person, g=sandbox.main_group_id: p.get(f"/boards/g{g}").raise_for_status())
        for get in gets:
            get()
        return [(took(gets[0]), took(gets[1])) for _ in range(turns)]


def measure(quick: bool) -> Section:
    figures = rendering(3 if quick else 30)
    whole = pages(3 if quick else 25)
    return Section(
        "A board's page",
        "Rendering is the HTML alone, in one process, without the portal. The last line is "
        "the whole page over "
        "HTTP with the stand-in portal behind it: a project of 10,000 tasks in 20 stages (up to 50 cards a "
        "column are shown) against the demo's project of 150 tasks; the goal speaks of 500, "
        "so it is not judged here.",
        [
            *figures,
            ratio_of("page of a 10,000-task project ÷ that of 150 tasks", whole),
        ],
    )
