"""Journal, aliases, idempotency keys, jobs: each keyed by its portal."""

from __future__ import annotations

import json
import threading

import pytest
import sqlalchemy as sa

from store import Database, jobs, journal, memos, requests
from store import models as m
from tests.unit.store.conftest import OTHER


def note(db: Database, portal: str, *, kind: str = "stage_move", board: str = "g1", user: int = 5) -> int:
    text = json.dumps({"kind": kind, "board_key": board, "label": "Пример 🎬"}, ensure_ascii=False)
    return journal.record(db, portal, user, f"User {user}", text, request_key="k" * 8)


def test_an_entry_keeps_the_change_as_it_was_written(db: Database, portal: str) -> None:
    entry = journal.get(db, portal, note(db, portal))
    assert entry and json.loads(entry.change)["label"] == "Пример 🎬"
    assert (entry.kind, entry.board_key, entry.user_name, entry.undone_by) == (
        "stage_move", "g1", "User 5", None,
    )  # fmt: skip


def test_another_portals_entry_is_not_there(db: Database, portal: str) -> None:
    theirs = note(db, OTHER)
    assert journal.get(db, portal, theirs) is None
    assert journal.entries(db, portal) == []
    assert not journal.mark_undone(db, portal, theirs, 99)
    assert journal.people(db, portal) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"board_key": "g2"}, [1]),
        ({"user_id": 6}, [2]),
        ({"kind": "stage_delete"}, [3]),
        ({"limit": 2}, [3, 2]),
    ],
)
def test_entries_are_filtered_newest_first(
    db: Database, portal: str, wanted: dict[str, object], expected: list[int]
) -> None:
    ids = [
        note(db, portal),
        note(db, portal, board="g2"),
        note(db, portal, user=6),
        note(db, portal, kind="stage_delete"),
    ]
    found = journal.entries(db, portal, **wanted)  # type: ignore[arg-type]
    assert [entry.id for entry in found] == [ids[index] for index in expected]


def test_entries_page_by_id_and_by_time(db: Database, portal: str) -> None:
    ids = [note(db, portal) for _ in range(3)]
    assert [entry.id for entry in journal.entries(db, portal, before_id=ids[2])] == [ids[1], ids[0]]
    middle = journal.get(db, portal, ids[1])
    assert middle
    since = journal.entries(db, portal, since=middle.at)
    until = journal.entries(db, portal, until=middle.at)
    assert ids[0] not in [entry.id for entry in since] and ids[2] in [entry.id for entry in since]
    assert ids[2] not in [entry.id for entry in until]


def test_an_entry_is_undone_once(db: Database, portal: str) -> None:
    entry_id = note(db, portal)
    assert journal.mark_undone(db, portal, entry_id, 70)
    assert not journal.mark_undone(db, portal, entry_id, 71)
    entry = journal.get(db, portal, entry_id)
    assert entry and entry.undone_by == 70


def test_people_have_their_latest_name(db: Database, portal: str) -> None:
    note(db, portal, user=6)
    journal.record(db, portal, 6, "Renamed", json.dumps({"kind": "x", "board_key": "g1"}))
    assert journal.people(db, portal) == [(6, "Renamed")]


def test_aliases_are_followed_to_the_last_id(db: Database, portal: str) -> None:
    journal.put(db, portal, {10: 20})
    journal.put(db, portal, {20: 30})
    journal.put(db, OTHER, {30: 99})
    assert journal.resolve(db, portal, 10) == 30
    assert journal.resolve(db, portal, 30) == 30
    assert journal.resolve(db, portal, 7) == 7


def test_a_circle_of_aliases_ends(db: Database, portal: str) -> None:
    journal.put(db, portal, {10: 20, 20: 10})
    assert journal.resolve(db, portal, 10) in (10, 20)


def test_of_two_equal_requests_one_acts(db: Database, portal: str) -> None:
    start, states = threading.Barrier(6), []

    def arrive() -> None:
        start.wait()
        states.append(requests.begin(db, portal, 5, "same-key").state)

    threads = [threading.Thread(target=arrive) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["new", *["running"] * 5]


def test_a_finished_action_answers_with_its_entry(db: Database, portal: str) -> None:
    requests.begin(db, portal, 5, "key")
    requests.finish(db, portal, 5, "key", 42)
    assert requests.begin(db, portal, 5, "key") == requests.Begun("done", 42)


def test_a_key_is_a_persons_own(db: Database, portal: str) -> None:
    requests.begin(db, portal, 5, "key")
    assert requests.begin(db, portal, 6, "key").state == "new"
    assert requests.begin(db, OTHER, 5, "key").state == "new"


def test_a_failed_action_may_be_tried_again(db: Database, portal: str) -> None:
    requests.begin(db, portal, 5, "key")
    requests.forget(db, portal, 5, "key")
    assert requests.begin(db, portal, 5, "key").state == "new"


def test_a_crashed_action_is_taken_over(db: Database, portal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests.begin(db, portal, 5, "key")
    monkeypatch.setattr(requests, "ABANDONED_AFTER", -1.0)
    assert requests.begin(db, portal, 5, "key").state == "new"


def test_what_an_action_leaves_is_there_for_its_next_try(db: Database, portal: str) -> None:
    assert requests.begin(db, portal, 5, "key").pending_change is None
    requests.keep(db, portal, 5, "key", "perhaps this")
    requests.unsure(db, portal, 5, "key")
    assert requests.begin(db, portal, 5, "key") == requests.Begun(
        "new", unsure=True, pending_change="perhaps this"
    )
    assert requests.begin(db, portal, 5, "key").state == "running"


def test_what_nobody_comes_back_to_is_given_up_once(db: Database, portal: str) -> None:
    for key in ("done", "unsure", "died", "nothing"):
        requests.begin(db, portal, 5, key)
        if key != "nothing":
            requests.keep(db, portal, 5, key, key)
    requests.finish(db, portal, 5, "done", 42)
    requests.unsure(db, portal, 5, "unsure")
    assert requests.left_unsure(db, 600) == []
    with db.session() as session:
        session.execute(sa.update(m.Action).values(started_at=m.Action.started_at - 601))
    left = requests.left_unsure(db, 600)
    assert {one.pending_change for one in left} == {"unsure", "died"}
    came_back = requests.begin(db, portal, 5, "unsure")
    assert came_back.unsure and not requests.give_up(
        db, next(one for one in left if one.pending_change == "unsure")
    )
    died = next(one for one in left if one.pending_change == "died")
    assert requests.give_up(db, died) and not requests.give_up(db, died)


def test_a_step_that_was_not_answered_is_told_to_the_next(db: Database, portal: str) -> None:
    job_id = jobs.create(db, portal, 5, "stage", "g1", {})

    def unsure() -> bool:
        job = jobs.lease(db, portal, job_id)
        assert job
        return job.unsure

    assert not unsure()
    jobs.release(db, portal, job_id)
    assert not unsure()
    jobs.release(db, portal, job_id, unsure=True)
    aged(db, job_id, 121)
    assert [one.unsure for one in jobs.idle(db, 120)] == [True]
    assert unsure()
    jobs.save(db, portal, job_id, {})
    assert not unsure()
    with db.session() as session:
        session.execute(sa.update(m.StoredJob).values(lease_until=m.StoredJob.lease_until - jobs.LEASE - 1))
    assert unsure(), "its process died"
    jobs.drop(db, portal, job_id)
    assert jobs.get(db, portal, job_id) is None


def test_a_step_of_a_job_is_done_by_one(db: Database, portal: str) -> None:
    job_id = jobs.create(db, portal, 5, "delete_stage", "g1", {"left": [1, 2]})
    assert jobs.get(db, OTHER, job_id) is None and jobs.lease(db, OTHER, job_id) is None
    job = jobs.lease(db, portal, job_id)
    assert job and job.data == {"left": [1, 2]}
    assert jobs.lease(db, portal, job_id) is None
    jobs.save(db, portal, job_id, {"left": []})
    again = jobs.lease(db, portal, job_id)
    assert again and again.data == {"left": []}
    jobs.release(db, portal, job_id)
    jobs.save(db, portal, job_id, {"left": []}, state="done")
    assert jobs.lease(db, portal, job_id) is None


def aged(db: Database, job_id: str, seconds: float) -> None:
    """As if nothing had happened to the job for so long."""
    with db.session() as session:
        job = session.get(m.StoredJob, job_id)
        assert job
        job.changed_at -= seconds


def test_a_job_without_steps_for_a_while_is_ended_once_with_its_entry(db: Database, portal: str) -> None:
    job_id = jobs.create(db, portal, 5, "stage", "g1", {})
    assert jobs.idle(db, 120) == []
    aged(db, job_id, 121)
    [row] = jobs.idle(db, 120)
    text = json.dumps({"kind": "cards_move", "board_key": "g1"})
    start, won = threading.Barrier(4), []

    def end() -> None:
        start.wait()
        won.append(jobs.abandon(db, row, 120, "Anna", text))

    threads = [threading.Thread(target=end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, False, False, True]
    [entry] = journal.entries(db, portal)
    assert (entry.user_id, entry.user_name, entry.kind) == (5, "Anna", "cards_move")
    after = jobs.get(db, portal, job_id)
    assert after and after.state == "abandoned"
    assert jobs.lease(db, portal, job_id) is None


def test_who_goes_on_in_time_is_not_interrupted(db: Database, portal: str) -> None:
    under_way, tried, plan, over = (
        jobs.create(db, portal, 5, "stage", "g1", {}, state=state)
        for state in ("open", "open", "plan", "done")
    )
    for job_id in (under_way, tried, plan, over):
        aged(db, job_id, 500)
    seen = jobs.idle(db, 120)
    assert {row.id for row in seen} == {under_way, tried}
    assert jobs.lease(db, portal, under_way)
    jobs.release(db, portal, tried)
    assert jobs.idle(db, 120) == []
    assert not any(jobs.abandon(db, row, 120, "", None) for row in seen)


def test_the_newest_unfinished_job_of_a_person_on_a_board(db: Database, portal: str) -> None:
    for member, user, board, state in (
        (OTHER, 5, "g1", "open"), (portal, 6, "g1", "open"), (portal, 5, "g2", "open"),
        (portal, 5, "g1", "plan"), (portal, 5, "g1", "done"), (portal, 5, "g1", "abandoned"),
    ):  # fmt: skip
        jobs.create(db, member, user, "stage", board, {}, state=state)
    assert jobs.unfinished(db, portal, 5, "g1") is None
    older = jobs.create(db, portal, 5, "stage", "g1", {})
    aged(db, older, 5)
    newer = jobs.create(db, portal, 5, "stage", "g1", {})
    assert jobs.unfinished(db, portal, 5, "g1") == newer


def test_what_belongs_together_is_kept_together(db: Database, portal: str) -> None:
    person = memos.PortalUser(db, portal, 5)

    def both() -> None:
        with db.session():
            memos.LAST_BOARD.put(person, "g3")
            journal.put(db, portal, {1: 2})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        both()
    assert memos.LAST_BOARD.get(person) == "home" and journal.resolve(db, portal, 1) == 1
    with db.session():
        memos.LAST_BOARD.put(person, "g3")
        assert memos.LAST_BOARD.get(person) == "home", "nobody sees it before it is whole"
    assert memos.LAST_BOARD.get(person) == "g3"
