"""Totals, velocity, the line in the backlog, the burndown: pure numbers, exactly."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from boards.core.model import Person
from boards.scrum.model import (
    Epic,
    Item,
    ItemFacts,
    ItemList,
    Planning,
    ScrumRights,
    ScrumTeam,
    Sprint,
    SprintStatus,
)
from boards.scrum.planning import load_points
from boards.scrum.points import SCALES, PointSum, ScaleKind, sum_points
from boards.scrum.statistics import (
    LONGEST,
    Velocity,
    burn_down,
    count_totals,
    forecast_line,
    load_history,
    measure_load,
    measure_velocity,
)
from sandbox.state.portal import COMPLETED
from tests.unit.boards.scrum.scene import REF, ScrumScene

SCALE = SCALES[ScaleKind.FIBONACCI]
ANN, BOB = Person(1, "Ann"), Person(2, "bob")
UTC = dt.UTC


def item(task_id: int, points: str | None = "1", **more: object) -> Item:
    return Item(task_id, f"T{task_id}", 1, points=points, **more)  # type: ignore[arg-type]


def sprint(number: int, day: int = 2, days: int = 4) -> Sprint:
    start = dt.datetime(2026, 3, day, tzinfo=UTC)
    end = start + dt.timedelta(days=days, seconds=-1)
    return Sprint(number, f"Sprint {number}", SprintStatus.COMPLETED, start, end)


def test_totals() -> None:
    search, billing = Epic(5, "Search", "000000"), Epic(6, "Billing", "111111")
    team = ScrumTeam(20, "T", ScrumRights(), epics=(billing, search))
    items = (
        item(1, "8", epic_id=5, responsible=BOB),
        item(2, "½", epic_id=5, responsible=ANN, completed=True),
        item(3, "XL", epic_id=99, responsible=ANN),  # an epic that is gone
        item(4, None, responsible=None),
        item(5, "", missing=True),
    )
    totals = count_totals(Planning(team, (ItemList(1, None, items),)), SCALE)
    assert (totals.lists[1].total, totals.lists[1].unclear, totals.lists[1].unknown) == (Decimal("8.5"), 1, 1)
    assert [
        (share.epic and share.epic.name, share.all.count, share.done.total) for share in totals.epics
    ] == [
        ("Billing", 0, 0),
        ("Search", 2, Decimal("0.5")),
        (None, 3, 0),
    ]
    assert [(share.person and share.person.name, share.all.total) for share in totals.people] == [
        ("Ann", Decimal("0.5")),
        ("bob", 8),
        (None, 0),
    ]
    assert totals.epics[1].progress == Decimal("0.5") / Decimal("8.5")
    assert totals.epics[0].progress == 0


def test_progress_by_count_where_nothing_is_estimated() -> None:
    team = ScrumTeam(20, "T", ScrumRights())
    items = (item(1, "", completed=True), item(2, ""))
    assert count_totals(Planning(team, (ItemList(1, None, items),)), SCALE).epics[0].progress == Decimal(
        "0.5"
    )


def test_velocity_of_the_last_five() -> None:
    sprints = [sprint(number, number) for number in range(7, 0, -1)]
    history = {
        past.id: [item(1, str(points), completed=True), item(2, "13")]
        for past, points in zip(sprints, [8, 5, 3, 5, 8, 1, 1], strict=True)
    }
    velocity = measure_velocity(sprints, history, SCALE)
    assert [result.sprint.id for result in velocity.results] == [3, 4, 5, 6, 7]
    assert (velocity.average, velocity.lowest, velocity.highest) == (Decimal("5.8"), 3, 8)
    assert velocity.complete
    assert not measure_velocity(sprints[:1], {7: [item(1, None, completed=True)]}, SCALE).complete
    assert measure_velocity(sprints, {}, SCALE) == Velocity()


def test_how_full_a_sprint_is() -> None:
    velocity = measure_velocity([sprint(1)], {1: [item(1, "8", completed=True)]}, SCALE)
    full = measure_load(count_sum("8", "3"), velocity)
    assert (full.points, full.share, full.over) == (11, Decimal("1.375"), True)
    assert not measure_load(count_sum("8"), velocity).over
    nothing = measure_load(count_sum("8"), Velocity())
    assert (nothing.share, nothing.over) == (None, False)


def count_sum(*texts: str) -> PointSum:
    return sum_points(texts, SCALE)


def test_the_line_in_the_backlog() -> None:
    velocity = measure_velocity([sprint(1)], {1: [item(1, "8", completed=True)]}, SCALE)
    line = forecast_line([item(1, "5"), item(2, "3"), item(3, "½")], velocity, SCALE)
    assert line and (line.after_id, line.count, line.points, line.sure) == (2, 2, 8, True)
    unsure = forecast_line([item(1, "5"), item(2, "?"), item(3, "5")], velocity, SCALE)
    assert unsure and (unsure.after_id, unsure.sure) == (2, False)
    none = forecast_line([item(1, "13")], velocity, SCALE)
    assert none and (none.after_id, none.count) == (0, 0)
    all_of_it = forecast_line([item(1, "1")], velocity, SCALE)
    assert all_of_it and all_of_it.after_id == 1
    assert forecast_line([item(1)], Velocity(), SCALE) is None


def test_history_costs_one_request(team: ScrumScene) -> None:
    for task_id in range(100, 105):
        team.item(task_id, team.done, "3", status=COMPLETED)
    team.item(105, team.done, "8")
    sprints = team.planning().team.completed
    team.wire.requests.clear()
    history = load_history(team.client, REF, team.actor(), sprints)
    assert team.wire.count == 1
    assert [item.task_id for item in history[team.done]] == [100, 101, 102, 103, 104, 105]
    facts = load_points(team.client, team.actor(), [item.task_id for item in history[team.done]]).facts
    known = load_history(team.client, REF, team.actor(), sprints, facts)
    velocity = measure_velocity(sprints, known, SCALE)
    assert (velocity.average, velocity.results[0].all.total) == (15, 23)


def test_a_long_history(team: ScrumScene) -> None:
    for task_id in range(1000, 1230):
        team.item(task_id, team.done, "1", status=COMPLETED)
    history = load_history(
        team.client,
        REF,
        team.actor(),
        team.planning().team.completed,
        {1000: ItemFacts("1", 0, team.done, 0.0)},
    )
    assert len(history[team.done]) == 230
    assert load_history(team.client, REF, team.actor(), []) == {}


def test_a_burndown() -> None:
    items = [
        item(1, "5", completed=True, closed=dt.datetime(2026, 3, 2, 23, 30, tzinfo=UTC)),
        item(2, "3", completed=True, closed=dt.datetime(2026, 3, 4, 8, tzinfo=UTC)),
        item(3, "8"),
        item(4, "?"),
        item(5, ""),
    ]
    now = dt.datetime(2026, 3, 4, 12, tzinfo=UTC)
    found = burn_down(sprint(1), items, SCALE, now)
    assert found and (found.total, found.apart, found.sure, found.cut) == (16, 2, True, False)
    assert [(day.day.day, day.ideal, day.remaining) for day in found.days] == [
        (1, 16, 16),
        (2, 12, 11),
        (3, 8, 11),
        (4, 4, 8),
        (5, 0, None),
    ]
    east = burn_down(sprint(1), items, SCALE, now, dt.timezone(dt.timedelta(hours=3)))
    assert east and [day.remaining for day in east.days][:4] == [16, 16, 11, 8]  # closed past midnight there


def test_what_was_closed_before_the_sprint_counts_from_its_first_day() -> None:
    early = [item(1, "5", completed=True, closed=dt.datetime(2026, 2, 1, tzinfo=UTC)), item(2, "3")]
    found = burn_down(sprint(1), early, SCALE, dt.datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert found and [day.remaining for day in found.days] == [8, 3, None, None, None]


def test_odd_burndowns() -> None:
    now = dt.datetime(2026, 3, 4, tzinfo=UTC)
    empty = burn_down(sprint(1), [], SCALE, now)
    assert empty and {day.ideal for day in empty.days} == {Decimal("0.00")}
    assert burn_down(Sprint(1, "S", SprintStatus.PLANNED), [], SCALE, now) is None
    long = burn_down(sprint(1, days=4000), [item(1, None)], SCALE, now)
    assert long and (len(long.days), long.cut, long.sure) == (LONGEST + 1, True, False)
