"""The floor: a bare Flask app that does the I/O of create-payment-intent and nothing else.

One SELECT by the key's hash, the same call of the gateway through a shared client, one INSERT with
a commit; Flask-SQLAlchemy and the ORM with their defaults.
"""

import hashlib
import os
import secrets
from datetime import UTC, datetime

import stripe
from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 8, "max_overflow": 8}
db = SQLAlchemy(app)
stripe.enable_telemetry = False
client = stripe.StripeClient(
    "sk_test_floor", base_addresses={"api": os.environ["STRIPE_API_BASE"]}, max_network_retries=0
)


class Provider(db.Model):
    __tablename__ = "floor_providers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    secret: Mapped[str] = mapped_column(Text)


class Order(db.Model):
    __tablename__ = "floor_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("floor_providers.id"))
    external_id: Mapped[str] = mapped_column(String(80), index=True)
    amount: Mapped[int]
    item_name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16))
    gateway_ref: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]


def prepare(key: str) -> None:
    """Tables, and 200 providers of which one holds the key."""
    with app.app_context():
        db.create_all()
        for number in range(200):
            text = key if number == 77 else secrets.token_hex(16)
            db.session.add(
                Provider(
                    name=f"p{number}",
                    key_hash=hashlib.sha256(text.encode()).hexdigest(),
                    secret=secrets.token_urlsafe(80),
                )
            )
        db.session.commit()


def find(key: str) -> Provider:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return db.session.scalar(select(Provider).where(Provider.key_hash == digest))


def store(provider_id: int, body: dict, ref: str | None) -> Order:
    order = Order(
        token=secrets.token_hex(16),
        provider_id=provider_id,
        external_id=body["externalId"],
        amount=int(body["amount"] * 100),
        item_name=body["itemName"],
        status="pending",
        gateway_ref=ref,
        created_at=datetime.now(UTC).replace(tzinfo=None),
    )
    db.session.add(order)
    db.session.commit()
    return order


@app.post("/create")
def create():
    body = request.get_json()
    provider_id = find(body["apiKey"]).id
    db.session.rollback()  # give the connection back before the call
    intent = client.v1.payment_intents.create(
        {
            "amount": 2500,
            "currency": "usd",
            "allowed_payment_method_types": ["cashapp", "card"],
            "description": body["itemName"],
            "metadata": {"payment_id": "pay_1", "order_id": "ord_1", "organization_id": "org_1"},
        },
        {"idempotency_key": secrets.token_hex(16)},
    )
    order = store(provider_id, body, intent.id)
    return jsonify(checkoutUrl=f"http://127.0.0.1/checkout/o/{order.token}", orderId=order.id)


@app.post("/store")
def store_only():
    """SELECT and INSERT without a call: the floor of an inbound webhook."""
    body = request.get_json()
    return jsonify(orderId=store(find(body["apiKey"]).id, body, None).id)


@app.get("/hello")
def hello():
    return "hello"
