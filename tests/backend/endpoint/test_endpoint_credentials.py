"""Credentials on top of the secret URL: asked for, switched at any time, and answers that are good once."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.environment import EndpointCredentials
from helpdesk_tui.backend.model.phone import Phone
from tests.backend.endpoint.served import Served, path_of, served, serving, until
from tests.backend.offices import YEALINK, add_phone, environment, in_service
from tests.frozen_clock import FrozenClock


def status(endpoint: Served, path: str, **headers: str) -> int:
    return endpoint.get(path, **headers).status_code


@pytest.fixture(params=[EndpointCredentials.DIGEST, EndpointCredentials.BASIC])
def guarded(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Served]:
    """An endpoint that asks for credentials on top of the secret URL."""
    configured = dataclasses.replace(environment(tmp_path / "test.db"), endpoint_credentials=request.param)
    desk = Helpdesk(configured, "anna", clock=clock)
    with served(desk) as endpoint:
        yield endpoint
    desk.close()


def told(endpoint: Served, phone: Phone) -> tuple[str, str]:
    """The credentials in the phone's settings file."""
    made = endpoint.desk.settings.source(endpoint.now(phone)).endpoint
    return made.username, made.password


def test_the_credentials_of_the_settings_file_are_asked_for(guarded: Served) -> None:
    phone = add_phone(guarded.desk)
    first = guarded.get(guarded.temporary(phone))
    assert first.status_code == 200
    username, password = told(guarded, phone)
    assert f">{password}</http_client_pass>" in first.text
    path = guarded.definitive(phone)
    refused = guarded.get(path)
    assert refused.status_code == 401
    scheme = refused.headers["www-authenticate"].partition(" ")[0]
    known = httpx.DigestAuth if scheme == "Digest" else httpx.BasicAuth
    assert guarded.client.get(path, auth=known(username, password)).status_code == 200
    assert guarded.client.get(path, auth=known(username, "wrong")).status_code == 401
    assert guarded.client.get(path.replace("/p/", "/p/0"), auth=known(username, password)).status_code == 404


def test_after_activate_the_former_url_takes_its_former_credentials(guarded: Served) -> None:
    phone = in_service(guarded.desk)
    username, password = told(guarded, phone)
    path = guarded.definitive(phone)
    scheme = guarded.get(path).headers["www-authenticate"].partition(" ")[0]
    known = httpx.DigestAuth if scheme == "Digest" else httpx.BasicAuth
    guarded.desk.registration.activate(phone)
    assert told(guarded, phone)[1] != password
    assert guarded.client.get(path, auth=known(username, password)).status_code == 200


@contextmanager
def asking_for(kind: EndpointCredentials, folder: Path, clock: FrozenClock) -> Iterator[Served]:
    """The endpoint of this folder's database, started with these credentials configured."""
    desk = Helpdesk(
        dataclasses.replace(environment(folder / "test.db"), endpoint_credentials=kind), "anna", clock=clock
    )
    desk.maintenance.renew_secrets()
    with served(desk) as endpoint:
        yield endpoint
    desk.close()


def test_switching_credentials_on_and_off_strands_no_phone(tmp_path: Path, clock: FrozenClock) -> None:
    with asking_for(EndpointCredentials.NONE, tmp_path, clock) as endpoint:
        phone = in_service(endpoint.desk)
        first = endpoint.definitive(phone)
        assert 'http_client_pass perm="R"><' in endpoint.get(first).text
        until(lambda: endpoint.now(phone).secret_sent_at)
    with asking_for(EndpointCredentials.BASIC, tmp_path, clock) as endpoint:
        second, login = endpoint.definitive(phone), httpx.BasicAuth(*told(endpoint, phone))
        assert status(endpoint, second) == 401
        answer = endpoint.get(first)  # it was never told credentials; now it is, with its new URL
        assert f">{told(endpoint, phone)[1]}</http_client_pass>" in answer.text
        until(lambda: endpoint.now(phone).secret_sent_at)
        assert status(endpoint, first) == 200  # the file did not reach it, or it lost its power
        assert endpoint.client.get(second, auth=login).status_code == 200
        assert status(endpoint, first) == 404
    with asking_for(EndpointCredentials.NONE, tmp_path, clock) as endpoint:
        third = endpoint.definitive(phone)
        assert 'http_client_pass perm="R"><' in endpoint.get(second).text
        until(lambda: endpoint.now(phone).secret_sent_at)
    with asking_for(EndpointCredentials.BASIC, tmp_path, clock) as endpoint:
        # Whichever of the last two files it holds, it gets in with what that file told.
        assert status(endpoint, second) == 401
        assert endpoint.client.get(second, auth=login).status_code == 200
        assert status(endpoint, third) == 200
        assert endpoint.definitive(phone) != third  # it has chosen, so that it can be given credentials
        assert status(endpoint, third) == 200
        login = httpx.BasicAuth(*told(endpoint, phone))
        assert status(endpoint, endpoint.definitive(phone)) == 401
        assert endpoint.client.get(endpoint.definitive(phone), auth=login).status_code == 200
        assert status(endpoint, third) == 404


def test_whoever_does_not_answer_phones_leaves_their_secrets_alone(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    configured = dataclasses.replace(desk.environment, endpoint_credentials=EndpointCredentials.BASIC)
    other = Helpdesk(configured, "anna", clock=clock)
    assert list(other.maintenance.run()) == []
    other.close()
    assert desk.phones.get(phone.id).secret == phone.secret


@pytest.mark.parametrize("guarded", [EndpointCredentials.DIGEST], indirect=True)
def test_case_52_a_digest_answer_is_good_once_and_for_one_path(guarded: Served) -> None:
    phone = in_service(guarded.desk)
    path = guarded.definitive(phone)
    answer = guarded.client.get(path, auth=httpx.DigestAuth(*told(guarded, phone)))
    assert answer.status_code == 200
    said = answer.request.headers["authorization"]
    replayed = guarded.get(path, authorization=said)
    assert replayed.status_code == 401
    assert "stale=true" in replayed.headers["www-authenticate"]
    folder = path.rpartition("/")[0] + "/"
    assert status(guarded, folder, authorization=said) == 401  # another uri
    nonce = said.partition('nonce="')[2].partition('"')[0]
    assert status(guarded, path, authorization=said.replace(nonce, nonce[::-1])) == 401
    assert status(guarded, path, authorization="Digest rubbish=") == 401
    basic = base64.b64encode(":".join(told(guarded, phone)).encode()).decode()
    assert status(guarded, path, authorization=f"Basic {basic}") == 401


@pytest.mark.parametrize("guarded", [EndpointCredentials.DIGEST, EndpointCredentials.BASIC], indirect=True)
def test_credentials_are_taken_with_a_query_too_as_chained_updates_have_one(guarded: Served) -> None:
    phone = in_service(guarded.desk)
    path = f"{guarded.definitive(phone)}?chained_url=https://a.example.net/x.bin"
    known = {EndpointCredentials.DIGEST: httpx.DigestAuth, EndpointCredentials.BASIC: httpx.BasicAuth}
    login = known[guarded.desk.environment.endpoint_credentials](*told(guarded, phone))
    assert guarded.client.get(path, auth=login).status_code == 200


@pytest.mark.parametrize("guarded", [EndpointCredentials.DIGEST], indirect=True)
def test_a_digest_answer_for_a_target_in_absolute_form_is_taken(guarded: Served) -> None:
    phone = in_service(guarded.desk)
    path = guarded.definitive(phone)
    target = f"http://127.0.0.1:{guarded.port}{path}"
    challenge = guarded.get(path)
    # httpx answers for the path; what stands in `uri` is what is signed, so it is asked to sign the whole.
    login = httpx.DigestAuth(*told(guarded, phone))
    request = httpx.Request("GET", target, extensions={"target": target.encode()})
    flow = login.auth_flow(request)
    next(flow)
    answered = flow.send(httpx.Response(401, headers=challenge.headers, request=request))
    said = answered.headers["authorization"]
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {said}\r\nConnection: close\r\n\r\n"
    assert guarded.raw(head.encode()).startswith(b"HTTP/1.1 200")


CONFIGURATION = """
[environments.test]
database = "{database}"
base_domain = "pbx.example.net"
provisioning_url = "https://provisioning.pbx.example.net"
endpoint_credentials = "digest"
"""


def test_case_52_a_digest_answer_is_good_once_for_all_processes_of_the_server(
    tmp_path: Path, clock: FrozenClock
) -> None:
    clock.moment = datetime.now(UTC)
    configured = tmp_path / "config.toml"
    configured.write_text(CONFIGURATION.format(database=tmp_path / "test.db"), encoding="utf-8")
    digest = dataclasses.replace(environment(tmp_path / "test.db"), endpoint_credentials=EndpointCredentials.DIGEST)
    desk = Helpdesk(digest, "anna", clock=clock)
    logins = {}
    for phone in (in_service(desk), in_service(desk, YEALINK, "T46S")):
        made = desk.settings.source(desk.phones.get(phone.id)).endpoint
        logins[path_of(desk, phone)] = httpx.DigestAuth(made.username, made.password)
    desk.close()
    alone = httpx.Limits(max_keepalive_connections=0)  # each request is another connection, for any of the processes
    with (
        serving(digest.database, "--workers", "3", configuration=configured) as serve,
        httpx.Client(base_url=serve.url, limits=alone, timeout=20) as client,
    ):
        for path, login in [*logins.items()] * 3:
            answer = client.get(path, auth=login)
            assert answer.status_code == 200
            again = {"authorization": answer.request.headers["authorization"]}
            assert {client.get(path, headers=again).status_code for _ in range(10)} == {401}
    with (
        serving(digest.database, "--workers", "2", configuration=configured) as restarted,
        httpx.Client(base_url=restarted.url, limits=alone, timeout=20) as client,
    ):
        assert client.get(path, headers=again).status_code == 401
        assert client.get(path, auth=login).status_code == 200
