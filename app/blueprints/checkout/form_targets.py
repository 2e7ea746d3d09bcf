"""Where a customer's form may lead: browsers hold the redirect after it to the page's policy."""

from flask import g

from app.extensions import settings
from app.registry import base_url_names

__all__ = ["allow", "allow_plain"]


def allow() -> None:
    """Let forms be sent on to gateways, which are reached by https."""
    g.form_targets = ["https:"]
    allow_plain(*settings().base_urls(base_url_names()))


def allow_plain(*urls: str | None) -> None:
    """What need not be https outside of production: addresses the operator set by hand, and the
    provider's page that a cancelling customer is sent to."""
    if not settings().is_production:
        origins = {"/".join(one.split("/")[:3]) for one in urls if one}
        g.form_targets += sorted(origins - set(g.form_targets))
