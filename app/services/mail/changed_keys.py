"""The letter to owners about a change of keys, or of where payments go: written from the entry of
the audit log that was made with it, which holds no secret."""

import re
from collections.abc import Callable, Mapping, Sequence

from app.extensions import db, settings
from app.models import AuditEntry, Provider
from app.registry import mark, services
from app.services.mail.draft import Draft, Say

__all__ = ["ABOUT_KEYS", "SUBJECTS", "changed"]

SUBJECTS = {
    "api_key.added": mark("%(what)s has a new API key"),
    "api_key.replaced": mark("An API key of %(what)s was replaced"),
    "api_key.revoked": mark("An API key of %(what)s was revoked"),
    "credentials.saved": mark("The keys of %(what)s were changed"),
    "credentials.went_back": mark("The keys of %(what)s were changed back to those before"),
    "credentials.previous_removed": mark("The keys before of %(what)s were deleted"),
    "provider.created": mark("The provider %(what)s was created, with an API key"),
    "provider.changed": mark("Where payments of %(what)s go was changed"),
}
_OF_SCOPE = re.compile(r"(\w+) of (\w+) (\S+)")  # what keys were saved of, and for whom


def _changed(_: Say, args: Mapping[str, str]) -> Draft | None:
    entry = db.session.get(AuditEntry, int(args["entry"]))
    if entry is None:
        return None
    told = {
        "what": _what(entry.subject or ""),
        "who": entry.actor,
        "when": f"{entry.at:%Y-%m-%d %H:%M}",
        "where": entry.address or _("this server"),
    }
    return changed(_, entry.action, told, _fields(_, entry))


def changed(_: Say, action: str, told: Mapping[str, str], fields: Sequence[str]) -> Draft:
    """What is said of a change; `told` is `what`, `who`, `when` and `where`, `fields` the labels of
    what was changed."""
    return Draft(
        _(SUBJECTS[action]) % told,
        (
            _("%(who)s did this on %(when)s (UTC), from %(where)s.") % told,
            *([_("Changed: %(fields)s.") % {"fields": ", ".join(fields)}] if fields else ()),
            _(
                "If you do not know of it, look into the audit log, ask whoever did it, and replace"
                " the keys at the company as well as here."
            ),
        ),
        (_("Look into the audit log"), f"{settings().public_base_url}/audit"),
        _("You get this because you are an owner of the organization."),
    )


def _fields(_: Say, entry: AuditEntry) -> list[str]:
    """Which fields of a service it was, by their labels."""
    key = (entry.subject or "").partition(" ")[0]
    names = {*entry.data.get("fields", ()), *entry.data.get("removed", ())}
    if not names or key not in services():
        return []
    return [_(one.label) for one in services()[key].fields if one.name in names]


def _what(subject: str) -> str:
    """A provider by its name, a company by its own; keys of a provider alone by both."""
    if (found := _OF_SCOPE.fullmatch(subject)) is None:
        return _name(subject) or subject
    owner = _name(found[3])
    return f"{services()[found[1]].title} ({owner})" if owner else services()[found[1]].title


def _name(provider_id: str) -> str | None:
    provider = db.session.get(Provider, provider_id)
    return provider.name if provider else None


ABOUT_KEYS: dict[str, Callable[[Say, Mapping[str, str]], Draft | None]] = {"keys_changed": _changed}
