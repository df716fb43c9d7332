"""A remote platform read, searched, and its phones moved, against a server that does what is documented and no more."""

from __future__ import annotations

import shutil
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk_tui.backend.compass.desk import CompassDesk
from helpdesk_tui.backend.compass.environment import Fact
from helpdesk_tui.backend.compass.fields import RemoteOrganisation
from helpdesk_tui.backend.compass.problem import PlatformProblem, ProblemKind
from helpdesk_tui.backend.compass.reading import AT_ONCE, ReadingProgress
from helpdesk_tui.backend.errors import Ambiguous, NotFound, Refused
from helpdesk_tui.backend.model.query import parse_query
from helpdesk_tui.backend.model.step import Step
from tests.backend.compass.conftest import Opening, phone, platform
from tests.backend.compass.documented_server import PASSWORD, DocumentedServer, Fault, running
from tests.frozen_clock import FrozenClock


def ids(desk: CompassDesk, query: str = "") -> list[str]:
    return [each.id for each in desk.phones(parse_query(query))]


def test_organisations_phones_and_their_mapped_facts_are_read(desk: CompassDesk, clock: FrozenClock) -> None:
    assert [(each.name, each.short_name, each.own) for each in desk.organisations] == [
        ("Bakkerij Jansen", "jansen", True),
        ("Garage [red]Eynde[/]", "eynde", False),
        ("Only to read", "look", False),
    ]
    assert sorted(ids(desk)) == ["31", "32", "41", "51", "k/33"]
    found = desk.find("31")
    assert (found.name, str(found.mac), found.model, found.step) == ("Balie", "00:04:13:aa:bb:01", "D735", Step.ACTIVE)
    assert (found.firmware, found.read_at, found.problem) == ("10.1.184.15", clock(), None)
    progress = desk.progress
    assert (progress.listed, progress.read, progress.under_way, progress.problem) == (5, 5, False, None)


def test_what_is_no_such_fact_is_unknown_and_told_literally(desk: CompassDesk) -> None:
    odd = desk.find("41")
    assert (odd.mac, odd.step) == (None, None)
    assert dict(odd.unreadable) == {Fact.MAC: "not a MAC", Fact.STEP: "frobnicated"}
    assert desk.find("k/33").step is Step.DISABLED


def test_keys_of_an_answer_are_told_but_no_secret_of_it(desk: CompassDesk) -> None:
    found = desk.find("31")
    assert "sipPassword" in found.keys and "hardware" in found.keys
    assert "geheim" not in repr(found)


def test_without_a_field_map_nothing_is_guessed_and_no_phone_is_asked_for(
    opening: Opening, server: DocumentedServer
) -> None:
    desk = opening(fields={})
    desk.read_all()
    found = desk.find("Balie")
    assert (found.mac, found.model, found.step, found.firmware) == (None, None, None, None)
    assert not any("/phone/" in path for path in server.paths())


def test_phones_without_names_are_asked_for_one_by_one_and_called_by_their_ids(
    opening: Opening, server: DocumentedServer
) -> None:
    server.platform.unnamed_lists = True
    del server.platform.phones["32"]["name"]
    desk = opening(fields={})
    desk.read_all()
    assert {each.label for each in desk.phones()} >= {"Balie", "phone 32"}


def test_searches_look_at_what_was_read(desk: CompassDesk) -> None:
    assert ids(desk, "balie") == ["31"]
    assert ids(desk, "2202") == ["32"]
    assert ids(desk, "80:5e:c0:11:22:02") == ["32"]
    assert ids(desk, "step:provision") == ["32"]
    assert ids(desk, "org:eynde") == ids(desk, "org:=eynde") == ids(desk, "org:=2004") == ["41"]
    assert ids(desk, "org:=eyn") == []
    assert sorted(ids(desk, "model:t46")) == ["32", "41"]
    assert ids(desk, "model:t46 !org:eynde") == ["32"]
    assert ids(desk, "user:anna") == []
    assert desk.not_searchable(parse_query("user:anna verdict:ok model:d7 org:x word")) == ("user", "verdict")


def test_one_phone_is_found_by_id_name_or_unique_text(desk: CompassDesk) -> None:
    assert desk.find("Kantoor").id == desk.find("805ec0112202").id == desk.find("kanto").id == "32"
    with pytest.raises(Ambiguous, match="2 phones fit 'T46S'"):
        desk.find("T46S")
    with pytest.raises(NotFound, match="No phone fits 'zzz'"):
        desk.find("zzz")


def test_an_id_is_looked_up_in_the_lists_alone_and_a_mac_in_everything(
    opening: Opening, server: DocumentedServer
) -> None:
    assert opening().look_up("32").name == "Kantoor"
    assert not any("/phone/" in path for path in server.paths())
    assert opening().look_up("00:04:13:aa:bb:01").name == "Balie"


def test_status_and_users_are_asked_for_when_wanted(desk: CompassDesk, clock: FrozenClock) -> None:
    status = desk.status(desk.find("31"))
    assert (status.private_address, status.public_address, status.online) == ("10.0.0.31", "192.0.2.1:5060", None)
    assert status.read_at == clock()
    nothing = desk.status(desk.find("32"))
    assert (nothing.private_address, nothing.public_address) == (None, None)
    people = desk.users(desk.organisations[0])
    assert [(each.name, each.username, each.contact) for each in people] == [
        ("Anna Jansen", "helpdesk", "anna@example.net"),
        ("Piet", "piet", None),
    ]


def test_whether_a_phone_is_online_is_told_where_the_field_map_names_it(opening: Opening) -> None:
    desk = opening(fields={Fact.ONLINE: "registered"})
    desk.read_all()
    assert desk.status(desk.find("31")).online == "yes"


# Moving -------------------------------------------------------------------------------------------------------------


def test_a_phone_moves_and_the_new_list_proves_it(desk: CompassDesk, server: DocumentedServer) -> None:
    moved = desk.move(desk.find("31"), desk.organisation_named("eynde"))
    assert moved.listed and "its list shows the phone" in moved.sentence
    assert server.platform.owners["31"] == "2004"
    owner = desk.organisation_of(desk.find("31"))
    assert owner is not None and owner.id == "2004"
    (post,) = [asked for asked in server.asked if asked.method == "POST"]
    assert post.path == "/phone/31/migrateToCompany"
    assert post.body.decode() == f'{{"newCompany": "{server.url}/company/2004"}}'


def test_an_id_may_be_any_text(desk: CompassDesk, server: DocumentedServer) -> None:
    assert desk.move(desk.find("k/33"), desk.organisation_named("2004")).listed
    assert "POST /phone/k%2F33/migrateToCompany" in server.paths()


def test_a_redirected_move_is_not_followed(desk: CompassDesk, server: DocumentedServer) -> None:
    server.fail(Fault.REDIRECT, "/phone/31/migrateToCompany")
    with pytest.raises(PlatformProblem, match=r"redirects to thief.example.com \(HTTP 303\), which is not followed"):
        desk.move(desk.find("31"), desk.organisation_named("eynde"))
    assert desk.find("31").organisation_url.endswith("/2003")


def test_a_move_without_rights_on_both_is_refused_in_the_platforms_words(
    desk: CompassDesk, server: DocumentedServer
) -> None:
    with pytest.raises(PlatformProblem, match=r"may not do or see that \(HTTP 403\)") as refused:
        desk.move(desk.find("31"), desk.organisation_named("look"))
    assert refused.value.kind is ProblemKind.FORBIDDEN
    assert server.platform.owners["31"] == "2003"
    assert desk.find("31").organisation_url.endswith("/2003")


def test_nothing_is_moved_to_where_it_is_nor_without_the_right_to(opening: Opening, server: DocumentedServer) -> None:
    looking = opening(read_only=True)
    looking.read_all()
    with pytest.raises(Refused, match="read-only"):
        looking.move(looking.find("31"), looking.organisation_named("eynde"))
    with pytest.raises(Refused, match="belongs to Bakkerij Jansen already"):
        desk = opening()
        desk.read_all()
        desk.move(desk.find("31"), desk.organisation_named("jansen"))
    assert not any(asked.method == "POST" for asked in server.asked)


def test_a_move_whose_answer_is_lost_is_looked_up(opening: Opening, server: DocumentedServer) -> None:
    desk = opening(connect_timeout=0.1, read_timeout=0.1)
    desk.read_all()
    server.fail(Fault.SLOW, "/phone/31/migrateToCompany")
    with pytest.raises(PlatformProblem, match="not known whether it was done"):
        desk.move(desk.find("31"), desk.organisation_named("eynde"))
    server.platform.owners["31"] = "2004"
    assert desk.move(desk.find("31"), desk.organisation_named("eynde")).listed


# Reading in the background ------------------------------------------------------------------------------------------


def test_phones_are_asked_for_a_few_at_a_time(opening: Opening, server: DocumentedServer) -> None:
    for number in range(100, 160):
        server.platform.phones[str(number)] = phone(f"P{number}", f"000413000{number}", "D735", "disabled")
        server.platform.owners[str(number)] = "2003"
    seen: list[int] = []

    def tell(progress: ReadingProgress) -> None:
        seen.append(progress.read)
        if progress.listed == 65:
            server.together = AT_ONCE  # from now on it gets no answer who asks one after the other

    opening().read_all(tell)
    assert seen == sorted(seen) and len(set(seen)) > 10, "progress is told while it goes on"
    assert server.most_at_once == AT_ONCE


def test_a_reading_that_is_begun_again_keeps_what_is_known_and_drops_what_has_gone(
    desk: CompassDesk, server: DocumentedServer, clock: FrozenClock
) -> None:
    del server.platform.owners["32"]
    server.fail(Fault.ERROR, "/phone/31")
    before = clock()
    clock.advance(timedelta(minutes=5))
    desk.read_all()
    kept = desk.find("31")
    assert (kept.model, kept.read_at, kept.complete) == ("D735", before, False)
    assert kept.problem and "HTTP 500" in kept.problem
    assert desk.find("51").read_at == clock()
    assert "32" not in ids(desk)


def test_after_some_failures_in_a_row_the_rest_is_left_alone(opening: Opening, server: DocumentedServer) -> None:
    for number in range(100, 140):
        server.platform.phones[str(number)] = {"name": f"P{number}"}
        server.platform.owners[str(number)] = "2003"
    server.fail(Fault.ERROR, "/phone/")
    progress = opening().read_all()
    assert progress.problem and "error of its own" in progress.problem
    assert len([path for path in server.paths() if "/phone/" in path]) < 12


def test_one_phone_or_organisation_that_may_not_be_seen_does_not_hide_the_others(
    opening: Opening, server: DocumentedServer
) -> None:
    server.fail(Fault.FORBIDDEN, "/phone/31")
    desk = opening(companies=("2006", "2004", "nobody"))
    progress = desk.read_all()
    assert progress.problem and "HTTP 403" in progress.problem
    assert [bool(each.problem) for each in desk.organisations] == [False, True, False, True]
    refused = desk.find("31")
    assert refused.problem and "HTTP 403" in refused.problem
    assert desk.find("41").complete


def test_closing_ends_a_reading_at_once(opening: Opening, server: DocumentedServer) -> None:
    server.fail(Fault.SLOW, "/company")
    desk = opening()
    ended = threading.Event()

    def read() -> None:
        desk.read_all()
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    while not server.asked:
        assert not ended.wait(0.01)
    desk.close()
    assert ended.wait(5)


# Credentials --------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_sent_exactly_once(opening: Opening, server: DocumentedServer) -> None:
    desk = opening(password="wrong-word-3")
    progress = desk.read_all()
    assert progress.problem and "not tried again" in progress.problem
    for _ in range(3):
        with pytest.raises(PlatformProblem, match="refuses the username or password"):
            desk.users(RemoteOrganisation(f"{server.url}/company/2003", "2003"))
    assert len(server.asked) == 1
    assert "wrong-word-3" not in progress.problem
    desk.read_all()  # a person asked for it
    assert len(server.asked) == 2


def test_a_password_that_ends_while_reading_is_not_tried_on(opening: Opening, server: DocumentedServer) -> None:
    for number in range(100, 160):
        server.platform.phones[str(number)] = {"name": f"P{number}"}
        server.platform.owners[str(number)] = "2003"
    server.fail(Fault.UNAUTHORIZED, "/phone/")
    progress = opening().read_all()
    assert progress.problem and "HTTP 401" in progress.problem
    assert len([path for path in server.paths() if "/phone/" in path]) <= AT_ONCE


def test_credentials_go_nowhere_else(opening: Opening, server: DocumentedServer) -> None:
    server.platform.listed_selves = {
        "31": "https://thief.example.com/phone/31",
        "32": f"http://{server.url.removeprefix('http://')}@thief.example.com/phone/32",
        "k/33": f"{server.url}/phone/../user/7",
    }
    desk = opening(companies=("https://thief.example.com/company/9", "2004"))
    progress = desk.read_all()
    assert progress.problem and "points to another host (thief.example.com)" in progress.problem
    assert progress.left_out == 2
    foreign = desk.find("31")
    assert foreign.problem and "nothing was sent there" in foreign.problem
    with pytest.raises(PlatformProblem, match="another host"):
        desk.move(foreign, desk.organisation_named("eynde"))
    with pytest.raises(PlatformProblem, match="another host"):
        desk.move(desk.find("41"), desk.organisations[1])
    assert all(asked.method == "GET" for asked in server.asked)


# Answers of no use --------------------------------------------------------------------------------------------------

SENTENCES = {
    Fault.FORBIDDEN: "may not do or see that (HTTP 403)",
    Fault.NOT_FOUND: "knows no such thing (HTTP 404)",
    Fault.VERSION: "offers no version 3 of the Compass REST API (HTTP 406)",
    Fault.TOO_MANY: "wants fewer requests",
    Fault.ERROR: "has an error of its own: try again later (HTTP 500)",
    Fault.SLOW: "No answer in time",
    Fault.TRUNCATED: "damaged JSON",
    Fault.HUGE: "larger than 16 MB",
    Fault.HTML: "text/html instead of JSON",
    Fault.EMPTY: "has no address of its own",
    Fault.REDIRECT: "points to another host (thief.example.com)",
    Fault.LIST: "another kind of JSON",
    Fault.VERSION_2: "answers in another version than 3",
}


@pytest.mark.parametrize("fault", SENTENCES)
def test_every_failure_of_the_first_call_is_one_sentence(
    fault: Fault, opening: Opening, server: DocumentedServer
) -> None:
    server.fail(fault)
    limits = {"connect_timeout": 0.1, "read_timeout": 0.1} if fault is Fault.SLOW else {}
    progress = opening(companies=(), **limits).read_all()
    assert progress.problem and SENTENCES[fault] in progress.problem
    assert PASSWORD not in progress.problem and "\n" not in progress.problem


@pytest.mark.parametrize("fault", [fault for fault in SENTENCES if fault not in (Fault.SLOW, Fault.HUGE)])
def test_a_failure_anywhere_else_is_a_sentence_too(fault: Fault, opening: Opening, server: DocumentedServer) -> None:
    desk = opening()
    desk.read_all()
    for at in ("/company/2003/resourcesFiltered", "/company/2003/users", "/phone/31"):
        server.fail(fault, at)
    progress = desk.read_all()
    own = desk.organisations[0]
    assert progress.problem and progress.read < progress.listed == 5
    kept = desk.find("Balie")
    assert (kept.model, kept.complete) == ("D735", False), "what was known before is kept"
    with pytest.raises(PlatformProblem):
        desk.users(own)
    with pytest.raises(PlatformProblem):
        desk.read_phone(kept)


def test_a_redirect_to_ones_own_user_is_followed_on_the_same_host(opening: Opening, server: DocumentedServer) -> None:
    server.platform.always_redirects = True
    progress = opening().read_all()
    assert (progress.problem, progress.read) == (None, 5)
    assert server.paths()[:4] == ["GET /user", "GET /user/7", "GET /company", "GET /company/2003"]


def test_what_an_error_body_says_is_told(opening: Opening, server: DocumentedServer) -> None:
    desk = opening()
    desk.read_all()
    del server.platform.companies["2004"]
    with pytest.raises(PlatformProblem, match=r"HTTP 400: newCompany must be an absolute URL of a company\)"):
        desk.move(desk.find("31"), desk.organisation_named("eynde"))


def test_nobody_listening_is_a_sentence(opening: Opening) -> None:
    progress = opening(url="http://127.0.0.1:1").read_all()
    assert progress.problem and "No connection to 127.0.0.1" in progress.problem


def test_http_is_for_this_machine_only(opening: Opening) -> None:
    progress = opening(url="http://rest.pbx.example.net").read_all()
    assert progress.problem and "write an https:// address" in progress.problem


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate, and is not installed")
def test_a_certificate_that_nobody_vouches_for_gets_no_password(opening: Opening, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    subprocess.run([*make, *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with running(platform(), (certificate, key)) as secure:
        desk = opening(url=secure.url)
        problem = desk.read_all().problem
        assert problem and "certificate" in problem.lower() and "self-signed" in problem
        (finding,) = desk.report()
        assert not finding.ok and "TLS" in finding.text
        assert secure.asked == []


# Doctor -------------------------------------------------------------------------------------------------------------


def test_the_report_tells_how_far_the_way_is_open(opening: Opening, server: DocumentedServer) -> None:
    good = opening().report()
    assert [finding.ok for finding in good] == [True, True]
    assert "accepted: Anna Jansen" in good[1].text
    bad = opening(password="wrong").report()
    assert [finding.ok for finding in bad] == [True, False]
    away = opening(url="http://127.0.0.1:1").report()
    assert [finding.ok for finding in away] == [False]
    assert len(server.asked) == 2
