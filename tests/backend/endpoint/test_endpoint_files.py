"""What phones of both vendors ask for, and what they get."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from tests.backend.endpoint.served import AGENTS, Served
from tests.backend.offices import SNOM, YEALINK, add_phone, in_service

SNOM_FILES = ("snomD735-000413A1B2C3.htm", "snomD735-000413a1b2c3.htm", "snom-000413A1B2C3.htm", "snomD735.htm", "")
YEALINK_SETTINGS = ("805ec0112233.cfg", "805EC0112233.cfg", "")


def folder(path: str) -> str:
    return path.rpartition("/")[0] + "/"


@pytest.mark.parametrize("way", ["temporary", "definitive"])
def test_snom_gets_its_settings_under_every_name_it_uses(desk: Helpdesk, endpoint: Served, way: str) -> None:
    phone = add_phone(desk, SNOM, "D735")
    path = endpoint.temporary(phone) if way == "temporary" else endpoint.definitive(phone)
    for name in SNOM_FILES:
        answer = endpoint.get(folder(path) + name, user_agent=AGENTS["D735"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        assert int(answer.headers["content-length"]) == len(answer.content)
        server = ElementTree.fromstring(answer.content).find("phone-settings/setting_server")
        assert server is not None
        assert server.text == desk.settings.urls(endpoint.now(phone))[0]


@pytest.mark.parametrize("way", ["temporary", "definitive"])
def test_yealink_gets_its_settings(desk: Helpdesk, endpoint: Served, way: str) -> None:
    phone = add_phone(desk, YEALINK, "T46S")
    path = endpoint.temporary(phone) if way == "temporary" else endpoint.definitive(phone)
    for name in YEALINK_SETTINGS:
        answer = endpoint.get(folder(path) + name, user_agent=AGENTS["T46S"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text.startswith("#!version:1.0.0.1\n")
        assert f"/p/{endpoint.now(phone).secret}/" in answer.text


@pytest.mark.parametrize("name", ["805ec0112233.boot", "y000000000000.boot"])
def test_yealink_from_v81_gets_a_boot_file_that_overwrites(desk: Helpdesk, endpoint: Served, name: str) -> None:
    path = folder(endpoint.definitive(in_service(desk, YEALINK, "T46S")))
    text = endpoint.get(path + name, user_agent=AGENTS["T46S"]).text
    assert "overwrite_mode = 1" in text.splitlines()
    (include,) = (line for line in text.splitlines() if line.startswith("include:config"))
    assert endpoint.get(path + include.partition("<")[2].rstrip(">")).status_code == 200
    assert endpoint.get(path + name, user_agent="Yealink SIP-T46S 66.80.0.15").status_code == 404


def test_yealinks_common_file_is_valid_and_empty(desk: Helpdesk, endpoint: Served) -> None:
    path = folder(endpoint.definitive(in_service(desk, YEALINK, "T46S")))
    for number in ("000000000066", "000000000065", "000000000000"):
        answer = endpoint.get(f"{path}y{number}.cfg")
        assert (answer.status_code, answer.text) == (200, "#!version:1.0.0.1\n")


def test_the_same_data_gives_the_same_bytes_and_an_unchanged_file_is_not_sent_again(
    desk: Helpdesk, endpoint: Served
) -> None:
    phone = in_service(desk, SNOM, "D735")
    path = endpoint.definitive(phone)
    first, second = endpoint.get(path), endpoint.get(path)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    unchanged = endpoint.get(path, if_none_match=first.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    desk.phones.set_text(phone, "name", "Receptie")
    changed = endpoint.get(path, if_none_match=first.headers["etag"])
    assert changed.status_code == 200
    assert b"Receptie" in changed.content


def test_a_change_by_another_process_is_in_the_very_next_answer(
    desk: Helpdesk, colleague: Helpdesk, endpoint: Served
) -> None:
    phone = in_service(desk, SNOM, "D735")
    path = endpoint.definitive(phone)
    for name in ("bakker1.example.net", "bakker2.example.net", "bakker3.example.net"):
        colleague.organisations.change(colleague.organisations.get(phone.organisation_id), "sip_host", name)
        assert name in endpoint.get(path).text


def test_head_has_the_headers_and_no_body_and_moves_nothing(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk, SNOM, "D735")
    path = endpoint.temporary(phone)
    head = endpoint.get(path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert endpoint.now(phone).token_used_at is None
    assert head.headers["content-length"] == endpoint.get(path).headers["content-length"]


def test_a_file_is_made_for_the_firmware_that_asks(desk: Helpdesk, endpoint: Served) -> None:
    path = endpoint.definitive(in_service(desk, YEALINK, "T46S"))
    assert "static.auto_provision.server.url" in endpoint.get(path, user_agent="Yealink SIP-T46S 66.86.0.15").text
    assert "\nauto_provision.server.url" in endpoint.get(path, user_agent="Yealink SIP-T46S 66.80.0.15").text


def test_a_strange_user_agent_never_breaks_a_fetch(desk: Helpdesk, endpoint: Served) -> None:
    path = endpoint.definitive(in_service(desk, SNOM, "D735"))
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    for odd in ("~[31mred", "snom" * 200, "Yealink SIP-T46S", "[bold]x[/]", '"}{', "Snom " * 90, "\xff\xfe"):
        answer = endpoint.raw(f"{head}User-Agent: {odd}\r\n\r\n".encode("latin-1"))
        assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("name", ["{{7*7}}", "{% x %}", "a<b>&\"c']]>", "Kantoor ☎"])
def test_case_58_and_59_texts_come_out_literally(desk: Helpdesk, endpoint: Served, name: str) -> None:
    organisation = desk.organisations.get(in_service(desk, SNOM, "D735").organisation_id)
    desk.organisations.change(organisation, "organisation", name)
    phone = desk.phones.find(SNOM)
    root = ElementTree.fromstring(endpoint.get(endpoint.definitive(phone)).content)
    assert name in {element.text for element in root.iter("user_idle_text")}
