"""What happens to the portal while somebody works: tokens end, it moves, the app goes and comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests

from tests.functional.actions import BY_NAME, DEEDS, Deed, Opener, Scene, finish, scene_of, undo_address
from tests.functional.helpers import eventually, form_for, open_install
from tests.support.person import SESSION
from tests.support.servers import Sandbox, Server, http
from tests.support.stores import Store

SOME = [BY_NAME[name] for name in ("stage_add", "stage_delete", "card_move", "task_edit", "cards_priority")]


@pytest.fixture
def scene(open_as: Opener, installed: Sandbox) -> Scene:
    return scene_of(open_as, installed, "owner")


def renewed(scene: Scene) -> requests.Response:
    """What the page does after a 401: asks its parent for a login and posts it."""
    _url, login = form_for(scene.portal, "owner")
    wanted = {name: login[name] for name in ("AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID")}
    headers = {"Authorization": f"Bearer {scene.person.token}"}
    answer = http().post(f"{scene.person.app_url}/session/renew", data=wanted, headers=headers, timeout=60)
    if answer.status_code == 200:
        scene.person.token = answer.json()["token"]
    return answer


def entries(store: Store) -> int:
    return store.count("journal_entry")


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_an_access_token_that_ends_while_working(scene: Scene, store: Store, deed: Deed) -> None:
    """Refreshed unseen: two requests more, once; nothing is done twice."""
    scene.portal.post("tokens/expire", which="access")
    with scene.portal.recording() as seen:
        answer = deed(scene)
    assert answer.status_code == 200 and entries(store) == 1, answer.text
    assert sum(call["via"] == "token" for call in seen.calls) == 1
    assert seen.http == deed.costs + 2
    scene.portal.post("tokens/expire", which="access")
    assert finish(scene.person, scene.person.post(undo_address(answer))).status_code == 200


@pytest.mark.parametrize("deed", SOME, ids=lambda deed: deed.name)
def test_a_refresh_that_is_refused_while_working(scene: Scene, store: Store, deed: Deed) -> None:
    """401 and nothing done; with the parent's fresh login the very same request goes through."""
    before = scene.picture()
    scene.portal.post("tokens/expire", which="all")
    answer = deed(scene, request_key="again-and-again")
    assert answer.status_code == 401 and answer.headers["X-Session"] == "expired"
    assert answer.headers["HX-Reswap"] == "none" and "toast--error" in answer.text
    assert scene.picture() == before and entries(store) == 0
    assert renewed(scene).status_code == 200
    assert deed(scene, request_key="again-and-again").status_code == 200
    assert entries(store) == 1 and scene.picture() != before


def test_a_job_goes_on_after_a_new_login(scene: Scene, store: Store) -> None:
    """The login ends between two steps of a deletion; the next step is taken with the new one."""
    before = scene.picture()
    scene.portal.fault("task.stages.delete", "error", status=401, code="invalid_token", times=1)
    answer = BY_NAME["stage_delete"](scene)
    assert answer.status_code == 401, answer.text
    assert renewed(scene).status_code == 200
    row = store.rows("SELECT id FROM job WHERE state = 'open'")
    assert len(row) == 1
    ended = finish(scene.person, scene.person.post(f"/jobs/{row[0][0]}/step"))
    assert ended.status_code == 200 and entries(store) == 1, ended.text
    assert finish(scene.person, scene.person.post(undo_address(ended))).status_code == 200
    assert scene.picture() == before


@pytest.mark.parametrize("kind", ["drop_before", "html", "broken_json"])
def test_the_authorization_server_fails_while_working(scene: Scene, store: Store, kind: str) -> None:
    before = scene.picture()
    scene.portal.post("tokens/expire", which="access")
    scene.portal.fault("oauth.token", kind, times=None)
    answer = BY_NAME["stage_add"](scene)
    scene.portal.delete("faults")
    assert answer.status_code in (502, 503, 504) and "toast--error" in answer.text
    assert scene.picture() == before and entries(store) == 0
    again = BY_NAME["stage_add"](scene)
    if again.status_code == 401:  # the refresh token was used up by an answer that got lost
        assert kind == "broken_json" and renewed(scene).status_code == 200
        again = BY_NAME["stage_add"](scene)
    assert again.status_code == 200


# --- the portal gets another address ---
@pytest.fixture
def renaming(installed: Sandbox) -> Iterator[str]:
    """The portal's next address; it gets its old one back afterwards."""
    port = installed.url.rsplit(":", 1)[1]
    yield f"127.0.0.1:{port}"
    installed.post("domain", domain=f"localhost:{port}")


@pytest.mark.parametrize("deed", SOME, ids=lambda deed: deed.name)
def test_a_portal_renamed_while_working(scene: Scene, store: Store, renaming: str, deed: Deed) -> None:
    """302: the authorization server is asked where the portal is now; the action is done there, once."""
    before = scene.picture()
    scene.portal.post("domain", domain=renaming)
    with scene.portal.recording() as seen:
        answer = deed(scene)
    assert answer.status_code == 200 and entries(store) == 1, answer.text
    assert [call["via"] for call in seen.calls].count("authserver") == 1
    assert seen.http <= deed.costs + 2
    assert store.rows("SELECT client_endpoint FROM portal") == [(f"http://{renaming}/rest/",)]
    with scene.portal.recording() as seen:
        back = finish(scene.person, scene.person.post(undo_address(answer)))
    assert back.status_code == 200 and seen.http == deed.undo_costs, "the new address is remembered"
    assert scene.picture() == before


def test_a_redirect_to_somewhere_else_leads_nowhere(scene: Scene, store: Store, renaming: str) -> None:
    """The portal moved and the authorization server does not say where: the location proves nothing."""
    before = scene.picture()
    scene.portal.post("domain", domain=renaming)
    scene.portal.fault("authserver.app.info", "html", times=None)
    answer = BY_NAME["stage_rename"](scene)
    scene.portal.delete("faults")
    assert answer.status_code == 502 and "toast--error" in answer.text
    assert store.rows("SELECT client_endpoint FROM portal") == [(f"{scene.portal.url}/rest/",)]
    assert scene.picture() == before and entries(store) == 0


# --- the app goes, and comes back ---
@pytest.mark.parametrize("clean", [0, 1])
def test_an_app_uninstalled_while_working_and_installed_again(scene: Scene, store: Store, clean: int) -> None:
    before = scene.picture()
    renamed = BY_NAME["stage_rename"](scene)
    done = scene.picture()
    scene.portal.post("uninstall", clean=clean)
    assert eventually(lambda: scene.person.get("/journal").status_code == 401)
    answer = BY_NAME["stage_add"](scene)
    assert answer.status_code in (401, 403) and "toast--error" in answer.text
    assert scene.picture() == done
    assert open_install(scene.portal, scene.person.app_url).status_code == 200
    scene.portal.post("install", user=scene.portal.people["admin"])
    scene.person.open()
    assert scene.person.status == 200
    again = scene.person.post(undo_address(renamed))
    if clean:
        assert again.status_code == 404, "whoever asks to forget is forgotten"
    else:
        assert again.status_code == 200 and scene.picture() == before


def test_uninstalled_without_a_word(scene: Scene, store: Store) -> None:
    """The event got lost: the portal's refusal is enough to end the work."""
    scene.portal.fault("*", "error", status=401, code="ERROR_OAUTH", times=None)
    answer = BY_NAME["stage_add"](scene)
    scene.portal.delete("faults")
    assert answer.status_code == 403 and "toast--error" in answer.text
    assert scene.person.get("/journal").status_code == 401
    assert entries(store) == 0


def test_a_person_who_leaves_keeps_nobody_from_working(
    scene: Scene, open_as: Opener, installed: Sandbox
) -> None:
    other = scene_of(open_as, installed, "moderator")
    installed.post("tokens/revoke", user=installed.user("owner"))
    assert BY_NAME["stage_rename"](scene).status_code == 401
    assert BY_NAME["stage_rename"](other).status_code == 200


# --- slow, and many at once ---
def test_a_slow_portal_keeps_nobody_else_waiting(scene: Scene, open_as: Opener, installed: Sandbox) -> None:
    other = open_as("moderator")
    installed.fault("task.stages.update", "delay", seconds=6, times=1)
    answers: list[requests.Response] = []
    slow = threading.Thread(target=lambda: answers.append(BY_NAME["stage_rename"](scene)))
    slow.start()
    page = other.get("/journal")
    home = other.get("/home")
    assert page.status_code == home.status_code == 200 and not answers
    slow.join(60)
    assert answers[0].status_code == 200


def test_a_launch_during_the_trouble_opens_when_it_is_over(installed: Sandbox, empty_app: Server) -> None:
    """503 for the first tries of an opening: the app waits and opens."""
    installed.fault("batch", "error", status=503, code="QUERY_LIMIT_EXCEEDED", times=2)
    url, form = form_for(installed, "member")
    answer = http().post(url, data=form, timeout=60)
    assert answer.status_code == 200 and SESSION.search(answer.text)
