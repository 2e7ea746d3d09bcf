"""A shop that is paid in coins, and the company that stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.extensions import transaction
from app.services import credentials
from app.services.credentials import Scope
from tests import world

__all__ = ["CoinShop", "no_calls", "open_shop"]


@dataclass
class CoinShop(world.Shop):
    """A shop, a fake of the company, and the wire between them."""

    fake: Any = None
    told: int = 0  # calls of the company that were handed on

    def see_payment(self, order: dict[str, Any], at: int = -1) -> dict[str, Any]:
        return self.see(order)["payments"][at]

    def page(self, order: dict[str, Any]) -> str:
        return self.app.test_client().get(f"/checkout/o/{order['token']}").text

    def hear(self, *, wanted: int = 200) -> int:
        """The company makes the calls it has not made yet, and we do what follows; how many."""
        made = self.fake.calls_made[self.told :]
        self.told += len(made)
        for call in made:
            path = urlsplit(call.url).path
            response = self.app.test_client().post(path, data=call.body, headers=call.headers)
            assert response.status_code == wanted, response.text
        world.run_tasks(self.app)
        return len(made)


def open_shop(
    app: Any, fake: Any, values: dict[str, str], webhook_url: str | None = None
) -> CoinShop:
    """A shop whose organization has these values."""
    opened = world.open_shop(app, gateway="crypto", webhook_url=webhook_url)
    with opened.inside(), transaction():
        credentials.save("crypto", Scope("organization", opened.org_id), values, actor="test")
    return CoinShop(**opened.__dict__, fake=fake)


@contextmanager
def no_calls(shop: CoinShop) -> Iterator[None]:
    """What the company tells meanwhile is lost."""
    yield
    shop.told = len(shop.fake.calls_made)
