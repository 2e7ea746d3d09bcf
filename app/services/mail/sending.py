"""Sending letters, and looking at those of development."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from urllib.parse import urlsplit

import structlog

from app.adapters.mail import Letter, MailRefused
from app.extensions import reading, settings
from app.kit import clock
from app.kit.tenancy import current_org
from app.services.mail.letters import Content, sender_of, write
from app.services.mail.mailers import Sender, connected, find, is_outbox_used, outbox_folder

__all__ = ["is_possible", "outbox", "send"]

log = structlog.get_logger()


def is_possible() -> bool:
    """Whether the installation's own letters go anywhere; in production a service has to be set."""
    with reading():
        return find(Sender.house) is not None or is_outbox_used()


def send(args: Mapping[str, str]) -> None:
    """Write a letter and hand it over (a flow). One that will never be taken is given up with a
    line in the log. Raises MailUnavailable, to be tried again."""
    with reading():
        content, found = write(args), find(sender_of(args["kind"]))
    if content is None:  # nobody is waiting for it any more
        return
    mailer = connected(found)
    if mailer is None:
        log.warning("mail.not_set_up", kind=args["kind"])
        return
    try:
        mailer.send(_letter(args, content))
    except MailRefused as error:
        log.error("mail.refused", kind=args["kind"], reason=str(error))
        return
    log.info("mail.sent", kind=args["kind"])


def _letter(args: Mapping[str, str], content: Content) -> Letter:
    host = urlsplit(settings().public_base_url).hostname or "localhost"
    return Letter(
        to=args["to"],
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=f"{args['id']}@{host}",
        written_at=clock.now(),
        sender_name=content.shop or "Gatehouse",
        reply_to=content.reply_to,
        tags=_tags(args),
    )


def _tags(args: Mapping[str, str]) -> dict[str, str]:
    """What tells a report about a letter which one it is; ids alone."""
    org = {} if sender_of(args["kind"]) is Sender.house else {"org": current_org()}
    about = {"order": args["order"]} if "order" in args else {}
    return {"letter": args["id"], "kind": args["kind"], **org, **about}


def outbox() -> Sequence[EmailMessage]:
    """The letters of the development outbox, the newest first."""
    return outbox_folder().latest()
