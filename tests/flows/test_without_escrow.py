"""Orders without escrow never touch what escrow is made of."""

import re

from tests import world
from tests.escrow import held
from tests.flows.test_costs import counting

TABLES = re.compile(r"\b(sellers|holds|releases|reversals|payouts|ledger_\w+)\b")


def touched(statements) -> set[str]:
    return {found for one in statements for found in TABLES.findall(one)}


def live(shop, order):
    """Everything that happens to a paid order."""
    shop.pay(order)
    shop.see(order, sync=True)
    shop.refund(order, 5)
    shop.refund(order)
    world.run_serially(shop.app)
    shop.see(order)


def test_an_order_without_escrow_is_paid_and_refunded_without_a_look_at_any_of_it(shop):
    with counting(shop.app) as counts:
        live(shop, shop.order(20))
    assert len(counts["whole"]) > 50
    assert touched(counts["whole"]) == set()


def test_one_with_escrow_is_not(shop):
    with counting(shop.app) as counts:
        order = held(shop, 20)
        shop.refund(order, 5)
    assert touched(counts["whole"]) >= {"sellers", "holds", "ledger_journals", "ledger_lines"}
