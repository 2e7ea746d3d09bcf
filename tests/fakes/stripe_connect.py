"""Connected accounts: opened by a platform, and filled in by the seller behind a link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe_errors import StripeRefusal, invalid, refused
from tests.fakes.stripe_world import Account, Caller, Owner, Row, World, new_id

COUNTRIES = frozenset("AT BE CA CH DE DK ES FI FR GB IE IT NL NO PL PT SE US".split())
CURRENCY = {"CA": "cad", "CH": "chf", "DK": "dkk", "GB": "gbp", "NO": "nok", "SE": "sek"}
NEEDED = ("external_account", "individual.first_name", "tos_acceptance.date")
LINK_LIFE = 300  # seconds


class Connect:
    """The accounts of sellers and the links they fill them in by."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.links: dict[str, dict[str, Any]] = {}  # by address

    def create(self, caller: Caller, p: dict[str, Any]) -> Row:
        """POST /v1/accounts."""
        platform = caller.account
        if platform.connected_to or not platform.is_platform:
            raise refused(
                "You can only create new accounts if you've signed up for Connect, which you can "
                "do at https://dashboard.stripe.com/connect."
            )
        country = p.get("country", platform.country)
        if country not in COUNTRIES:
            raise invalid(f"{country} is not currently supported by Stripe.", "country")
        self._check_controller(p)
        made = Account(
            new_id("acct_1", 16),
            frozenset(),
            country,
            CURRENCY.get(country, "usd" if country == "US" else "eur"),
            charges_enabled=False,
            connected_to=platform.id,
        )
        self.world.accounts[made.id] = made
        owner = Owner(made.id, caller.owner.livemode)
        row = self.world.add(owner, _shape(made, p, self.world.now()))
        self.world.emit(row, "account.updated")
        return row

    def _check_controller(self, p: dict[str, Any]) -> None:
        if "type" in p and "controller" in p:
            raise invalid("You may not provide both `type` and `controller`.", "type")
        controller = p.get("controller", {})
        dashboard = controller.get("stripe_dashboard", {}).get("type", "full")
        payer = controller.get("fees", {}).get("payer", "account")
        losses = controller.get("losses", {}).get("payments", "stripe")
        if dashboard == "express" and "application" not in payer:
            raise invalid("Express Dashboard accounts need fees paid by the application.")
        if dashboard == "express" and losses != "application":
            raise invalid("Express Dashboard accounts need losses covered by the application.")
        if not p.get("capabilities"):
            raise invalid("You must request at least one capability.", "capabilities")

    def find(self, caller: Caller, account_id: str) -> Row:
        """GET /v1/accounts/{id}: one that is joined to the caller's, of the same mode."""
        known, row = self.world.accounts.get(account_id), self.world.rows.get(account_id)
        mine = known is not None and known.connected_to == caller.account.id
        if row is None or not mine or row.owner.livemode != caller.owner.livemode:
            raise StripeRefusal(
                403,
                "The provided key does not have access to account "
                f"'{account_id}' (or that account does not exist). Application access may have "
                "been revoked.",
                code="account_invalid",
                stored=False,
            )
        return row

    def link(self, caller: Caller, p: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/account_links: a page that opens once."""
        row = self.find(caller, p["account"])
        for name in ("refresh_url", "return_url"):
            if name not in p:
                raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
            if caller.owner.livemode and urlsplit(p[name]).scheme != "https":
                raise invalid("Livemode requests must always be redirected via HTTPS.", name)
        made = {
            "object": "account_link",
            "created": self.world.now(),
            "expires_at": self.world.now() + LINK_LIFE,
            "url": f"{self.world.base_url}/setup/e/{row.obj['id']}/{new_id('', 12)}",
        }
        self.links[made["url"]] = {**p, "used": False}
        return made

    def visit(self, url: str) -> str | None:
        """A browser opens a link: None where it shows the form, else where it is sent."""
        link = self.links[url]
        if link["used"]:
            return str(link["refresh_url"])
        link["used"] = True
        return None

    def fill_in(self, account_id: str, *, is_believed: bool = True) -> None:
        """The seller says who they are; Stripe believes it, or has still to look at it."""
        row = self.world.rows[account_id]
        row.obj["details_submitted"] = True
        if is_believed:
            self.allow(row)
        else:
            why = "requirements.pending_verification"
            row.obj["requirements"] = {"currently_due": [], "disabled_reason": why}
        self.world.emit(row, "account.updated")

    def allow(self, row: Row) -> None:
        """What was asked for works from here on."""
        row.obj["capabilities"] = dict.fromkeys(row.obj["capabilities"], "active")
        row.obj["requirements"] = {"currently_due": [], "disabled_reason": None}
        row.obj["payouts_enabled"] = True

    def stop(self, account_id: str, *due: str, payouts_only: bool = False) -> None:
        """Stripe wants to know something before more money moves."""
        row = self.world.rows[account_id]
        row.obj["payouts_enabled"] = False
        reason = None if payouts_only else "requirements.past_due"
        row.obj["requirements"] = {"currently_due": list(due), "disabled_reason": reason}
        if not payouts_only:
            row.obj["capabilities"] = dict.fromkeys(row.obj["capabilities"], "inactive")
        self.world.emit(row, "account.updated")

    def leave(self, account_id: str) -> None:
        """The account is not joined to the platform's any more."""
        row = self.world.rows[account_id]
        if self.world.accounts[account_id].connected_to is None:
            raise CustomerCannot(f"{account_id} has left")
        application = {"id": "ca_fake", "object": "application", "name": "A Shop"}
        self.world.emit(Row(row.owner, application), "account.application.deauthorized")
        self.world.accounts[account_id].connected_to = None


def _shape(made: Account, p: dict[str, Any], now: int) -> dict[str, Any]:
    asked = [name for name, one in p["capabilities"].items() if one.get("requested")]
    return {
        "id": made.id,
        "object": "account",
        "business_profile": p.get("business_profile"),
        "business_type": p.get("business_type"),
        "capabilities": dict.fromkeys(asked, "inactive"),
        "charges_enabled": False,
        "controller": {"type": "application", "is_controller": True, **p.get("controller", {})},
        "country": made.country,
        "created": now,
        "default_currency": made.default_currency,
        "details_submitted": False,
        "email": p.get("email"),
        "metadata": p.get("metadata") or {},
        "payouts_enabled": False,
        "requirements": {
            "currently_due": list(NEEDED),
            "disabled_reason": "requirements.past_due",
        },
        "type": "none",
    }
