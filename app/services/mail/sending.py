"""Sending letters, and looking at those of development."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from urllib.parse import urlsplit

import structlog

from app.adapters.mail import Letter, Mailer, MailRefused
from app.adapters.mail.outbox import Outbox
from app.extensions import reading, settings
from app.kit import clock
from app.services import credentials
from app.services.credentials import PLATFORM
from app.services.mail.letters import write

__all__ = ["is_possible", "outbox", "send"]

log = structlog.get_logger()


def is_possible() -> bool:
    """Whether letters go anywhere; in production a server has to be set."""
    with reading():
        return _mailer() is not None


def send(args: Mapping[str, str]) -> None:
    """Write a letter and hand it over (a flow). One that will never be taken is given up with a
    line in the log. Raises MailUnavailable, to be tried again."""
    with reading():
        content, mailer = write(args), _mailer()
    if content is None:  # nobody is waiting for it any more
        return
    if mailer is None:
        log.warning("mail.not_set_up", kind=args["kind"])
        return
    host = urlsplit(settings().public_base_url).hostname or "localhost"
    letter = Letter(
        to=args["to"],
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=f"{args['id']}@{host}",
        written_at=clock.now(),
    )
    try:
        mailer.send(letter)
    except MailRefused as error:
        log.error("mail.refused", kind=args["kind"], reason=str(error))
        return
    log.info("mail.sent", kind=args["kind"])


def outbox() -> Sequence[EmailMessage]:
    """The letters of the development outbox, the newest first."""
    return _outbox().latest()


def _mailer() -> Mailer | None:
    """The server of the environment; else, outside of production, the outbox."""
    found = credentials.stored("smtp", PLATFORM)
    if not found.is_empty:
        from app.adapters.mail.smtp import SmtpMailer

        return SmtpMailer(credentials.open_stored(found).values)
    return None if settings().is_production else _outbox()


def _outbox() -> Outbox:
    return Outbox(settings().instance / "outbox")
