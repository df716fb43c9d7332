from __future__ import annotations

from typing import Any

import pytest

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.manufacturers.service import Failure, Standing
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Wire
from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response
from helpdesk_tui.backend.model.reason import Reason

URL = "https://prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/"
Stage = Any  # of conftest.py, which tests cannot import

pytestmark = pytest.mark.parametrize("stage", [Wire.YEALINK_XMLRPC], indirect=True)


def failure(outcome: object) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


@pytest.fixture
def bodies(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is sent."""
    sent: list[str] = []
    real = stage.server.simulator._serve

    def serve(request: Request) -> Response:
        sent.append(request.body.decode())
        return real(request)  # type: ignore[no-any-return]

    monkeypatch.setattr(stage.server.simulator, "_serve", serve)
    return sent


def answer(monkeypatch: pytest.MonkeyPatch, stage: Stage, method: str, text: str) -> None:
    """Let a method be answered with this text, whatever the boolean says."""
    real = stage.server.simulator._serve
    array = f"<array><data><value><boolean>1</boolean></value><value>{text}</value></data></array>"
    xml = f"<methodResponse><params><param><value>{array}</value></param></params></methodResponse>"
    response = Response(200, {"Content-Type": "text/xml"}, xml.encode())
    monkeypatch.setattr(
        stage.server.simulator, "_serve", lambda request: response if method in request.body.decode() else real(request)
    )


def test_a_named_server_is_added_without_the_secret_of_the_phone(stage: Stage) -> None:
    service = stage.open(server_name="Compass")
    assert service.register(stage.phone, URL) is None
    assert stage.server.simulator.state.servers["ours"] == {"Compass": "https://prov.example.test/"}


def test_override_is_never_asked_for(stage: Stage, bodies: list[str]) -> None:
    stage.server.simulator.state.switches.override_seizes = True
    service = stage.open()
    stage.give_to_other()
    assert failure(service.register(stage.phone, URL)).reason is Reason.OWNED_ELSEWHERE
    stage.server.simulator.state.remove(stage.vendor, stage.phone.mac.hex)
    service.register(stage.phone, URL)
    service.register(stage.phone, URL + "new/")
    assert stage.registered() == {stage.phone.mac.hex: ("ours", URL + "new/")}
    assert not [body for body in bodies if "<string>1</string>" in body]


def test_registered_after_a_cut_connection_can_only_mean_the_new_address(stage: Stage) -> None:
    service = stage.open(read_timeout=0.4)
    service.register(stage.phone, URL)
    stage.fail(Fault.NO_ANSWER_BEFORE, match="WithUniqueUrl")
    assert failure(service.register(stage.phone, URL + "new/")).outcome_unknown
    assert service.check(stage.phone) is Standing.NOT_REGISTERED
    service.register(stage.phone, URL)
    stage.fail(Fault.NO_ANSWER_BEFORE, match="deRegister")
    assert not failure(service.register(stage.phone, URL + "new/")).outcome_unknown, "certainly not registered"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Error:80-5E-C0-AA-BB-CC", Reason.OWNED_ELSEWHERE),
        ("Error: 805EC0AABBCC ", Reason.OWNED_ELSEWHERE),
        ("Are you sure you want to override MAC addresses 805ec0aabbcc", Reason.OWNED_ELSEWHERE),
        ("Error:Invalid MAC(s):805ec0aabbcc", Reason.BAD_MAC),
        ("Invalid MAC(s): 805ec0aabbcc", Reason.BAD_MAC),
        ("Error:The url can only begin with 'http://'", Reason.BAD_URL),
        ("Something new", Reason.UNKNOWN_ANSWER),
        ("", Reason.UNKNOWN_ANSWER),
    ],
)
def test_texts_of_a_refusal(stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str, reason: Reason) -> None:
    answer(monkeypatch, stage, "WithUniqueUrl", text)
    assert failure(stage.open().register(stage.phone, URL)).reason is reason


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("Registered", Standing.OURS),
        ("Error:Registered\n", Standing.OURS),
        ("UNREGISTERED", Standing.NOT_REGISTERED),
        ("Unknown", Standing.NOT_REGISTERED),
        ("Registered  Elsewhere", Standing.ELSEWHERE),
    ],
)
def test_the_words_of_a_check_count(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str, standing: Standing
) -> None:
    answer(monkeypatch, stage, "checkDevice", text)
    assert stage.open().check(stage.phone) is standing


@pytest.mark.parametrize("name", ["x" * 21, "näme", "a/b"])
def test_a_server_name_that_the_service_would_refuse(stage: Stage, name: str) -> None:
    with pytest.raises(ConfigurationProblem, match="server_name"):
        stage.open(server_name=name)


def test_a_distributor_is_shown_by_its_name(stage: Stage) -> None:
    assert stage.open(label="Lydis RPS").label == "Lydis RPS (wire assumed)"
    assert stage.open().label == "Yealink RPS"


@pytest.mark.parametrize(
    "xml",
    [
        "<methodResponse/>",
        "<html/>",
        "<methodResponse><params><param><value><array><data/></array></value></param></params></methodResponse>",
        "<methodResponse><fault><value><struct><member><name>faultString</name><value>bad</value></member></struct>"
        "</value></fault></methodResponse>",
        "<a>" * 20_000 + "</a>" * 20_000,
    ],
)
def test_xml_of_another_shape_is_unknown(stage: Stage, monkeypatch: pytest.MonkeyPatch, xml: str) -> None:
    response = Response(200, {"Content-Type": "text/xml"}, xml.encode())
    monkeypatch.setattr(stage.server.simulator, "_serve", lambda request: response)
    service = stage.open()
    assert failure(service.check(stage.phone)).reason is Reason.UNKNOWN_ANSWER
    assert failure(service.register(stage.phone, URL)).reason is Reason.UNKNOWN_ANSWER
