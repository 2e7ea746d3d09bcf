"""Pictures of what is sold: named by providers, fetched once a day, shown at checkout. Nothing that
goes wrong with one touches its order."""

from app.services.item_images.asking import ask, check
from app.services.item_images.fetching import abandon, fetch

__all__ = ["abandon", "ask", "check", "fetch"]
