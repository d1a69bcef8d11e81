"""What a portal tells about tasks: open boards that show a changed one hear of it."""

from __future__ import annotations

from b24.events import Event
from store import task_changes
from web.core.events import on
from web.core.services import Services
from web.kanban.boards import LARGEST_TASK_ID


@on("ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
def note_change(shared: Services, member_id: str, event: Event) -> None:
    """Note the task as changed; one statement of the store."""
    if 0 < event.object_id <= LARGEST_TASK_ID:
        task_changes.changed(shared.db, member_id, event.object_id)
