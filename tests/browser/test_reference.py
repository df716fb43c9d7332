"""The interactive reference of the REST API in a real browser: "Steps to move a phone using the interactive Compass API
reference" (provisioning.txt)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.rights import Right
from tests.backend.offices import add_organisation, in_service, open_desk
from tests.backend.rest.calling import PASSWORD, Caller, add_api_user, api
from tests.frozen_clock import FrozenClock

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Helpdesk]:
    """A customer with a phone, and one where it shall go."""
    opened = open_desk(tmp_path, clock)
    here = add_organisation(opened)
    add_organisation(opened, "Garage De Wit", "dewit")
    in_service(opened)
    add_api_user(opened, "anna", here, Right.WRITE)
    yield opened
    opened.close()


@pytest.fixture
def served(desk: Helpdesk) -> Iterator[Caller]:
    """Its API."""
    with api(desk) as caller:
        yield caller


class Page:
    """The reference, as somebody with a mouse meets it."""

    def __init__(self, browser: Chrome, base: str) -> None:
        self.browser = browser
        browser.get(f"{base}/schema")
        self.find(".opblock")

    def find(self, selector: str, inside: WebElement | None = None) -> WebElement:
        """The first such element, as soon as it is there."""
        from selenium.webdriver.common.by import By
        from selenium.webdriver.support.ui import WebDriverWait

        where = inside or self.browser
        found = WebDriverWait(self.browser, 20).until(
            lambda _: next(iter(where.find_elements(By.CSS_SELECTOR, selector)), None)
        )
        assert found is not None
        return found

    def authorize(self, username: str, password: str) -> None:
        """Enter credentials where they are asked for."""
        self.find("button.authorize").click()
        self.find("#auth-basic-username").send_keys(username)
        self.find("#auth-basic-password").send_keys(password)
        self.find(".auth-btn-wrapper button.authorize").click()
        self.find(".auth-btn-wrapper button.btn-done").click()

    def expand(self, path: str) -> WebElement:
        """Expand an operation, and click *Try it out*."""
        operation = self.find(f".opblock:has([data-path='{path}'])")
        self.find(".opblock-summary-control", operation).click()
        self.find(".try-out__btn", operation).click()
        return operation

    def execute(self, operation: WebElement) -> int:
        """Click *Execute*; the status of the answer."""
        self.find(".execute", operation).click()
        return int(self.find(".live-responses-table .response .response-col_status", operation).text.split()[0])

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What the browser has noted."""
        return list(self.browser.get_log(kind))  # type: ignore[no-untyped-call]


def requested(page: Page) -> list[str]:
    """Every address that the page asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in page.log("performance")]
    sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    return [each["request"]["url"] for each in sent if not each["documentURL"].startswith("chrome:")]


def test_a_phone_is_moved_as_the_document_says(browser: Chrome, desk: Helpdesk, served: Caller) -> None:
    from selenium.webdriver.common.keys import Keys

    phone = desk.phones.find("00:04:13:a1:b2:c3")
    there = desk.phones.organisation_named("dewit")
    page = Page(browser, served.base)
    page.authorize("anna", PASSWORD)
    operation = page.expand("/phone/{id}/migrateToCompany")
    page.find("input[placeholder=id]", operation).send_keys(str(phone.id))
    body = page.find("textarea", operation)
    assert json.loads(body.get_attribute("value") or "") == {"newCompany": "string"}
    body.send_keys(Keys.CONTROL, "a")
    body.send_keys(json.dumps({"newCompany": f"{served.base}/company/{there.id}"}))
    assert page.execute(operation) == 200
    assert desk.phones.get(phone.id).organisation == "Garage De Wit"
    assert desk.phones.history(phone.mac)[0].operator == "anna (API)"
    urls = requested(page)
    assert f"{served.base}/phone/{phone.id}/migrateToCompany" in urls
    assert {urlsplit(url).hostname for url in urls if not url.startswith("data:")} == {"127.0.0.1"}
    assert [entry for entry in page.log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []


def test_trying_out_asks_for_the_right_version_and_follows_to_ones_own_company(
    browser: Chrome, desk: Helpdesk, served: Caller
) -> None:
    page = Page(browser, served.base)
    page.authorize("anna", PASSWORD)
    operation = page.expand("/company")
    assert page.execute(operation) == 200
    assert "Bakkerij Jansen" in page.find(".live-responses-table .response .response-col_description", operation).text
    page = Page(browser, served.base)
    page.authorize("anna", "wrong password")
    operation = page.expand("/helpdesk/v1/phones")
    assert page.execute(operation) == 401
