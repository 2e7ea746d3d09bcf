"""The transport for addresses that merchants type: what comes through it and what does not."""

from ipaddress import ip_network

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.guarded import Guarded
from app.adapters.gateways.wire import LIMIT, over_requests
from tests.fakes.server import FakeServer, Response

LOOPBACK = [ip_network("127.0.0.0/8")]


class Echo(FakeServer):
    """Answers with what a test planned."""

    planned = Response(200, {"fine": True})

    def handle(self, request):
        return self.planned


@pytest.fixture
def echo():
    with Echo() as running:
        yield running


@pytest.fixture
def send():
    return Guarded(LOOPBACK, https_only=False)


def test_it_answers_as_the_plain_transport_does(echo, send):
    plain = over_requests("Somebody")
    for method, body in (("GET", None), ("POST", b'{"a":1}'), ("PUT", b"{}"), ("DELETE", None)):
        asked = (method, f"{echo.url}/x?y=z", {"Authorization": "token k"}, body)
        mine, theirs = send(*asked), plain(*asked)
        assert (mine.status, mine.data, mine.body) == (theirs.status, theirs.data, theirs.body)
        seen, other = echo.requests[-2:]
        assert (seen.method, seen.path, seen.query) == (other.method, other.path, other.query)
        assert seen.body == (body or b"")
        assert seen.headers["Authorization"] == "token k"


@pytest.mark.parametrize(
    "make",
    [
        lambda url: (Guarded([], https_only=False), url),
        lambda url: (Guarded(LOOPBACK, https_only=True), url),
        lambda url: (Guarded([], https_only=False), "http://169.254.169.254/latest/meta-data"),
        lambda url: (Guarded([], https_only=False), "ftp://example.com/"),
        lambda url: (Guarded([], https_only=False), "not an address"),
        lambda url: (Guarded([], https_only=False), "http://user:secret@example.com/"),
    ],
    ids=["private", "not https", "metadata", "no web address", "no address", "with a password"],
)
def test_what_may_not_be_called_is_never_called(echo, make):
    send, url = make(echo.url)
    with pytest.raises(base.Misconfigured, match="reachable from outside"):
        send("GET", url, {}, None)
    assert echo.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        Response(302, b"", {"Location": "http://169.254.169.254/"}),
        Response(200, b"x" * (LIMIT + 1)),
    ],
    ids=["a redirect", "too much"],
)
def test_a_server_that_leads_away_or_floods_has_not_answered(echo, send, answer):
    echo.planned = answer
    with pytest.raises(base.Unavailable):
        send("GET", echo.url, {}, None)
    assert len(echo.requests) == 1


def test_silence_is_no_failure_and_says_nothing_of_the_network(echo, send):
    echo.drop_before_commit("GET /")
    with pytest.raises(base.Unavailable) as silent:
        send("GET", echo.url, {}, None)
    assert silent.value.__cause__ is None
    with pytest.raises(base.Unavailable) as closed:
        send("GET", "http://127.0.0.1:9/", {}, None)
    assert silent.value.reason == closed.value.reason


def test_connections_are_kept(echo, send):
    for _ in range(3):
        send("GET", echo.url, {}, None)
    assert echo.connections == 1
