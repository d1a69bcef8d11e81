"""Looking for colleagues, for pickers and filters."""

from __future__ import annotations

from b24 import users as user_calls
from b24.client import Client
from boards.actor import Actor
from boards.convert import to_people
from boards.model import Person


def search_people(client: Client, actor: Actor, text: str) -> tuple[Person, ...]:
    """Up to 50 active colleagues whose name or position has the words of `text`; all for ""; one request."""
    del actor
    wanted = text.strip()
    command = user_calls.search(wanted) if wanted else user_calls.get_users()
    return to_people(user_calls.parse_users(client.call(command).result))
