"""What people click on the board of a project and on My Planner."""

from __future__ import annotations

from tests.functional import actions
from tests.functional.actions import Scene, hidden
from tests.functional.walks.steps import COLORS, NAMES, Ready, post

MOST = 8
"""Columns from which on none is added."""


def move_stage(scene: Scene, a: int, b: int, c: int) -> Ready:
    ids = [one.stage_id for one in scene.columns]
    stage = ids.pop(a % len(ids))
    form = scene.shaping(after_id=[0, *ids][b % (len(ids) + 1)])
    return "task.stages.update", post(scene.person, f"{scene.stages_path}/{stage}/move", form)


def rename_stage(scene: Scene, a: int, b: int, c: int) -> Ready:
    stage = scene.columns[a % len(scene.columns)]
    form = scene.shaping(title=f"{NAMES[b % len(NAMES)]} {c % 5}", seen_title=stage.title)
    return "task.stages.update", post(scene.person, f"{scene.stages_path}/{stage.stage_id}/rename", form)


def recolor_stage(scene: Scene, a: int, b: int, c: int) -> Ready:
    stage = scene.columns[a % len(scene.columns)]
    path = f"{scene.stages_path}/{stage.stage_id}/color"
    shown = hidden(scene.person.get(path, color=stage.color).text)
    return "task.stages.update", post(
        scene.person, path, scene.shaping(**shown | {"color": COLORS[b % len(COLORS)]})
    )


def add_stage(scene: Scene, a: int, b: int, c: int) -> Ready:
    if len(scene.columns) > MOST:
        return None
    after = [0, *(one.stage_id for one in scene.columns)][a % (len(scene.columns) + 1)]
    form = scene.shaping(title=f"Fresh {b % 10}", color=COLORS[c % len(COLORS)], after_id=after)
    return "task.stages.add", post(scene.person, scene.stages_path, form)


def delete_stage(scene: Scene, a: int, b: int, c: int) -> Ready:
    if len(scene.columns) < 3:
        return None
    stage = scene.columns[1 + a % (len(scene.columns) - 1)].stage_id
    rest = [one.stage_id for one in scene.columns if one.stage_id != stage]
    path = f"{scene.stages_path}/{stage}/delete"
    asked = hidden(scene.person.get(path).text)
    if "job_id" not in asked:
        return None
    form = scene.shaping(**asked, target_stage_id=rest[b % len(rest)])
    form.pop("request_key", None)
    return "task.stages.delete", post(scene.person, path, form)


def move_card(scene: Scene, a: int, b: int, c: int) -> Ready:
    full = [index for index, one in enumerate(scene.columns) if one.cards]
    if not full:
        return None
    source = full[a % len(full)]
    card = b % len(scene.columns[source].cards)
    target = (a // 7) % len(scene.columns)
    room = [one for one in scene.columns[target].cards if one != scene.columns[source].cards[card]]
    spot = c % (len(room) + 1)
    return "task.stages.movetask", lambda key: actions._move(
        scene, (source, card), (target, spot), {"request_key": key}
    )


def move_cards(scene: Scene, a: int, b: int, c: int) -> Ready:
    full = [one for one in scene.columns if len(one.cards) > 1]
    if not full:
        return None
    source = full[a % len(full)]
    others = [one for one in scene.columns if one is not source]
    first = b % (len(source.cards) - 1)
    chosen = source.cards[first : first + 2 + b % 2]
    spots = [(*actions._around(source.cards, source.cards.index(one)), source.stage_id) for one in chosen]
    was = ",".join(":".join(map(str, (card, *spot))) for card, spot in zip(chosen, spots, strict=True))
    target = others[c % len(others)].stage_id
    form = {"action": "move", "stage_id": target, "was": was, "task_ids": list(chosen)}
    return "task.stages.movetask", post(scene.person, f"/boards/{scene.key}/cards/bulk", form)


def prioritize(scene: Scene, a: int, b: int, c: int) -> Ready:
    cards = [card for one in scene.columns for card in one.cards]
    form = {"action": "priority", "priority": b % 3, "task_ids": cards[a % len(cards) :][:3]}
    return "tasks.task.update", post(scene.person, f"/boards/{scene.key}/cards/bulk", form)


def edit_task(scene: Scene, a: int, b: int, c: int) -> Ready:
    cards = [card for one in scene.columns for card in one.cards]
    path = f"/tasks/{cards[a % len(cards)]}"
    drawer = scene.person.get(path, board=scene.key)
    form = hidden(drawer.text) | {"zone": "UTC", "title": f"{NAMES[b % len(NAMES)]} {c % 5}"}
    form.pop("request_key", None)
    return "tasks.task.update", post(scene.person, path, form)
