"""Who acts. Everything this package does, it does as this person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The person behind a request.

    `is_admin`: administrator of the portal. `lang`: two letters, for texts of the portal. `now`: an aware
    time, the only clock this package knows.
    """

    user_id: int
    is_admin: bool
    lang: str
    now: dt.datetime
