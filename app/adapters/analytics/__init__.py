"""Analytics: what was paid and given back, without a word about who did it."""

from app.adapters.analytics.base import Analytics, Happening

__all__ = ["Analytics", "Happening"]
