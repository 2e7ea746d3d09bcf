"""Who may do what: the one table that routes, pages and tests read."""

from app.models import Role

__all__ = ["PERMISSIONS", "permits"]

_ALL = frozenset(Role)
_LEADING = frozenset({Role.owner, Role.admin})
_WORKING = _LEADING | {Role.member}

PERMISSIONS: dict[str, frozenset[Role]] = {
    "look": _ALL,
    "orders.change": _WORKING,  # ask again, cancel, refund, send a webhook again, write a note
    "payouts.change": _LEADING,  # sellers, releasing what is held for them, their payouts
    "integrations.change": _LEADING,
    "providers.change": _LEADING,
    "audit.look": _LEADING,
    "organization.change": _LEADING,
    "organization.delete": frozenset({Role.owner}),
    "members.look": _ALL,
    "members.change": _LEADING,
    "owners.change": frozenset({Role.owner}),  # whoever makes, touches or removes an owner
}


def permits(role: Role, permission: str) -> bool:
    """Whether a role may do something. Raises KeyError for what the table does not know."""
    return role in PERMISSIONS[permission]
