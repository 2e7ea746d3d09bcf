"""The objects the fake Stripe answers with, field by field."""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe_world import new_id


def payment_intent(p: dict[str, Any], now: int, livemode: bool, types: list[str]) -> dict[str, Any]:
    """A new payment intent from checked parameters."""
    intent_id = new_id("pi_3")
    automatic = p.get("automatic_payment_methods")
    if automatic is None and "allowed_payment_method_types" not in p:
        automatic = {"enabled": True}
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": p["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": p.get("application_fee_amount"),
        "automatic_payment_methods": automatic,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": p.get("capture_method", "automatic_async"),
        "client_secret": f"{intent_id}_secret_{new_id('', 25)}",
        "confirmation_method": p.get("confirmation_method", "automatic"),
        "created": now,
        "currency": p["currency"],
        "customer": p.get("customer"),
        "customer_account": None,
        "description": p.get("description"),
        "excluded_payment_method_types": p.get("excluded_payment_method_types"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": livemode,
        "metadata": p.get("metadata") or {},
        "next_action": None,
        "on_behalf_of": p.get("on_behalf_of"),
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": p.get("payment_method_options", {}),
        "payment_method_types": types,
        "processing": None,
        "receipt_email": p.get("receipt_email"),
        "review": None,
        "setup_future_usage": p.get("setup_future_usage"),
        "shipping": p.get("shipping"),
        "source": None,
        "statement_descriptor": p.get("statement_descriptor"),
        "statement_descriptor_suffix": p.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": p.get("transfer_data"),
        "transfer_group": p.get("transfer_group"),
    }


def charge(intent: dict[str, Any], now: int, method: str, base_url: str) -> dict[str, Any]:
    """The successful charge of a payment intent."""
    charge_id = new_id("ch_3")
    details: dict[str, Any] = {"buyer_id": None, "cashtag": None} if method == "cashapp" else {}
    if method == "card":
        details = {"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2035}
        details |= {"country": "US", "funding": "credit", "wallet": None}
    return {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": intent["application_fee_amount"],
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "calculated_statement_descriptor": None,
        "captured": True,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": intent["livemode"],
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": intent["on_behalf_of"],
        "outcome": {"network_status": "approved_by_network", "type": "authorized"},
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {"type": method, method: details},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"{base_url}/receipts/{charge_id}",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded",
        "transfer_data": intent["transfer_data"],
        "transfer_group": intent["transfer_group"],
    }


def refund(charge: dict[str, Any], p: dict[str, Any], now: int, status: str) -> dict[str, Any]:
    """A new refund of a charge."""
    method = charge["payment_method_details"]["type"]
    return {
        "id": new_id("re_3"),
        "object": "refund",
        "amount": p["amount"],
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "destination_details": {"type": method, method: {}},
        "metadata": p.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": p.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }


def session(
    p: dict[str, Any], now: int, livemode: bool, types: list[str], money: tuple[int, str]
) -> dict[str, Any]:
    """A new hosted Checkout Session in payment mode; the caller adds its ``url``."""
    email = p.get("customer_email")
    collected = {"email": email, "name": None, "phone": None, "address": None, "tax_exempt": "none"}
    return {
        "id": new_id("cs_live_a1" if livemode else "cs_test_a1", 56),
        "object": "checkout.session",
        "adaptive_pricing": p.get("adaptive_pricing", {"enabled": True}),
        "after_expiration": None,
        "allow_promotion_codes": p.get("allow_promotion_codes"),
        "amount_subtotal": money[0],
        "amount_total": money[0],
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": p.get("billing_address_collection"),
        "cancel_url": p.get("cancel_url"),
        "client_reference_id": p.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": money[1],
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {},
        "customer": p.get("customer"),
        "customer_creation": p.get("customer_creation", "if_required"),
        "customer_details": collected if email else None,
        "customer_email": email,
        "discounts": [],
        "expires_at": p.get("expires_at", now + 86_400),
        "invoice": None,
        "invoice_creation": {"enabled": False, "invoice_data": {}},
        "livemode": livemode,
        "locale": p.get("locale"),
        "metadata": p.get("metadata") or {},
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": p.get("payment_method_options", {}),
        "payment_method_types": types,
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": p.get("submit_type"),
        "subscription": None,
        "success_url": p.get("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": None,
        "wallet_options": None,
    }
