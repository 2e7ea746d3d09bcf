"""Deliveries: one event to one endpoint, tried until it is taken or given up."""

from app.services.deliveries.send import abandon, redeliver, send

__all__ = ["abandon", "redeliver", "send"]
