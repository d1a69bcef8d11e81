"""What a person saw when they decided, on its way through the page and back, to be compared with what is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from b24.crm import hex_color
from boards.crm.model import CrmStage, Directory, Semantic, ordered


def seen_text(directory: Directory) -> str:
    """A directory as text for a hidden field."""
    stages = [
        [one.id, one.status_id, one.name, one.sort, one.raw_color, one.semantic.letter, int(one.system)]
        for one in directory.stages
    ]
    data = {"start": directory.start_code, "stages": stages}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def read_seen(entity_id: str, text: str) -> Directory | None:
    """What `seen_text` wrote; None for anything else: then nothing is known of what the person saw."""
    try:
        data = json.loads(text)
        stages = [_stage(entity_id, one) for one in data["stages"]]
        return Directory(entity_id, "", ordered(stages), str(data["start"]))
    except (ValueError, TypeError, KeyError):
        return None


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
