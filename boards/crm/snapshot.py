"""What a person saw when they decided, on its way through the page and back, to be compared with what is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from b24.methods.crm import hex_color
from boards.crm.model import CrmStage, Directory, Semantic, ordered


def seen_text(directory: Directory) -> str:
    """A directory as text for a hidden field."""
    stages = ",".join(row_text(stage) for stage in directory.stages)
    return f'{{"start":{_text(directory.start_code)},"stages":[{stages}]}}'


def row_text(stage: CrmStage) -> str:
    """One row of that text: a page keeps each with its row, so that they can be replaced one by one."""
    letter, system = stage.semantic.letter, int(stage.system)
    return _text([stage.id, stage.status_id, stage.name, stage.sort, stage.raw_color, letter, system])


def read_seen(entity_id: str, text: str) -> Directory | None:
    """What `seen_text` wrote; None for anything else: then nothing is known of what the person saw."""
    try:
        data = json.loads(text)
        stages = [_stage(entity_id, record) for record in data["stages"]]
        return Directory(entity_id, "", ordered(stages), str(data["start"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _stage(entity_id: str, record: Sequence[Any]) -> CrmStage:
    stage_id, status_id, name, sort, raw, letter, system = record
    return CrmStage(
        id=int(stage_id),
        status_id=str(status_id),
        name=str(name),
        sort=int(sort),
        color=hex_color(str(raw)),
        semantic=Semantic.from_letter(str(letter)),
        system=bool(system),
        entity_id=entity_id,
        raw_color=str(raw),
    )
