"""Sellers: opened at the gateway, looked at, shown the way to say who they are."""

from app.services.sellers.look import get, page
from app.services.sellers.onboarding import onboarding_link, refresh
from app.services.sellers.opening import Wanted, create, open_account

__all__ = ["Wanted", "create", "get", "onboarding_link", "open_account", "page", "refresh"]
