"""Mail by SMTP (RFC 5321): encrypted from the start, by STARTTLS, or plain on this machine only."""

import smtplib
import ssl
from http.client import HTTPException
from ipaddress import ip_address

from app.adapters.gateways import base
from app.adapters.mail.base import Letter, MailRefused, MailUnavailable
from app.adapters.mail.smtp_server import Dial, MailServer, guarded_dial, open_dial
from app.kit.http.addresses import Blocked
from app.kit.http.dial import Unreachable, Unresolved
from app.kit.http.sockets import TlsSocket

__all__ = ["SmtpMailer"]


class SetUpWrong(Exception):
    """The stored values contradict themselves; the text says how."""


# The guard's own refusals are plain exceptions.
_WRONG = (SetUpWrong, smtplib.SMTPException, ValueError, OSError, HTTPException)
_ON_THE_WAY = (*_WRONG, Blocked, Unresolved, Unreachable)
# What the guard found out beyond this is not for merchants: it would map the operator's network.
_GUARDED = {
    Blocked: "the server's address is not one that may be called from here",
    Unresolved: "the server's name leads nowhere right now",
    Unreachable: "the server cannot be reached",
}


class SmtpMailer:
    """Sends through the server that the catalogue's `smtp` fields name; one that a merchant named
    is reached as guardedly as every address of theirs."""

    def __init__(self, credentials: base.Credentials, tls: ssl.SSLContext | None = None) -> None:
        self._values = credentials
        # smtplib verifies no certificate unless it is given a context that does. An operator's own
        # authority is trusted by SSL_CERT_FILE.
        self._tls = tls or ssl.create_default_context()
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if credentials.networks is not None:
            self._tls.sslsocket_class = TlsSocket

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises MailRefused, MailUnavailable."""
        try:
            message = letter.as_message(self._values["fromEmail"])
            with self._connect() as server:
                server.send_message(message)
        except _ON_THE_WAY as error:
            raise _understood(error) from error

    def verify(self) -> base.Verification:
        """Test connection: greet, encrypt, sign in, and nothing else. Raises Misconfigured for what
        somebody has to change, Unavailable for what may pass."""
        try:
            with self._connect() as server:
                code, _said = server.noop()
        except _ON_THE_WAY as error:
            kind = base.Misconfigured if _is_set_up_wrong(error) else base.Unavailable
            raise kind(str(_understood(error))) from error
        if code != 250:
            raise base.Unavailable(f"the server answered {code}")
        user = self._values.get("username")
        return base.Verification(f"{user} ({self._host})" if user else self._host, None)

    @property
    def _host(self) -> str:
        return self._values["host"].strip()

    @property
    def _port(self) -> int:
        port = self._values.get("port", "587").strip()
        if not port.isdecimal():
            raise SetUpWrong("the port is not a number")
        return int(port)

    def _connect(self) -> MailServer:
        how = self._values.get("security", "starttls")
        if how == "none" and not _is_this_machine(self._host):
            raise SetUpWrong("mail travels unencrypted on this machine only")
        at_once = self._tls if how == "tls" else None
        server = MailServer(self._host, self._port, self._dial(), at_once)
        try:
            if how == "starttls":
                server.encrypt(self._tls)
            if user := self._values.get("username"):
                server.login(user, self._values.get("password"))
        except BaseException:
            server.close()
            raise
        return server

    def _dial(self) -> Dial:
        networks = self._values.networks
        return open_dial if networks is None else guarded_dial(networks)


def _is_set_up_wrong(error: Exception) -> bool:
    """Whether the same would be said tomorrow."""
    wrong = (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, Blocked, SetUpWrong)
    return isinstance(error, (*wrong, ssl.SSLCertVerificationError))


def _understood(error: Exception) -> Exception:
    """Only a final no to this letter or its reader is for good. What is wrong with the server, the
    password or the set-up can be mended, and the letter is wanted then. What the server said about
    the password stays out of it: some servers repeat what they were sent."""
    if isinstance(error, SetUpWrong):
        return MailUnavailable(str(error))
    if text := _GUARDED.get(type(error)):
        return MailUnavailable(text)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailUnavailable(f"the server does not take the password ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        final = all(code >= 500 for code in codes)
        text = f"the server does not take the address ({', '.join(map(str, codes))})"
        return MailRefused(text) if final else MailUnavailable(text)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return MailUnavailable(f"the server answered {error.smtp_code} before any letter")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return MailUnavailable(f"the server does not take the sender ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException):
        text = f"the server answered {error.smtp_code}"
        return MailRefused(text) if error.smtp_code >= 500 else MailUnavailable(text)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailUnavailable("the server offers no encryption, or no sign-in")
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return MailRefused(str(error))
    return MailUnavailable(f"{type(error).__name__}: {error}")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
