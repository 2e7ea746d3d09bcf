"""What every way of sending mail takes and answers."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Protocol

__all__ = ["Letter", "MailRefused", "MailUnavailable", "Mailer"]


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

    def as_message(self, sender: str) -> EmailMessage:
        """The letter as it travels. Raises ValueError for a line break in an address."""
        message = EmailMessage()
        message["From"] = sender if "<" in sender else formataddr(("Gatehouse", sender))
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = f"<{self.message_id}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


class Mailer(Protocol):
    """A way to send mail."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises MailRefused, MailUnavailable."""
