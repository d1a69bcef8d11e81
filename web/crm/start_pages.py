"""The CRM as a page the app opens with, and its entry in the bar on top."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from b24.client import BatchAnswer, Command
from b24.launch import Launch
from boards.core.model import Actor
from boards.crm.load import overview_commands, read_overview
from store.memos import Owner
from web.core import navigation
from web.core.context import RequestContext
from web.core.navigation import Opened
from web.crm import memory
from web.crm.directories import CRM, page_of
from web.crm.pages import overview_page

PLACEMENTS = ("CRM_FUNNELS_TOOLBAR",)


class CrmStart:
    """The directory the person was at, or all of them."""

    def place_for(self, launch: Launch) -> str | None:
        return CRM if launch.placement in PLACEMENTS else None

    def knows(self, place: str) -> bool:
        return place.partition(":")[0] == CRM

    def commands(self, who: Actor, owner: Owner, place: str) -> Mapping[str, Command]:  # noqa: ARG002
        return overview_commands(who)

    def show(self, ctx: RequestContext, answer: BatchAnswer, place: str, *, asked: bool) -> Opened:  # noqa: ARG002
        overview = read_overview(answer, ctx.actor)
        memory.note(ctx, overview)
        entity_id = place.partition(":")[2]
        if overview.find(entity_id):
            return Opened(page_of(overview, entity_id), CRM, place)
        return Opened(overview_page(overview), CRM, CRM)


navigation.add_entry("/crm", _l("CRM"), position=2, pages=[CRM])
navigation.add_start_page(CrmStart())
