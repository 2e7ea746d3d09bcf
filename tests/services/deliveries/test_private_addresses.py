"""Endpoint rows written into the database by an attacker, delivered by a production set-up: no
connection is made to anything that is not public, and no worker is held by what answers."""

import socket
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from app import create_app
from app.extensions import db
from app.kit.http.addresses import AddressPolicy
from app.kit.http.guarded import GuardedClient, Limits
from app.services.deliveries import outbox
from tests import world
from tests.conftest import environment
from tests.kit.http import hostile
from tests.services.deliveries.conftest import Hooked

ADDRESSES = """
0.0.0.0 0.0.0.1 10.0.0.1 100.64.0.1 127.0.0.1 127.0.0.53 127.255.255.254 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
[::] [::1] [::ffff:127.0.0.1] [::ffff:10.0.0.1] [::127.0.0.1] [64:ff9b::7f00:1]
[64:ff9b:1::7f00:1] [100::1] [2001::1] [2001:db8::1] [2002:7f00:1::1] [3fff::1] [5f00::1]
[fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1]
""".split()
SPELLINGS = """
2130706433 0x7f.1 0x7f000001 0177.0.0.1 017700000001 127.1 0 localhost localhost. LOCALHOST
[0:0:0:0:0:ffff:7f00:1] 127.0.0.1.
""".split()
MISREAD = [
    "http://user:pass@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@public.example/",
    "http://127.0.0.1:{port}#@public.example/",
    "http://[::1%25lo]:{port}/",
    "ftp://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http://\uff11\uff12\uff17.0.0.1:{port}/",
    "http://127\u30020\u30020\u30021:{port}/",
]


@pytest.fixture
def networks() -> str:
    return ""


@pytest.fixture
def production(database_url, tmp_path, networks):
    """The worker of a real installation: https, strong keys, no networks allowed."""
    values = environment(
        database_url,
        tmp_path,
        WEBHOOK_ALLOWED_CIDRS=networks,
        APP_ENV="production",
        PUBLIC_BASE_URL="https://pay.example.com",
        SECRET_KEY="q8Zr2nV5kLw9Tj4Xc7Bh1Ym6Pd3Gf0Sa",
        INTEGRATION_ENCRYPTION_KEY="u4Wd7Rk1Hs9Qe2Zx5Nc8Vb3Mt6Yj0LgE",
        LOG_FORMAT="text",
    )
    app = create_app(values)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def hooked(production) -> Hooked:
    opened = world.open_shop(
        production, gateway="stripe", webhook_url="https://public.example/hook"
    )
    return Hooked(opened)


@contextmanager
def listeners():
    """Sockets on 127.0.0.1 and ::1 with one port, and how many connections they took."""
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = first.getsockname()[1]
        found = [first]
        if socket.has_ipv6:
            found.append(
                stack.enter_context(socket.create_server(("::1", port), family=socket.AF_INET6))
            )

        def knocks() -> int:
            count = 0
            for one in found:
                one.settimeout(0)
                while True:
                    try:
                        one.accept()[0].close()
                    except BlockingIOError:
                        break
                    count += 1
            return count

        yield port, knocks


def outcomes(hooked, urls) -> dict[str, str]:
    """What became of one delivery to each address."""
    found = {}
    for url in urls:
        hooked.change(url=url)
        id_ = hooked.tell()
        hooked.try_once()
        found[url] = hooked.delivery(id_).last_error
    return found


@pytest.mark.parametrize(
    ("scheme", "networks"),
    [("https", ""), ("http", ""), ("http", "198.51.100.128/25")],  # http needs an allowed network
)
def test_no_spelling_of_no_private_address_is_ever_dialled(hooked, scheme, frozen):
    with listeners() as (port, knocks):
        hosts = [*ADDRESSES, *SPELLINGS]
        urls = [f"{scheme}://{host}:{port}/hook" for host in hosts]
        if scheme == "http":
            urls += [one.format(port=port) for one in MISREAD]
        found = outcomes(hooked, urls)
        assert {url: code for url, code in found.items() if code != "E_BLOCKED"} == {}
        assert knocks() == 0
    stored = [str(one.response_headers) + str(one.response_body) for one in hooked.attempts()]
    assert set(stored) == {"NoneNone"} or set(stored) == {"{}None"}


def test_the_listeners_do_count(hooked):
    with listeners() as (port, knocks):
        socket.create_connection(("127.0.0.1", port)).close()
        socket.create_connection(("::1", port)).close()
        assert knocks() == 2


def test_plain_http_is_not_spoken_in_production(hooked):
    assert outcomes(hooked, ["http://public.example/hook"]) == {
        "http://public.example/hook": "E_BLOCKED"
    }


# --- receivers that hold or flood; loopback is let through to reach them


@pytest.fixture
def short(production, monkeypatch):
    """The production client with a loopback receiver let in, and shorter limits."""
    limits = Limits(resolve=0.3, connect=0.8, read=0.8, total=0.8)
    client = GuardedClient(AddressPolicy((ip_network("127.0.0.1/32"),)), limits)
    monkeypatch.setattr(outbox, "_client", lambda: client)
    yield
    for idle in client._pool._idle.values():
        for connection, _ in idle:
            connection.close()


OK = b"HTTP/1.1 200 OK\r\n"
ATTACKS = {
    "a body without an end": (hostile.flooding(OK + b"\r\n", b"x" * 65536), 200, None),
    "a body that drips": (
        hostile.dripping(OK + b"Content-Length: 99\r\n\r\n", b"x" * 99),
        None,
        "E_TIMEOUT",
    ),
    "headers that drip": (hostile.dripping(OK, b"X-A: b\r\n" * 99), None, "E_TIMEOUT"),
    "headers without an end": (hostile.flooding(OK, b"X-A: b\r\n" * 999), None, "E_HTTP"),
    "silence": (hostile.deaf, None, "E_TIMEOUT"),
    "half an answer": (hostile.replying(OK + b"Content-Length: 99\r\n\r\nx"), None, "E_HTTP"),
    "no answer at all": (hostile.replying(b""), None, "E_HTTP"),
    "not HTTP": (hostile.replying(b"220 smtp.example ESMTP\r\n"), None, "E_HTTP"),
    "a way inside": (
        hostile.replying(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        ),
        302,
        "E_STATUS",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_answers_is_recorded_cut_and_leaves_the_worker_alive(hooked, short, attack):
    script, status, error = ATTACKS[attack]
    begun = datetime.now(UTC)
    with hostile.Receiver(script) as receiver:
        hooked.change(url=receiver.url)
        hooked.tell()
        assert world.run_tasks(hooked.shop.app) == 1
        (attempt,) = hooked.attempts()
        assert (attempt.status_code, attempt.error) == (status, error)
        assert attempt.ended_at and attempt.duration_ms < 5_000
        assert len(attempt.response_body or "") <= outbox.KEEP_BODY
        hooked.tell()  # the receiver is polite to whoever comes next
        world.run_tasks(hooked.shop.app)
        assert "succeeded" in hooked.delivery_statuses()
    assert (datetime.now(UTC) - begun).total_seconds() < 10
