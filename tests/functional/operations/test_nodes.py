"""Several processes and several machines with one database: nothing is done twice, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.actions import shown_columns, undo_address
from tests.functional.helpers import form_for
from tests.functional.operations.nodes import Nodes, on_one_machine, on_two_machines, together
from tests.support.killing import AFTER_SENDING, BEFORE_SENDING, STEPS
from tests.support.person import Person
from tests.support.servers import ROOT, Sandbox, Server, _clean_environment, app_environment, free_port
from web.core.tokens import LEASE_SECONDS

AT_ONCE = 64
RECOVERY_SECONDS = LEASE_SECONDS + 6


@pytest.fixture(scope="module")
def both_nodes(sandbox_server: Server, postgres_server: str, folder: Path) -> Iterator[Nodes]:
    with on_two_machines(Sandbox(sandbox_server.url), folder, postgres_server) as nodes:
        yield nodes


@pytest.fixture
def two_nodes(both_nodes: Nodes, sandbox: Sandbox) -> Nodes:
    """Two nodes on PostgreSQL, nothing stored."""
    return both_nodes.anew(sandbox)


@pytest.fixture(scope="module")
def both_processes(sandbox_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    with on_one_machine(Sandbox(sandbox_server.url), tmp_path_factory.mktemp("processes")) as nodes:
        yield nodes


@pytest.fixture
def two_processes(both_processes: Nodes, sandbox: Sandbox) -> Nodes:
    """One node with the processes and threads of the default settings, nothing stored."""
    return both_processes.anew(sandbox)


def refreshes_and_statuses(nodes: Nodes, people: list[Person]) -> tuple[int, list[int]]:
    nodes.sandbox.post("tokens/expire", which="access")
    nodes.sandbox.fault("oauth.token", "delay", seconds=1)
    with nodes.sandbox.recording() as seen:
        answers = together(*[lambda one=one: one.get("/home") for one in people])
    return sum(call["via"] == "token" for call in seen.calls), [one.status_code for one in answers]


def test_sixty_four_requests_at_once_refresh_once(two_processes: Nodes) -> None:
    person = two_processes.open("member")
    people = [two_processes.at(person, 0) for _ in range(AT_ONCE)]
    assert refreshes_and_statuses(two_processes, people) == (1, [200] * AT_ONCE)


def test_two_nodes_refresh_once(two_nodes: Nodes) -> None:
    person = two_nodes.open("member")
    people = [two_nodes.at(person, number % 2) for number in range(24)]
    assert refreshes_and_statuses(two_nodes, people) == (1, [200] * 24)


def test_a_change_at_one_node_is_undone_at_the_other(two_nodes: Nodes) -> None:
    owner = two_nodes.open("owner")
    other = two_nodes.at(owner, 1)
    board = f"/boards/g{two_nodes.sandbox.main_group_id}"
    first, second = shown_columns(owner.get(board).text)[:2]
    card = first.cards[0]
    moved = owner.post(f"{board}/cards/{card}/move", stage_id=second.stage_id)
    assert moved.status_code == 200, moved.text
    assert card in shown_columns(other.get(board).text)[1].cards
    back = other.post(undo_address(moved))
    assert back.status_code == 200, back.text
    assert card in shown_columns(owner.get(board).text)[0].cards


def test_one_request_sent_to_both_nodes_acts_once(two_nodes: Nodes) -> None:
    owner = two_nodes.open("owner")
    group = two_nodes.sandbox.main_group_id
    stages = two_nodes.sandbox.act("admin", "task.stages.get", entityId=group, numeric=1)
    form = {"title": "Once", "color": "FF0000", "after_id": stages[0]["ID"], "request_key": "k" * 20}
    both = [two_nodes.at(owner, node) for node in (0, 1)]
    answers = together(*[lambda one=one: one.post(f"/boards/g{group}/stages", **form) for one in both])
    assert [one.status_code for one in answers] == [200, 200]
    after = two_nodes.sandbox.act("admin", "task.stages.get", entityId=group, numeric=1)
    assert len(after) == len(stages) + 1


def test_what_belongs_to_another_portal_is_closed_at_every_node(two_nodes: Nodes) -> None:
    """The session is made one of another portal: no node has kept anything of before in its memory."""
    owner = two_nodes.open("owner")
    both = [two_nodes.at(owner, node) for node in (0, 1)]
    board = f"/boards/g{two_nodes.sandbox.main_group_id}"
    first, second = shown_columns(owner.get(board).text)[:2]
    moved = owner.post(f"{board}/cards/{first.cards[0]}/move", stage_id=second.stage_id)
    address = undo_address(moved)
    assert all(address in one.get("/journal").text for one in both)
    columns = ("client_endpoint, auth_server, installed, app_status, scope, application_token_sealed, "
               "installer_id, installed_at, changed_at")  # fmt: skip
    two_nodes.rows(
        f"INSERT INTO portal (member_id, {columns}) SELECT :other, {columns} FROM portal", other="f" * 32
    )
    two_nodes.rows("UPDATE user_session SET member_id = :other", other="f" * 32)
    for one in both:
        assert address not in one.get("/journal").text
        assert one.post(address).status_code == 404
    for one in both:
        assert one.get(board).status_code == 401, "that portal has no tokens of this person"


def die_while_refreshing(nodes: Nodes, step: str) -> None:
    """A process beside the app takes the lease of the member's pair and is killed at this step."""
    [(member_id,)] = nodes.rows("SELECT member_id FROM portal")
    user = nodes.sandbox.user("member")
    settings = app_environment(free_port(), nodes.sandbox.url, nodes.folder / "unused.sqlite") | nodes.shared
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killing", step, member_id, str(user)],
        cwd=ROOT,
        env=_clean_environment() | settings,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    [(until,)] = nodes.rows("SELECT lease_until FROM token_pair WHERE user_id = :user", user=user)
    assert until > 0, "it died with the lease"


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_refreshing(two_processes: Nodes, step: str) -> None:
    """Before sending, the old pair still works and all requests go on with it after a few seconds.

    Later the server has used the refresh token up and its answer died with the process, so nobody has a
    working pair: within the same seconds each request says that a login is wanted, and the login that the
    page then gets from its parent puts everything right. No request hangs, none fails otherwise.
    """
    nodes = two_processes
    person = nodes.open("member")
    nodes.sandbox.post("tokens/expire", which="access")
    if step == AFTER_SENDING:
        nodes.sandbox.fault("oauth.token", "drop_after")
    die_while_refreshing(nodes, step)
    began = time.monotonic()
    answers = together(*[lambda: nodes.at(person, 0).get("/home") for _ in range(8)])
    assert time.monotonic() - began < RECOVERY_SECONDS
    if step == BEFORE_SENDING:
        assert [one.status_code for one in answers] == [200] * 8
    else:
        assert [(one.status_code, one.headers.get("X-Session")) for one in answers] == [(401, "expired")] * 8
        renew(nodes, person)
    assert person.get("/home").status_code == 200


@pytest.mark.parametrize("step", STEPS)
def test_a_login_does_not_wait_for_the_lease_of_the_dead(two_processes: Nodes, step: str) -> None:
    person = two_processes.open("member")
    two_processes.sandbox.post("tokens/expire", which="access")
    if step == AFTER_SENDING:
        two_processes.sandbox.fault("oauth.token", "drop_after")
    die_while_refreshing(two_processes, step)
    began = time.monotonic()
    renew(two_processes, person)
    assert person.get("/home").status_code == 200
    assert time.monotonic() - began < LEASE_SECONDS / 2


def renew(nodes: Nodes, person: Person) -> None:
    """What the page does by itself when its session has ended: a fresh login from its parent."""
    _url, login = form_for(nodes.sandbox, person.who)
    wanted = {name: login[name] for name in ("AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID")}
    answer = person.post("/session/renew", **wanted)
    assert answer.status_code == 200, answer.text
    person.token = answer.json()["token"]
