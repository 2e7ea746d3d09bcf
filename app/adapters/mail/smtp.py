"""Mail by SMTP (RFC 5321): encrypted from the start, by STARTTLS, or plain on this machine only."""

import smtplib
import ssl
from collections.abc import Mapping
from ipaddress import ip_address

from app.adapters.mail.base import Letter, MailRefused, MailUnavailable

__all__ = ["SmtpMailer"]

PATIENCE = 10.0  # seconds for each answer


class SmtpMailer:
    """Sends through the server that the catalogue's `smtp` fields name."""

    def __init__(self, values: Mapping[str, str], tls: ssl.SSLContext | None = None) -> None:
        self._values = values
        # smtplib verifies no certificate unless it is given a context that does.
        self._tls = tls or ssl.create_default_context()

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises MailRefused, MailUnavailable."""
        try:
            message = letter.as_message(self._values["fromEmail"])
            with self._connect() as server:
                server.send_message(message)
        except (smtplib.SMTPException, ValueError, OSError) as error:
            raise _understood(error) from error

    def _connect(self) -> smtplib.SMTP:
        host, port = self._values["host"], int(self._values["port"])
        how = self._values["security"]
        if how == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=self._tls)
        elif how == "none" and not _is_this_machine(host):
            raise MailUnavailable("mail travels unencrypted on this machine only")
        else:
            server = smtplib.SMTP(host, port, timeout=PATIENCE)
        try:
            if how == "starttls":
                server.starttls(context=self._tls)  # raises where the server offers none
            if self._values.get("username"):
                server.login(self._values["username"], self._values.get("password", ""))
        except BaseException:
            server.close()
            raise
        return server


def _understood(error: Exception) -> Exception:
    """Only a final no to this letter or its reader is for good. What is wrong with the server, the
    password or the set-up can be mended, and the letter is wanted then.
    What the server said about the password stays
    out of it: some servers repeat what they were sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailUnavailable(f"the server does not take the password ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        final = all(code >= 500 for code in codes)
        text = f"the server does not take the address ({', '.join(map(str, codes))})"
        return MailRefused(text) if final else MailUnavailable(text)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return MailUnavailable(f"the server answered {error.smtp_code} before any letter")
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
