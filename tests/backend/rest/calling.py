"""A client of the REST API, on loopback."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from helpdesk_tui.backend.endpoint.rest.media import COMPASS_V3
from helpdesk_tui.backend.endpoint.server import Listen, in_background
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.rights import ApiUser, Right
from helpdesk_tui.backend.use_cases.api_users import NewApiUser

PASSWORD = "correct horse battery"


def add_api_user(
    desk: Helpdesk,
    username: str,
    home: int,
    everywhere: Right = Right.NONE,
    rights: dict[int, Right] | None = None,
) -> ApiUser:
    """A user of the API with these rights."""
    organisation = desk.organisations.get(home)
    desk.api_users.add(NewApiUser(username, organisation, everywhere), PASSWORD)
    for organisation_id, right in (rights or {}).items():
        desk.api_users.grant(username, desk.organisations.get(organisation_id), right)
    return desk.api_users.named(username)


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the API."""

    client: httpx.Client
    base: str
    headers: tuple[tuple[str, str], ...] = ()

    def having(self, **headers: str) -> Caller:
        """The same with further headers; underscores stand for dashes."""
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        return replace(self, headers=tuple({**dict(self.headers), **named}.items()))

    def without(self, name: str) -> Caller:
        """The same without a header."""
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0] != name))

    def user(self, username: str, password: str = PASSWORD) -> Caller:
        """The same with credentials."""
        token = base64.b64encode(f"{username}:{password}".encode()).decode()
        return self.having(authorization=f"Basic {token}")

    def __call__(self, method: str, path: str, body: object = None, **more: Any) -> httpx.Response:
        """One request; a body becomes JSON, in the media type that Compass.js sends, unless a header says otherwise."""
        headers = dict(self.headers)
        if body is not None:
            headers = {"content-type": COMPASS_V3, **headers}
            more["content"] = httpx.Request("POST", "http://x", json=body).content
        request = self.client.build_request(method, self.base + path, headers=headers, **more)
        if "accept" not in headers:
            request.headers.pop("accept", None)
        return self.client.send(request)

    def get(self, path: str) -> httpx.Response:
        """One GET."""
        return self("GET", path)

    def error(self, response: httpx.Response) -> tuple[int, str]:
        """Status and code of an answer that must be an error, and one in our shape."""
        assert response.headers["content-type"] == "application/json"
        (error,) = response.json().values()
        assert set(error) == {"code", "message"}
        assert "Traceback" not in error["message"]
        return response.status_code, error["code"]


@contextmanager
def api(desk: Helpdesk, **listen: Any) -> Iterator[Caller]:
    """The API of this environment, served until the block ends; asked for version 3 unless a test says otherwise."""
    options = {"access_log": desk.environment.database.with_suffix(".log"), **listen}
    with (
        in_background(desk, Listen(rest_api=True, **options)) as base,
        httpx.Client(timeout=20, follow_redirects=False) as client,
    ):
        yield Caller(client, base).having(accept=COMPASS_V3)
