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
from app.services.mail.draft import Draft, Say
from app.services.mail.endpoints import ABOUT_ENDPOINTS
from app.services.mail.escrow import ABOUT_ESCROW
from app.services.mail.told import TOLD
from config import ROOT

__all__ = ["KINDS", "Content", "write"]


@dataclass(frozen=True)
class Content:
    """A letter, ready to travel."""

    subject: str
    text: str
    html: str


def write(args: Mapping[str, str]) -> Content | None:
    """The letter a task's arguments stand for; reads inside the caller's reading()."""
    draft = KINDS[args["kind"]](_language(args["locale"]).gettext, args)
    if draft is None:
        return None
    values = {"draft": draft, "lang": args["locale"].replace("_", "-"), "site": _site()}
    text, html = (_pages().get_template(f"letter.{end}").render(values) for end in ("txt", "html"))
    return Content(draft.subject, text.strip() + "\n", html)


def _reset_password(_: Say, args: Mapping[str, str]) -> Draft | None:
    link = links.to_reset(args["to"])
    if link is None:
        return None
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
    if link is None:
        return None
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
    names = {"organization": db.session.scalar(query), "who": invitation.invited_by}
    return Draft(
        _("Join %(organization)s") % names,
        (
            _("%(who)s invites you to work for %(organization)s with Gatehouse.") % names,
            _("The invitation is valid for seven days. If you know nothing of it, do nothing."),
        ),
        (_("Join"), links.to_join(invitation, by_mail=True)),
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
}


@lru_cache(maxsize=8)
def _language(locale: str) -> NullTranslations:
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
