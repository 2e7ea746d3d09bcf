"""What letters say, in the reader's language. Each is written when it is sent, from what is true
then; None where there is nothing to say any more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import select

from app.extensions import db, settings
from app.models import Invitation, Organization
from app.services import links
from app.services.mail.changed_keys import ABOUT_KEYS
from app.services.mail.customer_letters import TO_CUSTOMERS
from app.services.mail.draft import Draft, Say
from app.services.mail.endpoints import ABOUT_ENDPOINTS
from app.services.mail.escrow import ABOUT_ESCROW
from app.services.mail.mailers import Sender
from app.services.mail.told import TOLD
from config import ROOT

__all__ = [
    "KINDS",
    "Content",
    "confirm_address",
    "invitation_to",
    "language",
    "reset_password",
    "sender_of",
    "set_in_type",
    "write",
]


@dataclass(frozen=True)
class Content:
    """A letter, ready to travel."""

    subject: str
    text: str
    html: str
    shop: str = ""  # whom it is from, where not from Gatehouse
    reply_to: str = ""


def write(args: Mapping[str, str]) -> Content | None:
    """The letter a task's arguments stand for; reads inside the caller's reading()."""
    draft = KINDS[args["kind"]](language(args["locale"]), args)
    return None if draft is None else set_in_type(draft, args["locale"])


def set_in_type(draft: Draft, locale: str) -> Content:
    """A draft as text and as HTML. Its subject is one line, whatever the names in it have: a
    letter with another one could not be sent."""
    values = {"draft": draft, "lang": locale.replace("_", "-"), "site": _site()}
    text, html = (_pages().get_template(f"letter.{end}").render(values) for end in ("txt", "html"))
    subject = " ".join(draft.subject.split())
    return Content(subject, text.strip() + "\n", html, draft.shop, draft.reply_to)


def _reset_password(_: Say, args: Mapping[str, str]) -> Draft | None:
    link = links.to_reset(args["to"])
    return reset_password(_, link) if link else None


def reset_password(_: Say, link: str) -> Draft:
    """The letter with the link to choose a new password."""
    return Draft(
        _("Choose a new password"),
        (
            _("Somebody, most likely you, asked for a new password for your account."),
            _("The link works once, for one hour. If it was not you, do nothing."),
        ),
        (_("Choose a new password"), link),
        _("You get this because this address belongs to an account."),
    )


def _confirm_address(_: Say, args: Mapping[str, str]) -> Draft | None:
    link = links.to_confirm(args["user"], args["to"])
    return confirm_address(_, link) if link else None


def confirm_address(_: Say, link: str) -> Draft:
    """The letter with the link that proves an address."""
    return Draft(
        _("Confirm your e-mail address"),
        (
            _("Please confirm that this address is yours."),
            _("The link works for one day. If you know nothing of this, do nothing."),
        ),
        (_("Confirm the address"), link),
        _("You get this because somebody gave this address as theirs."),
    )


def _invitation(_: Say, args: Mapping[str, str]) -> Draft | None:
    invitation = db.session.get(Invitation, args["invitation"])
    if invitation is None or not invitation.is_open:
        return None
    query = select(Organization.name).where(Organization.id == invitation.org_id)
    names = {"organization": str(db.session.scalar(query)), "who": invitation.invited_by}
    return invitation_to(_, names, links.to_join(invitation, by_mail=True))


def invitation_to(_: Say, names: Mapping[str, str], link: str) -> Draft:
    """The letter that asks somebody to join; `names` are `organization` and `who` invites."""
    return Draft(
        _("Join %(organization)s") % names,
        (
            _("%(who)s invites you to work for %(organization)s with Gatehouse.") % names,
            _("The invitation is valid for seven days. If you know nothing of it, do nothing."),
        ),
        (_("Join"), link),
        _("You get this because somebody invited this address."),
    )


KINDS: dict[str, Callable[[Say, Mapping[str, str]], Draft | None]] = {
    "reset_password": _reset_password,
    "confirm_address": _confirm_address,
    "invitation": _invitation,
    **TOLD,
    **ABOUT_ENDPOINTS,
    **ABOUT_KEYS,
    **ABOUT_ESCROW,
    **TO_CUSTOMERS,
}

# Those whose link lets somebody in, or are about a person and no organization.
OF_THE_HOUSE = {"reset_password", "confirm_address", "invitation", *TOLD}


def sender_of(kind: str) -> Sender:
    """Whose service sends letters of a kind."""
    if kind in TO_CUSTOMERS:
        return Sender.own_first
    return Sender.house if kind in OF_THE_HOUSE else Sender.house_first


def language(locale: str) -> Say:
    """What says things in a language."""
    return _translations(locale).gettext


@lru_cache(maxsize=8)
def _translations(locale: str) -> NullTranslations:
    return Translations.load(str(ROOT / "translations"), [locale])


@lru_cache(maxsize=1)
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _site() -> str:
    return settings().public_base_url
