"""The pages a walk takes its steps on, each with the person who has it open."""

from __future__ import annotations

from tests.functional.actions import Scene
from tests.functional.crm.page import CrmPage
from tests.functional.in_process import InProcessApp
from tests.functional.scrum.scene import Team, group_called
from tests.functional.walks import lanes
from tests.functional.walks.lanes import Lanes

DEALS = "DEAL_STAGE"
TEAM = "Scrum team"
BOARDS = ("project", "planner")


def project(g: InProcessApp) -> Scene:
    return _scene(g, f"g{g.sandbox.main_group_id}").look()


def planner(g: InProcessApp) -> Scene:
    return _scene(g, "me").look()


def unseen(g: InProcessApp, board: str) -> Scene:
    """One of `BOARDS` to ask the portal about; its page is not loaded."""
    return _scene(g, "me" if board == "planner" else f"g{g.sandbox.main_group_id}")


def _scene(g: InProcessApp, key: str) -> Scene:
    return Scene(g.tab("owner"), g.sandbox, key)


def crm(g: InProcessApp) -> CrmPage:
    return CrmPage.open(g.tab("crm_admin"), DEALS)


def team(g: InProcessApp) -> Team:
    return Team(g.tab("moderator"), g.sandbox, team_id(g)).look().settle()


def team_id(g: InProcessApp) -> int:
    return group_called(g.sandbox, TEAM)


def active(g: InProcessApp) -> Lanes | None:
    """The board of the sprint that is active."""
    return lanes.board_of(team(g))


def planned(g: InProcessApp) -> Lanes | None:
    """The board of the sprint that comes next; it may have columns before it starts."""
    found = team(g)
    return lanes.board_of(found, found.sprint_ids[-1]) if found.sprint_ids else None
