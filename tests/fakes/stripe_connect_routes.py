"""The calls of Stripe Connect: accounts, what moves to them, back, and out; and balances."""

from __future__ import annotations

from stripe import params

from tests.fakes.stripe_call import pages, route

_TR, _PO, _AC = "transfers", "payouts", "accounts"

CONNECT_ROUTES = [
    route(
        "POST",
        _AC,
        params.AccountCreateParams,
        "accounts:write",
        lambda d, c, i, p: d.connect.create(c, p),
    ),
    route(
        "GET",
        f"{_AC}/{{id}}",
        params.AccountRetrieveParams,
        "accounts:read",
        lambda d, c, i, p: d.connect.find(c, i),
    ),
    route(
        "POST",
        "account_links",
        params.AccountLinkCreateParams,
        "account_links:write",
        lambda d, c, i, p: d.connect.link(c, p),
    ),
    route(
        "GET",
        "balance",
        params.BalanceRetrieveParams,
        "balance:read",
        lambda d, c, i, p: d.transfers.books.shown(c.owner),
    ),
    route(
        "POST",
        _TR,
        params.TransferCreateParams,
        "transfers:write",
        lambda d, c, i, p: d.transfers.create(c, p),
    ),
    route("GET", _TR, params.TransferListParams, "transfers:read", pages("transfer", _TR)),
    route(
        "GET",
        f"{_TR}/{{id}}",
        params.TransferRetrieveParams,
        "transfers:read",
        lambda d, c, i, p: d.world.find(c, "transfer", i),
    ),
    route(
        "POST",
        f"{_TR}/{{id}}/reversals",
        params.TransferReversalCreateParams,
        "transfers:write",
        lambda d, c, i, p: d.transfers.reverse(c, d.world.find(c, "transfer", i), p),
    ),
    route(
        "GET",
        f"{_TR}/{{id}}/reversals",
        params.TransferReversalListParams,
        "transfers:read",
        lambda d, c, i, p: d.transfers.reversals(d.world.find(c, "transfer", i), p),
    ),
    route(
        "POST",
        _PO,
        params.PayoutCreateParams,
        "payouts:write",
        lambda d, c, i, p: d.transfers.pay_out(c, p),
    ),
    route("GET", _PO, params.PayoutListParams, "payouts:read", pages("payout", _PO)),
    route(
        "GET",
        f"{_PO}/{{id}}",
        params.PayoutRetrieveParams,
        "payouts:read",
        lambda d, c, i, p: d.world.find(c, "payout", i),
    ),
    route(
        "GET",
        "disputes",
        params.DisputeListParams,
        "disputes:read",
        pages("dispute", "disputes"),
    ),
]
