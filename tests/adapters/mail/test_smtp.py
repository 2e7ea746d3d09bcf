"""Mail over real sockets: encrypted to a server whose certificate is right, or not at all."""

import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography.hazmat.primitives import serialization

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
        self.letters, self.refuse = [], {}

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


@pytest.fixture
def serve(certificate):
    running = []

    def start(box, *, encrypted=True, **options):
        context = None
        if encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        server = Running(box, context, **options)
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()


def mailer(server, certificate=None, **more):
    values = {"host": "localhost", "port": str(server.port), "security": "starttls",
              "fromEmail": "pay@example.com", **more}  # fmt: skip
    trusted = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    return SmtpMailer(values, trusted)


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
