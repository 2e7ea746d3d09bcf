"""What belongs to the account itself: its data, balance and webhook endpoints."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.fakes.stripe_errors import invalid, refused
from tests.fakes.stripe_world import Account, Caller, Row, World, new_id

MOST_ENDPOINTS = 16


def account_object(account: Account) -> dict[str, Any]:
    """GET /v1/account."""
    names = {"card": "card_payments", "cashapp": "cashapp_payments", "link": "link_payments"}
    capabilities = {names.get(one, f"{one}_payments"): "active" for one in account.capabilities}
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {"name": "A Shop", "url": None},
        "business_type": None,
        "capabilities": {**capabilities, "transfers": "active"},
        "charges_enabled": account.charges_enabled,
        "controller": {"type": "account"},
        "country": account.country,
        "default_currency": account.default_currency,
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "A Shop", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


class Endpoints:
    """Webhook endpoints; the secret is shown once."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create(self, caller: Caller, p: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/webhook_endpoints."""
        self._check(caller, p)
        mode = "live" if caller.owner.livemode else "test"
        if len(list(self.world.every("webhook_endpoint", caller.owner))) >= MOST_ENDPOINTS:
            raise refused(f"You have reached the maximum of 16 {mode} webhook endpoints.")
        obj = {
            "id": new_id("we_1"),
            "object": "webhook_endpoint",
            "api_version": p.get("api_version"),
            # Of an endpoint that is told of connected accounts' events; Stripe shows no more of it.
            "application": f"ca_{caller.account.id[5:]}" if p.get("connect") else None,
            "created": self.world.now(),
            "description": p.get("description"),
            "enabled_events": p["enabled_events"],
            "livemode": caller.owner.livemode,
            "metadata": p.get("metadata") or {},
            "status": "enabled",
            "url": p["url"],
        }
        secret = new_id("whsec_", 32)
        self.world.add(caller.owner, obj, secret=secret)
        return {**obj, "secret": secret}

    def update(self, caller: Caller, row: Row, p: dict[str, Any]) -> Row:
        """POST /v1/webhook_endpoints/{id}."""
        self._check(caller, p)
        for name in ("url", "enabled_events", "description"):
            if name in p:
                row.obj[name] = p[name]
        if "metadata" in p:
            merged = {**row.obj["metadata"], **(p["metadata"] or {})}
            row.obj["metadata"] = {key: value for key, value in merged.items() if value != ""}
        if "disabled" in p:
            row.obj["status"] = "disabled" if p["disabled"] else "enabled"
        return row

    def delete(self, row: Row) -> dict[str, Any]:
        """DELETE /v1/webhook_endpoints/{id}."""
        del self.world.rows[row.obj["id"]]
        return {"id": row.obj["id"], "object": "webhook_endpoint", "deleted": True}

    def _check(self, caller: Caller, p: dict[str, Any]) -> None:
        if caller.owner.livemode and "url" in p and urlsplit(p["url"]).scheme != "https":
            text = "Invalid URL: live mode webhook endpoints must use HTTPS."
            raise invalid(text, "url", "url_invalid")
        if p.get("enabled_events", ["*"]) == []:
            raise invalid("Missing required param: enabled_events.", "enabled_events")
