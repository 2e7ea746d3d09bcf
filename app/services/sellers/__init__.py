"""Sellers: opened at the gateway, looked at, shown the way to say who they are."""

from app.services.sellers.look import balances, get, page, payouts
from app.services.sellers.onboarding import onboarding_link, refresh
from app.services.sellers.opening import Wanted, create, open_account
from app.services.sellers.paying import asker_of, gateways_that_pay

__all__ = [
    "Wanted",
    "asker_of",
    "balances",
    "create",
    "gateways_that_pay",
    "get",
    "onboarding_link",
    "open_account",
    "page",
    "payouts",
    "refresh",
]
