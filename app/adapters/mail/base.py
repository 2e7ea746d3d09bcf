"""What every way of sending mail takes and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Protocol

from app.adapters.gateways.base import Verification

__all__ = ["Letter", "MailRefused", "MailReport", "MailUnavailable", "Mailer"]


class MailRefused(Exception):
    """This letter will never be taken: a wrong address, sender or password."""


class MailUnavailable(Exception):
    """Not now; whether the letter was taken is not always known."""


@dataclass(frozen=True)
class Letter:
    """One mail to one person, as text and as HTML. `message_id` stays the same over retries, so
    that a mailbox can tell a letter that came twice."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str  # without angle brackets: an id, @, a host (RFC 5322, 3.6.4)
    written_at: datetime
    sender_name: str = "Gatehouse"  # where the configured sender has no name of its own
    reply_to: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)  # of our own, for who reports bounces

    def sender(self, configured: str) -> str:
        """The sender as it is written: `Name <address>`."""
        return configured if "<" in configured else formataddr((self.sender_name, configured))

    def as_message(self, sender: str) -> EmailMessage:
        """The letter as it travels. Raises ValueError for a line break in an address."""
        message = EmailMessage()
        message["From"] = self.sender(sender)
        message["To"] = self.to
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = f"<{self.message_id}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


@dataclass(frozen=True)
class MailReport:
    """What a company tells of a letter it had taken: a proven call, translated."""

    id: str
    what: str  # bounced, failed, suppressed or complained; empty for what is no failure
    tags: Mapping[str, str]  # of the letter
    reason: str = ""


class Mailer(Protocol):
    """A way to send mail."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises MailRefused, MailUnavailable."""

    def verify(self) -> Verification:
        """Test connection: one harmless call. Raises GatewayError."""
