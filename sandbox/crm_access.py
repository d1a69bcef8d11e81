"""Who may do what in the CRM (behaviour.md §2, §6.1): one right per person, no finer rights."""

from __future__ import annotations

from sandbox.crm import ADMIN_RIGHT, NO_RIGHT
from sandbox.portal import Portal, User
from sandbox.registry import RestError


def right_of(portal: Portal, user: User) -> str:
    """The person's right; administrators of the portal are administrators of its CRM."""
    return ADMIN_RIGHT if user.is_admin else portal.crm.rights.get(user.id, NO_RIGHT)


def can_read(portal: Portal, user: User) -> bool:
    """Read access to at least one kind of CRM object; here it is all or none."""
    return right_of(portal, user) != NO_RIGHT


def can_configure(portal: Portal, user: User) -> bool:
    """The CRM administrator: "allow to change settings". Here also the only one who changes items."""
    return right_of(portal, user) == ADMIN_RIGHT


def denied() -> RestError:
    """How the old CRM methods refuse (§6.1)."""
    return RestError("", "Access denied.")


def forbidden() -> RestError:
    """How the CRM controllers refuse (crm.category.*, crm.item.*)."""
    return RestError("ACCESS_DENIED", "Access denied")
