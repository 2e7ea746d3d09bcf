"""Calls from gateways: verified against one scope's secret, stored, then applied once."""

from app.services.inbound.applying import apply
from app.services.inbound.receiving import receive, refused
from app.services.inbound.returning import order_token
from app.services.inbound.sources import Source, endpoint_scope

__all__ = ["Source", "apply", "endpoint_scope", "order_token", "receive", "refused"]
