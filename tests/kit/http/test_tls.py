import ssl
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.kit.http.guarded import Limits, SendError
from tests.kit.http import hostile
from tests.kit.http.hostile import Receiver, client, resolving

NAME = "hooks.example.test"
PEM = serialization.Encoding.PEM


def issue(subject, days, issuer=None, key=None, authority=False):
    """A certificate for `subject` valid for `days` (negative: expired), and its key."""
    own, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(key or own, hashes.SHA256())
    )
    return made, own


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    """An authority: `file` to trust, and `server(kind)` for a server's context."""
    folder = tmp_path_factory.mktemp("certificates")
    root, root_key = issue("Test Root", 30, authority=True)
    file = folder / "root.pem"
    file.write_bytes(root.public_bytes(PEM))
    kinds = {
        "right": issue(NAME, 30, root, root_key),
        "wrong name": issue("other.example.test", 30, root, root_key),
        "expired": issue(NAME, -1, root, root_key),
        "self-signed": issue(NAME, 30),
    }

    def server(kind):
        certificate, key = kinds[kind]
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = folder / f"{kind}.pem"
        path.write_bytes(private + certificate.public_bytes(PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.names = []
        context.sni_callback = lambda _, name, inner: inner.names.append(name)
        return context

    return SimpleNamespace(file=str(file), server=server)


def over_tls(ca, **options):
    return client(ca_file=ca.file, resolver=resolving("127.0.0.1"), https_only=True, **options)


def test_the_name_is_asked_for_and_checked_while_the_address_is_dialled(ca):
    tls = ca.server("right")
    with Receiver(tls=tls) as receiver:
        sender = over_tls(ca)
        for _ in range(3):
            answer = sender.post(f"https://{NAME}:{receiver.port}/", {}, b"{}")
            assert (answer.status, answer.body) == (200, b"ok")
        assert (receiver.accepts, tls.names) == (1, [NAME])
        assert f"Host: {NAME}:{receiver.port}\r\n".encode() in receiver.requests[0]


@pytest.mark.parametrize("kind", ["wrong name", "expired", "self-signed"])
def test_a_certificate_that_proves_nothing_gets_nothing(ca, kind):
    with Receiver(tls=ca.server(kind)) as receiver:
        with pytest.raises(SendError) as refusal:
            over_tls(ca).post(f"https://{NAME}:{receiver.port}/", {}, b"{}")
        assert refusal.value.code == "E_TLS"
        assert "certificate" in refusal.value.detail
        assert receiver.requests == []


def test_a_private_authority_is_trusted_by_those_who_name_it_alone(ca):
    with Receiver(tls=ca.server("right")) as receiver:
        sender = client(resolver=resolving("127.0.0.1"))
        with pytest.raises(SendError, match="E_TLS"):
            sender.post(f"https://{NAME}:{receiver.port}/", {}, b"{}")


def test_the_address_in_place_of_the_name_does_not_pass(ca):
    with Receiver(tls=ca.server("right")) as receiver:
        with pytest.raises(SendError, match="E_TLS"):
            over_tls(ca).post(receiver.url, {}, b"{}")
        assert receiver.requests == []


def plain(connection, receiver):
    connection.recv(1)
    connection.sendall(hostile.OK)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"


@pytest.mark.parametrize(
    ("script", "encrypted", "code"),
    [
        (hostile.raw, False, "E_TIMEOUT"),
        (hostile.deaf, False, "E_TIMEOUT"),
        (plain, False, "E_TLS"),
        (lambda *_: None, False, "E_TLS"),
        (hostile.dripping(HEAD, b"x" * 60), True, "E_TIMEOUT"),
        (hostile.dripping(b"", HEAD), True, "E_TIMEOUT"),
        (hostile.deaf, True, "E_TIMEOUT"),
        (hostile.replying(HEAD + b"half"), True, "E_HTTP"),
        (lambda *_: None, True, "E_HTTP"),
    ],
)
def test_hostile_receivers_do_no_better_over_tls(ca, script, encrypted, code):
    more = {} if code == "E_TIMEOUT" else {"limits": Limits()}  # eight megabytes take their time
    with Receiver(script, tls=ca.server("right") if encrypted else None) as receiver:
        with pytest.raises(SendError) as refusal:
            over_tls(ca, **more).post(f"https://{NAME}:{receiver.port}/", {}, bytes(8 << 20))
        assert refusal.value.code == code, refusal.value.detail
