"""Which entries of the audit log are about where money goes, or who may ask for it: of these all
owners are told by mail, whoever did it."""

from collections.abc import Mapping
from typing import Any

from app.registry import services

__all__ = ["is_one"]

_ALWAYS = {
    "api_key.added",
    "api_key.replaced",
    "api_key.revoked",
    "credentials.previous_removed",
    "credentials.went_back",
    "provider.created",  # it comes with a key
}
_LEADS = {"payment_gateway", "fallback_gateways", "use_own_credentials"}


def is_one(action: str, subject: str | None, data: Mapping[str, Any]) -> bool:
    """True for an entry that owners are told of."""
    if action == "provider.changed":
        return bool(_LEADS & set(data.get("changes") or {}))
    if action == "credentials.saved":
        told = {*data.get("fields", ()), *data.get("removed", ())}
        return bool(told & _decisive((subject or "").partition(" ")[0]))
    return action in _ALWAYS


def _decisive(service: str) -> set[str]:
    """Fields that say whose account is used, where secrets are sent, or what proves a call."""
    spec = services()[service]
    keys = {one.name for one in spec.keys} | set(spec.event_secrets)
    return keys | {one.name for one in spec.fields if one.is_secret or one.leads}
