"""Clients other people wrote, against a live portal: the stand-in is not just what our own client expects.

`b24pysdk` (the vendor's) speaks https only, so the portal gets a certificate made on the spot, which
`requests` is told to trust through its own variable. `fast-bitrix24` takes any address.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from b24pysdk import BitrixApp, BitrixToken, BitrixWebhook, Client
from b24pysdk.api.requesters import BitrixOAuthRequester
from b24pysdk.client import BaseClient
from b24pysdk.errors import (
    BitrixAPIBadRequest,
    BitrixAPIInsufficientScope,
    BitrixAPIInvalidCredentials,
    BitrixAPIWrongAuthType,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fast_bitrix24 import Bitrix
from flask import Flask
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.application import installation
from sandbox.settings import Settings
from sandbox.state.portal import Portal
from tests.support.servers import free_port


# --- a portal under TLS, another one in the clear ---
@dataclass
class Live:
    """A portal that listens in a thread of this process."""

    app: Flask
    url: str

    @property
    def portal(self) -> Portal:
        portal: Portal = self.app.extensions["portal"].portal
        return portal

    def webhook(self, who: str) -> str:
        """`user/code` of the person's webhook."""
        user_id = self.portal.people[who]
        return next(f"{hook.user_id}/{hook.code}" for hook in self.portal.webhooks if hook.user_id == user_id)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "portal.pem", folder / "portal.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    return paths


def serve(scheme: str, context: ssl.SSLContext | None) -> Iterator[Live]:
    port = free_port()
    url = f"{scheme}://localhost:{port}"
    app = create_app(Settings(url=url, seed="company", limits=False))
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(app, url)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(certificate: tuple[Path, Path]) -> Iterator[Live]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    yield from serve("https", context)


@pytest.fixture(scope="module")
def plain() -> Iterator[Live]:
    yield from serve("http", None)


@pytest.fixture
def _trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")


# --- the vendor's SDK ---
@pytest.fixture
def vendor(secure: Live, _trusted: None) -> BaseClient:
    """A webhook client of the owner."""
    return client_of(secure, "owner")


def client_of(live: Live, who: str) -> BaseClient:
    domain = urlsplit(live.url).netloc
    return Client(BitrixWebhook(domain=domain, webhook_token=live.webhook(who)))


def test_vendor_sdk_reads_the_profile(vendor: BaseClient, secure: Live) -> None:
    response = vendor.profile().response
    assert response.result["ID"] == str(secure.portal.people["owner"])
    assert response.time.operating is None or response.time.operating >= 0


def test_vendor_sdk_pages_through_lists(vendor: BaseClient, secure: Live) -> None:
    groups = vendor.sonet_group.user.groups().result
    assert {int(row["GROUP_ID"]) for row in groups} >= {secure.portal.main_group_id}
    wanted = {"GROUP_ID": secure.portal.main_group_id}
    request = vendor.tasks.task.list(filter=wanted, select=["ID", "TITLE"])
    expected = {str(task.id) for task in secure.portal.tasks.values() if task.group_id == wanted["GROUP_ID"]}
    assert len(expected) > 50, "more than a page"
    assert {row["id"] for row in request.as_list().result} == expected
    assert {row["id"] for row in request.as_list_fast().result} == expected


def test_vendor_sdk_shapes_a_board(vendor: BaseClient, secure: Live) -> None:
    group_id = secure.portal.main_group_id
    fields = {"ENTITY_ID": group_id, "TITLE": "Vom SDK <b>", "COLOR": "FF0000", "AFTER_ID": 10**6}
    number = vendor.task.stages.add(fields=fields).result
    assert secure.portal.stages[number].title == "Vom SDK <b>"
    stages = vendor.task.stages.get(entity_id=group_id).result
    assert stages[str(number)]["COLOR"] == "FF0000"
    assert vendor.task.stages.delete(bitrix_id=number).result is True


def test_vendor_sdk_batches_with_references(vendor: BaseClient, secure: Live) -> None:
    requests = {
        "me": vendor.profile(),
        "who": vendor.user.get(filter={"ID": "$result[me][ID]"}),
        "bad": vendor.sonet_group.user.get(group_id=0),
    }
    result = vendor.call_batch(requests).result
    assert result.result["who"][0]["ID"] == str(secure.portal.people["owner"])
    assert result.result_error["bad"]["error"] == ""


def test_vendor_sdk_recognises_our_errors(secure: Live, vendor: BaseClient) -> None:
    with pytest.raises(BitrixAPIBadRequest):
        vendor.sonet_group.user.get(group_id=0).call()
    with pytest.raises(BitrixAPIWrongAuthType):
        vendor.placement.get().call()
    stranger = BitrixWebhook(domain=urlsplit(secure.url).netloc, webhook_token="1/wrong")
    with pytest.raises(BitrixAPIInvalidCredentials):
        Client(stranger).profile().call()


@pytest.fixture
def token(secure: Live, _trusted: None, monkeypatch: pytest.MonkeyPatch) -> BitrixToken:
    """An OAuth token of the member; the SDK's fixed authorization server is replaced by ours."""
    base = secure.portal.auth_server
    monkeypatch.setattr(BitrixOAuthRequester, "_OAUTH_TOKEN_URL", f"{base}/oauth/token/")
    monkeypatch.setattr(BitrixOAuthRequester, "_APP_INFO_URL", f"{base}/rest/app.info/")
    application = installation.add_app(secure.portal)
    pair = installation.issue_tokens(secure.portal, secure.portal.people["member"])
    return BitrixToken(
        domain=urlsplit(secure.url).netloc,
        auth_token=pair.access_token,
        refresh_token=pair.refresh_token,
        bitrix_app=BitrixApp(client_id=application.client_id, client_secret=application.client_secret),
    )


def test_vendor_sdk_asks_the_authorization_server(token: BitrixToken, secure: Live) -> None:
    info = token.get_app_info().result
    assert info.install.member_id == secure.portal.member_id
    assert int(info.user_id) == secure.portal.people["member"]


def test_vendor_sdk_refreshes_an_expired_token_by_itself(token: BitrixToken, secure: Live) -> None:
    before = token.auth_token
    list(secure.portal.tokens.values())[-1].access_expires = 0
    assert Client(token).profile().result["ID"] == str(secure.portal.people["member"])
    assert token.auth_token != before
    with pytest.raises(BitrixAPIInsufficientScope):
        Client(token).socialnetwork.api.workgroup.list().call()


# --- fast-bitrix24 ---
class InThread:
    """fast-bitrix24 in a thread of its own: it wants to start a loop, and where browser tests ran before
    in this process, the main thread has one that runs."""

    def __init__(self, client: Bitrix) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def run(*args: object, **named: object) -> Any:
            with ThreadPoolExecutor(1) as thread:
                return thread.submit(getattr(self._client, name), *args, **named).result()

        return run


@pytest.fixture
def fast(plain: Live) -> InThread:
    return InThread(Bitrix(f"{plain.url}/rest/{plain.webhook('admin')}/", verbose=False))


def test_fast_bitrix24_gets_everything(fast: InThread, plain: Live) -> None:
    tasks = fast.get_all("tasks.task.list", {"select": ["ID", "TITLE"]})
    assert {row["id"] for row in tasks} == {
        str(task.id) for task in plain.portal.tasks.values() if not task.deleted
    }
    people = fast.get_all("user.get")
    active = {str(user.id) for user in plain.portal.users.values() if user.active}
    assert {row["ID"] for row in people} == active


def test_fast_bitrix24_gets_by_id_in_batches(fast: InThread, plain: Live) -> None:
    numbers = [task.id for task in plain.portal.tasks.values() if not task.deleted][:60]
    found = fast.get_by_ID("tasks.task.get", numbers, ID_field_name="taskId")
    titles = {int(number): row["task"]["title"] for number, row in found.items()}
    assert titles == {number: plain.portal.tasks[number].title for number in numbers}


def test_fast_bitrix24_writes_many(fast: InThread, plain: Live) -> None:
    numbers = [task.id for task in plain.portal.tasks.values() if not task.deleted][:3]
    changes = [{"taskId": number, "fields": {"TITLE": f"Ümlaut & <b> {number}"}} for number in numbers]
    fast.call("tasks.task.update", changes)
    assert [plain.portal.tasks[number].title for number in numbers] == [f"Ümlaut & <b> {n}" for n in numbers]


def test_fast_bitrix24_runs_a_batch(fast: InThread, plain: Live) -> None:
    commands = {"me": "profile", "mine": "user.get?ID=$result[me][ID]"}
    answer = fast.call_batch({"halt": 0, "cmd": commands})
    assert answer["mine"][0]["ID"] == str(plain.portal.people["admin"])
