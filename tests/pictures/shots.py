"""What pictures are taken of: every page of merchants as the routes list them, the doors they come
in by, and every state of the customer's pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.blueprints.test_merchants import path_of, rules
from tests.browser.states import states
from tests.pictures.house import House

__all__ = ["Shot", "shots"]

# A picture, a part of a page, a file.
NO_PAGES = {"auth.picture", "providers.show_preview", "orders.download", "orders.outcome"}
DOORS = {"login": "/login", "signup": "/signup", "forgot": "/login/forgot"}
PUBLIC = {"api": "/api/docs", "inbox": "/demo", "outbox": "/outbox", "missing": "/checkout/o/x",
          "styleguide": "/styleguide"}  # fmt: skip
# Asked for on purpose: filters that are open, nothing that fits, another mode.
ASKED = {
    "orders-filters": "/orders?days=30&gateway=sandbox",
    "orders-none": "/orders?q=nothing",
    "orders-failed": "/orders?status=failed",
    "deliveries-filters": "/deliveries?status=failed",
    "deliveries-none": "/deliveries?order=ord_0",
    "audit-none": "/audit?before=aud_0",
}


@dataclass(frozen=True)
class Shot:
    """One page, and whether the demo's owner looks at it."""

    name: str
    path: str
    is_signed_in: bool = True


def shots(house: House) -> list[Shot]:
    """All of them, by name."""
    found = [*_merchants(house), *_customers(house)]
    found += [Shot(name, path, False) for name, path in DOORS.items()]
    found += [Shot(name, path, False) for name, path in PUBLIC.items()]
    found += [Shot(name, path) for name, path in ASKED.items()]
    return sorted(found, key=lambda one: one.name)


def _merchants(house: House) -> Iterator[Shot]:
    for rule in rules(house.app):
        if "GET" in rule.methods and rule.endpoint not in NO_PAGES:
            name = rule.endpoint.replace(".", "-").replace("_", "-")
            yield Shot(name, path_of(rule, **house.ids))
    yield Shot("integrations-sandbox", "/integrations/sandbox")
    for name in ("paid", "freed", "disputed"):
        yield Shot(f"orders-{name}", f"/orders/{house.ids[f'{name}_id']}")


def _customers(house: House) -> Iterator[Shot]:
    for name, _ in states():
        yield Shot(f"checkout-{name.replace('_', '-')}", f"/_state/{name}", False)
    yield Shot("receipt", f"/checkout/o/{house.tokens['paid']}/receipt", False)
    yield Shot("sandbox", f"/sandbox/pay/{house.ids['sandbox_id']}", False)
