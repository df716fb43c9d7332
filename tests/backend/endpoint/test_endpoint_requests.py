"""The short way of reading a request finds nothing else in it than the library does that reads all others."""

from __future__ import annotations

import time

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk_tui.backend.endpoint.requests import PlainRequest, plain_request
from tests.backend.endpoint.served import AGENTS

PLAIN = f"GET /p/secret/file.cfg?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {AGENTS['D735']}\r\n\r\n".encode()

_ENDS = (b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\r\n folded", b" ", b"\t", b":", b"\0", b"\x7f", b"\xc3\xa9")
_WORDS = (b"GET", b"HEAD", b"/", b"?", b"#", b"http://a/", b"HTTP/1.0", b"HTTP/1.1", b"HTTP/2", b"X:")
_HEADERS = (b"Host: a", b"host:b", b"Host : c", b"Content-Length: 5", b"Connection: close", b"Upgrade: x")
_MORE = (
    b"Connection: Keep-Alive",
    b"connection: keep-alive, x",
    b"transfer-encoding: chunked",
    b"Expect: 100-continue",
    b"content-length: 0",
)
_ODD = st.sampled_from([*_ENDS, *_WORDS, *_HEADERS, *_MORE])


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A plain request, spoilt here and there."""
    data = PLAIN
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 12)))
        data = data[:start] + draw(_ODD | st.binary(max_size=3)) + data[end:]
    return data


def as_h11_reads(data: bytes) -> PlainRequest | None:
    """The same of h11: one whole request without a body, nothing after it, and the connection goes on."""
    conn = h11.Connection(h11.SERVER)
    conn.receive_data(data)
    try:
        request, end = conn.next_event(), conn.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(request, h11.Request) or not isinstance(end, h11.EndOfMessage):
        return None
    if conn.their_state is not h11.DONE or conn.trailing_data[0]:
        return None
    return PlainRequest(request.method.decode(), request.target, list(request.headers))


@given(requests())
@example(PLAIN)
@example(PLAIN.replace(b"GET", b"HEAD"))
@example(PLAIN + b"GET / HTTP/1.1\r\n\r\n")
@example(PLAIN.replace(b"Host", b"Content-Length: 0\r\nHost"))
def test_what_is_read_at_once_is_what_h11_reads(data: bytes) -> None:
    found = plain_request(data)
    assert found is None or found == as_h11_reads(data)


def test_what_phones_send_is_read_at_once() -> None:
    for agent in AGENTS.values():
        headers = f"HOST: a:8080\r\nUser-Agent:  {agent} \r\nConnection: Keep-Alive\r\nX-Empty:\r\n"
        data = f"GET /p/s/f HTTP/1.1\r\n{headers}\r\n".encode()
        expected = [
            (b"host", b"a:8080"),
            (b"user-agent", agent.encode()),
            (b"connection", b"Keep-Alive"),
            (b"x-empty", b""),
        ]
        assert plain_request(data) == PlainRequest("GET", b"/p/s/f", expected)


@pytest.mark.parametrize("part", [b" ", b"\t", b"a", b"a:", b"a: b\r\n", b":", b"\r"])
def test_reading_takes_no_longer_for_odd_requests(part: bytes) -> None:
    begun = time.process_time()
    assert plain_request(b"GET / HTTP/1.1\r\n" + part * (16_000 // len(part)) + b"\x01") is None
    assert plain_request(b"GET /" + part * (16_000 // len(part)) + b"\x01") is None
    assert time.process_time() - begun < 0.5  # one that looks back takes minutes
