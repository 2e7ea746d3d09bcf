"""Sellers: opened at the gateway, looked at, shown the way to say who they are."""

from app.services.sellers.look import balances, get, page
from app.services.sellers.onboarding import onboarding_link, refresh
from app.services.sellers.opening import Wanted, create, open_account
from app.services.sellers.paying import asker_of, gateways_that_pay
from app.services.sellers.returning import come_back, go_again, is_at_home
from app.services.sellers.ways import Way, read_way, read_way_back

__all__ = [
    "Wanted",
    "Way",
    "asker_of",
    "balances",
    "come_back",
    "create",
    "gateways_that_pay",
    "get",
    "go_again",
    "is_at_home",
    "onboarding_link",
    "open_account",
    "page",
    "read_way",
    "read_way_back",
    "refresh",
]
