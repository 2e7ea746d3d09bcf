"""Naming a picture: which addresses will do, and leaving the task that fetches it."""

from app.kit.errors import Refused
from app.kit.http.addresses import AddressPolicy, BadUrl, check_url
from app.models import Order
from app.services import tasks
from app.services.item_images import reach

__all__ = ["NAME", "ask", "check"]

NAME = "item_images.fetch"


def check(url: str) -> str:
    """The address of a picture in its one spelling: https, and public in production. Raises Refused
    with what is wrong about it."""
    policy = AddressPolicy(allowed=reach.networks())
    try:
        return check_url(url, policy, https_only=True)
    except BadUrl as error:
        raise Refused(
            f'Invalid field: "itemImageUrl". {error}', "invalid_field", field="itemImageUrl"
        ) from error


def ask(order: Order, url: str) -> None:
    """Have the picture of what an order is about fetched (a part).

    All pictures share one lane: hosts are named by providers, as many as they like, and pictures
    must not take the workers that money waits for."""
    tasks.add(NAME, {"order": order.id, "address": url}, lane=NAME)
