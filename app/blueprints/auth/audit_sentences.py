"""Audit entries in words: who did what to what."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.blueprints.amounts import rewritten
from app.blueprints.auth.forms import ROLES
from app.blueprints.seller_words import STATUS
from app.models import AuditEntry
from app.registry import services

__all__ = ["SENTENCES", "sentence_of"]

SENTENCES = {
    "api_key.added": _("%(who)s added an API key for %(what)s."),
    "api_key.replaced": _("%(who)s replaced an API key of %(what)s."),
    "api_key.revoked": _("%(who)s revoked an API key of %(what)s."),
    "credentials.saved": _("%(who)s saved the values of %(what)s."),
    "credentials.went_back": _("%(who)s went back to the keys before of %(what)s."),
    "credentials.previous_removed": _("%(who)s deleted the keys before of %(what)s."),
    "event_endpoint.created": _("%(who)s registered our address at %(what)s."),
    "event_endpoint.repaired": _("%(who)s repaired our address at %(what)s."),
    "inbound.foreign_reference": _(
        "%(who)s sent %(what)s, which names another organization's payment: it had no effect."
    ),
    "member.invited": _("%(who)s invited %(what)s as %(role)s."),
    "member.invitation_revoked": _("%(who)s took the invitation of %(what)s back."),
    "member.joined": _("%(who)s joined as %(role)s."),
    "member.removed": _("%(who)s ended the membership of %(what)s (%(role)s)."),
    "member.role_changed": _("%(who)s changed the role of %(what)s: %(before)s → %(after)s."),
    "orders.exported": _("%(who)s exported orders."),
    "organization.opened": _("%(who)s opened the organization."),
    "organization.changed": _("%(who)s changed the organization: %(changes)s."),
    "organization.logo_changed": _("%(who)s changed the organization's logo."),
    "organization.logo_removed": _("%(who)s removed the organization's logo."),
    "organization.deleted": _("%(who)s deleted the organization %(what)s."),
    "organization.erased": _("%(who)s forgot the secrets of the organization %(what)s."),
    "person.signed_in": _("%(who)s signed in."),
    "person.signed_out_elsewhere": _("%(who)s signed out of all other browsers."),
    "person.password_changed": _("%(who)s changed their password."),
    "person.password_reset": _("%(who)s chose a new password by a link in a letter."),
    "person.address_change_asked": _("%(who)s asked for another e-mail address."),
    "person.address_confirmed": _("%(who)s confirmed their e-mail address."),
    "person.identity_connected": _("%(who)s connected an account at another company."),
    "person.identity_removed": _("%(who)s disconnected an account at another company."),
    "person.second_factor_on": _("%(who)s switched the second factor on."),
    "person.second_factor_off": _("%(who)s switched the second factor off."),
    "payout.requested": _("%(who)s asked for a payout of %(amount)s to the seller %(what)s."),
    "payout.said_not_made": _(
        "%(who)s said that a payout of %(amount)s to the seller %(what)s was not made."
    ),
    "payout.failed": _("%(who)s says that a payout of %(amount)s to the seller %(what)s failed."),
    "provider.created": _("%(who)s created the provider %(what)s."),
    "provider.changed": _("%(who)s changed %(what)s: %(changes)s."),
    "provider.logo_changed": _("%(who)s changed the logo of %(what)s."),
    "provider.logo_removed": _("%(who)s removed the logo of %(what)s."),
    "escrow.said_not_released": _("%(who)s said that the release %(what)s was not made."),
    "escrow.said_not_reversed": _("%(who)s said that %(what)s was not fetched back."),
    "refund.said_made": _("%(who)s said that the refund %(what)s was made."),
    "refund.said_not_made": _("%(who)s said that the refund %(what)s was not made."),
    "seller.created": _("%(who)s made the seller %(what)s."),
    "seller.statement_exported": _("%(who)s exported the statement of the seller %(what)s."),
    "seller.changed": _("%(who)s says of the seller %(what)s: %(before)s → %(after)s."),
    "webhook_endpoint.added": _("%(who)s added the webhook endpoint %(url)s to %(what)s."),
    "webhook_endpoint.changed": _("%(who)s changed the webhook endpoint %(what)s: %(changes)s."),
    "webhook_endpoint.secret_replaced": _("%(who)s made a new secret for %(what)s."),
    "webhook_endpoint.replayed": _("%(who)s sends %(what)s what it did not take once more."),
    "webhook_endpoint.replay_cancelled": _("%(who)s stopped sending %(what)s things once more."),
    "webhook_endpoint.disabled": _("%(who)s switched the webhook endpoint %(what)s off."),
    "webhook_endpoint.enabled": _("%(who)s switched the webhook endpoint %(what)s on."),
}
FIELDS = {
    "name": _("Name"),
    "slug": _("Short name in addresses"),
    "is_active": _("Active"),
    "payment_gateway": _("Payment company"),
    "use_own_credentials": _("Own keys"),
    "fallback_gateways": _("Taking over"),
    "late_policy": _("Money that comes after the deadline"),
    "success_url": _("Send paid customers to"),
    "cancel_url": _("Send cancelling customers to"),
    "accent": _("Accent colour"),
    "support_email": _("Support address"),
    "customer_letters": _("Letters to customers"),
    "url": _("Address"),
    "events": _("Events"),
}
# Who is nobody with an address, and no company either.
ACTORS = {
    "api": _("A provider's server"),
    "command line": _("Somebody at the command line"),
    "keys seal": _("Somebody at the command line"),
    "clock": "Gatehouse",
    "gatehouse": "Gatehouse",
}
# What an entry of a kind was before and after; of the others it is a role.
_STATES: dict[str, Mapping[Any, Any]] = {"seller.changed": STATUS}
_OF_SCOPE = re.compile(r"(\w+) of (\w+) (\S+)")  # what keys were saved of, and for whom


class _Known(dict[str, str]):
    """What an entry tells; one from before something was noted tells less."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence_of(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """What an entry says; `names` are what ids are called. One of a kind that is no longer
    written is its code."""
    template = SENTENCES.get(entry.action)
    if template is None:
        return entry.action
    data = entry.data or {}
    words = _STATES.get(entry.action, ROLES)
    known = _Known(who=_who(entry.actor), what=_subject(entry.subject or "", names))
    known |= {one: _word(words, data[one]) for one in ("role", "before", "after") if one in data}
    known |= {"url": str(data.get("url", "?")), "changes": _changes(data.get("changes") or {})}
    known |= {"amount": rewritten(str(data.get("amount", "?")))}
    return str(template) % known


def _who(actor: str) -> str:
    """Whoever did it: a person by their address, a company by its name."""
    return str(ACTORS.get(actor) or _title(actor.removeprefix("gateway:")))


def _subject(subject: str, names: Mapping[str, str]) -> str:
    if found := _OF_SCOPE.fullmatch(subject):
        title, owner = _title(found[1]), names.get(found[3])
        return f"{title} ({owner})" if owner else title
    return names.get(subject) or _title(subject)


def _title(key: str) -> str:
    """A payment company by its name; anything else as it is."""
    return services()[key].title if key in services() else key


def _word(words: Mapping[Any, Any], value: Any) -> str:
    return str(words[value]) if value in words else str(value)


def _changes(changes: Mapping[str, Any]) -> str:
    said = [_change(name, before, after) for name, (before, after) in changes.items()]
    return "; ".join(said) or str(gettext("nothing"))


def _change(name: str, before: Any, after: Any) -> str:
    return str(
        gettext(
            "%(field)s from “%(before)s” to “%(after)s”",
            field=FIELDS.get(name, name),
            before=_value(name, before),
            after=_value(name, after),
        )
    )


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("on") if value else gettext("off"))
    if not value:
        return str(gettext("nothing"))
    if isinstance(value, list):
        return ", ".join(_title(one) for one in value)
    return _title(str(value)) if name == "payment_gateway" else str(value)
