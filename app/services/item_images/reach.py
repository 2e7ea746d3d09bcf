"""Where pictures may lie: providers name the addresses, and providers are strangers."""

from ipaddress import IPv4Network, IPv6Network

from app.extensions import settings

__all__ = ["networks"]


def networks() -> tuple[IPv4Network | IPv6Network, ...]:
    """Private networks that a picture may be fetched from: none in production. What the operator
    opens there is for webhooks, whose addresses merchants choose; elsewhere it opens pictures too,
    so that they can be tried on one machine."""
    return () if settings().is_production else settings().webhook_networks
