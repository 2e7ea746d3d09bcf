"""Mail over real sockets: encrypted to a server whose certificate is right, or not at all."""

import socket
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_string, policy
from ipaddress import ip_network
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography.hazmat.primitives import serialization

from app.adapters.gateways import base
from app.adapters.mail import Letter, MailRefused, MailUnavailable
from app.adapters.mail.smtp import SmtpMailer
from tests.kit.http.test_tls import PEM, issue

LETTER = Letter(
    "ada@example.com", "Olá, Ada", "Text here.\n", "<p>Text here.</p>", "mail_1@pay.example.com",
    datetime(2026, 11, 25, tzinfo=UTC),
)  # fmt: skip


class Mailbox:
    """A server's side: keeps what it takes; refuses the addresses it is told to."""

    def __init__(self):
        self.letters, self.refuse, self.greeted = [], {}, 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.greeted += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope.content.decode())
        return "250 taken"


class Running(Controller):
    """A server with STARTTLS where it has a certificate; nothing is said of mail before that."""

    def __init__(self, box, tls=None, **options):
        super().__init__(box, hostname="127.0.0.1", port=0)
        self.tls, self.options = tls, options

    def factory(self):
        return SMTP(self.handler, tls_context=self.tls, require_starttls=bool(self.tls),
                    **self.options)  # fmt: skip

    def _trigger_server(self):
        """The port is the one the system chose."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    made, key = issue("localhost", 30)
    path = tmp_path_factory.mktemp("smtp") / "server.pem"
    private = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(PEM))
    return path


def server_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def serve(certificate):
    running = []

    def start(box, *, encrypted=True, context=None, **options):
        if encrypted and context is None:
            context = server_context(certificate)
        server = Running(box, context, **options)
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()


LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def mailer(server, certificate=None, networks=LOOPBACK, **more):
    """A mailer as an organization has it; with `networks=None` as the operator has it."""
    values = {"host": "localhost", "port": str(server.port), "security": "starttls",
              "fromEmail": "pay@example.com", **more}  # fmt: skip
    trusted = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    return SmtpMailer(base.Credentials(values, None, networks), trusted)


def test_a_letter_arrives_by_starttls_as_text_and_html_with_our_id(serve, certificate):
    box = Mailbox()
    mailer(serve(box), certificate).send(LETTER)
    (got,) = box.letters
    assert "Message-ID: <mail_1@pay.example.com>" in got
    assert "From: Gatehouse <pay@example.com>" in got
    assert "text/plain" in got
    assert "text/html" in got


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(serve):
    box = Mailbox()
    with pytest.raises(MailUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        mailer(serve(box)).send(LETTER)
    assert box.letters == []


def test_without_starttls_nothing_is_sent(serve, certificate):
    box = Mailbox()
    with pytest.raises(MailUnavailable, match="no encryption"):
        mailer(serve(box, encrypted=False), certificate).send(LETTER)
    assert box.letters == []


def test_plain_mail_stays_on_this_machine(serve):
    box = Mailbox()
    server = serve(box, encrypted=False)
    mailer(server, security="none").send(LETTER)
    assert len(box.letters) == 1
    with pytest.raises(MailUnavailable, match="unencrypted"):
        mailer(server, security="none", host="mail.example.com").send(LETTER)


def test_a_wrong_password_can_be_mended_and_is_not_repeated(serve, certificate):
    def never(*_):
        return AuthResult(success=False, handled=False, message="535 no, not 'open sesame'")

    server = serve(Mailbox(), authenticator=never, auth_required=True)
    with pytest.raises(MailUnavailable) as refusal:
        mailer(server, certificate, username="ada", password="open sesame").send(LETTER)
    assert "open sesame" not in str(refusal.value)


@pytest.mark.parametrize(
    ("said", "kind"), [("550 nobody here", MailRefused), ("451 later", MailUnavailable)]
)
def test_what_the_server_says_of_an_address_decides_whether_to_try_again(
    serve, certificate, said, kind
):
    box = Mailbox()
    box.refuse[LETTER.to] = said
    with pytest.raises(kind):
        mailer(serve(box), certificate).send(LETTER)


def test_a_server_that_is_away_may_come_back(certificate):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        away = SimpleNamespace(port=nobody.getsockname()[1])
        with pytest.raises(MailUnavailable):
            mailer(away, certificate, host="127.0.0.1").send(LETTER)


def test_a_line_break_in_an_address_adds_no_header(serve, certificate):
    box = Mailbox()
    hostile = replace(LETTER, to="ada@example.com\r\nBcc: all@example.com")
    with pytest.raises(MailRefused):
        mailer(serve(box), certificate).send(hostile)
    assert box.letters == []


@pytest.mark.parametrize("networks", [LOOPBACK, None], ids=["an organization", "the operator"])
def test_both_an_organization_and_the_operator_send_where_they_may(serve, certificate, networks):
    box = Mailbox()
    mailer(serve(box), certificate, networks).send(LETTER)
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "0x7f.1", "2130706433", "169.254.169.254", "10.0.0.1"]
)
def test_a_server_that_a_merchant_named_is_never_one_inside(serve, certificate, host):
    box = Mailbox()
    inside = mailer(serve(box), certificate, (), host=host, port="587")
    with pytest.raises(MailUnavailable, match="may be called from here") as refusal:
        inside.send(LETTER)
    assert host not in str(refusal.value)
    with pytest.raises(base.Misconfigured, match="may be called from here"):
        inside.verify()
    assert box.greeted == 0


def test_a_port_that_is_none_of_mail_is_not_even_dialled(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    odd = mailer(SimpleNamespace(port=6379), networks=(), host="mail.example.com")
    with pytest.raises(MailUnavailable, match="may be called from here"):
        odd.send(LETTER)


@pytest.mark.parametrize("port", ["mail", "", "²"])
def test_a_port_that_is_no_number_can_be_mended(serve, port):
    wrong = mailer(SimpleNamespace(port=1), host="127.0.0.1", security="none", port=port or "x")
    with pytest.raises(MailUnavailable, match="not a number"):
        wrong.send(LETTER)


class Implicit(Running):
    """A server that is encrypted from the first byte (RFC 8314)."""

    def __init__(self, box, context):
        super().__init__(box)
        self.ssl_context = context


@pytest.fixture
def implicit(certificate):
    box = Mailbox()
    server = Implicit(box, server_context(certificate))
    server.start()
    yield server, box
    server.stop()


def test_a_letter_arrives_encrypted_from_the_start(implicit, certificate):
    server, box = implicit
    mailer(server, certificate, security="tls").send(LETTER)
    assert len(box.letters) == 1
    with pytest.raises(MailUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        mailer(server, security="tls").send(LETTER)
    assert len(box.letters) == 1


def test_the_name_on_the_certificate_counts(serve, certificate):
    box = Mailbox()
    with pytest.raises(MailUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        mailer(serve(box), certificate, host="127.0.0.1").send(LETTER)
    assert box.letters == []


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_nothing_older_than_tls_1_2_is_spoken(serve, certificate, version, taken):
    context = server_context(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = version, version
    box = Mailbox()
    sender = mailer(serve(box, context=context), certificate)
    if taken:
        sender.send(LETTER)
    else:
        with pytest.raises(MailUnavailable):
            sender.send(LETTER)
    assert len(box.letters) == taken


def test_a_server_that_talks_without_end_is_hung_up_on(monkeypatch):
    monkeypatch.setattr("app.adapters.mail.smtp_server.ANSWERS", 2000)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def chatter():
            talking, _ = listening.accept()
            with talking:
                try:
                    while True:
                        talking.sendall(b"220-and more\r\n" * 100)
                except OSError:
                    return

        thread = threading.Thread(target=chatter)
        thread.start()
        with pytest.raises(MailUnavailable):
            mailer(SimpleNamespace(port=port), host="127.0.0.1", security="none").send(LETTER)
        thread.join()


def test_a_connection_is_tried_without_sending_anything(serve, certificate):
    def only(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"open sesame", handled=False)

    box = Mailbox()
    server = serve(box, authenticator=only, auth_required=True)
    right = mailer(server, certificate, username="ada", password="open sesame")
    assert right.verify() == base.Verification("ada (localhost)", None)
    with pytest.raises(base.Misconfigured, match="password") as refusal:
        mailer(server, certificate, username="ada", password="wrong pass").verify()
    assert "wrong pass" not in str(refusal.value)
    with pytest.raises(base.Misconfigured, match="CERTIFICATE"):
        mailer(server).verify()
    assert box.letters == []


def test_a_connection_that_gets_no_answer_may_be_tried_later(certificate):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = SimpleNamespace(port=nobody.getsockname()[1])
        with pytest.raises(base.Unavailable):
            mailer(away, certificate).verify()


def test_the_sender_and_whom_to_answer_are_the_shops(serve, certificate):
    box = Mailbox()
    named = replace(LETTER, sender_name='Ada\'s "Shop", Lda', reply_to="help@shop.example")
    mailer(serve(box), certificate).send(named)
    mailer(serve(box), certificate, fromEmail="Loja <loja@example.com>").send(named)
    first, second = (message_from_string(one, policy=policy.default) for one in box.letters)
    assert first["From"].addresses[0].display_name == named.sender_name
    assert first["From"].addresses[0].addr_spec == "pay@example.com"
    assert first["Reply-To"] == "help@shop.example"
    assert second["From"].addresses[0].display_name == "Loja"


class Rude(SMTP):
    """Takes letters, and answers a goodbye with an error."""

    async def smtp_QUIT(self, arg):
        await self.push("421 whatever")


def test_a_letter_that_was_taken_was_taken_whatever_the_goodbye(serve, monkeypatch):
    monkeypatch.setattr(Running, "factory", lambda self: Rude(self.handler, **self.options))
    box = Mailbox()
    mailer(serve(box, encrypted=False), security="none").send(LETTER)
    assert len(box.letters) == 1
