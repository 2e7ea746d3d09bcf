"""A shop that pays through Stripe with a key of account A, and the fake that stands for Stripe."""

import json

import pytest
from sqlalchemy import select

from app.extensions import db, reading
from app.models import AuditEntry, CredentialNote
from app.services import credentials, integrations
from app.services.credentials import Scope
from app.services.integrations import Insists
from tests import world
from tests.fakes.stripe import StripeFake

OLD, NEW = world.STRIPE_KEY, "sk_test_51TheKeyAfterRolling0002"
ALIEN = "sk_test_51OfAnotherAccount000003"
TYPO = "sk_test_51TheKeyAfterRollingOOO2"
UNCHECKED, OTHER_ACCOUNT = Insists(unchecked=True), Insists(other_account=True)
NOBODY_KNOWS = Insists(unchecked=True, other_account=True)


class Rotating:
    """What a merchant does with keys, and what is stored of it."""

    def __init__(self, shop, stripe, scope: Scope) -> None:
        self.shop, self.stripe, self.scope = shop, stripe, scope

    def save(self, key: str, insists: Insists | None = None, **more: str) -> bool:
        with self.shop.inside():
            return integrations.save(
                "stripe", {"secretKey": key, **more}, insists=insists, actor="ada", scope=self.scope
            )

    def go_back(self) -> None:
        with self.shop.inside():
            integrations.go_back("stripe", actor="ada", scope=self.scope)

    def drop(self) -> None:
        with self.shop.inside():
            integrations.drop_previous("stripe", actor="ada", scope=self.scope)

    def card(self):
        with self.shop.inside():
            return integrations.card("stripe", self.scope)

    def in_use(self, name: str = "secretKey") -> str | None:
        """The stored value, opened."""
        with self.shop.inside(), reading():
            return credentials.open_stored(credentials.stored("stripe", self.scope)).get(name)

    def raw(self) -> dict[str, list[str]]:
        """Every byte that is stored of values, past the guard."""
        tables = ("integration_config", "provider_credentials", "credential_notes")
        with self.shop.app.app_context(), db.engine.connect() as connection:
            return {
                table: sorted(
                    json.dumps([str(value) for value in row])
                    for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
                )
                for table in tables
            }

    def note(self, field: str = "secretKey") -> CredentialNote:
        with self.shop.inside(), reading() as session:
            query = select(CredentialNote).where(CredentialNote.field == field)
            return session.scalars(query).one()

    def audit(self) -> list[AuditEntry]:
        with self.shop.inside(), reading() as session:
            return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def silent(stripe) -> None:
    """One call gets no answer, nor does its repetition by the SDK."""
    stripe.fail_next("GET /v1/account", status=503, times=2)


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        fake.account(OLD, id="acct_A")
        fake.account(NEW, id="acct_A")
        fake.account(ALIEN, id="acct_B")
        yield fake


@pytest.fixture
def shop(make_app, stripe):
    return world.open_shop(make_app(STRIPE_API_BASE=stripe.url), gateway="stripe")


def rotating(shop, stripe, kind: str = "organization") -> Rotating:
    owner = shop.org_id if kind == "organization" else shop.provider_id
    found = Rotating(shop, stripe, Scope(kind, owner))
    # As it was stored when nobody answered: nothing is noted of its account.
    world.connect_stripe(shop, key=OLD, scope=found.scope)
    return found


@pytest.fixture
def keys(shop, stripe) -> Rotating:
    return rotating(shop, stripe)


@pytest.fixture(params=["organization", "provider"])
def anybodys(request, shop, stripe) -> Rotating:
    """An organization's keys, and a provider's own."""
    return rotating(shop, stripe, request.param)


@pytest.fixture(params=["postgresql", "sqlite"])
def on_both_keys(request, make_app, stripe) -> Rotating:
    url = [request.getfixturevalue("sqlite_url")] if request.param == "sqlite" else []
    app = make_app(*url, STRIPE_API_BASE=stripe.url)
    return rotating(world.open_shop(app, gateway="stripe"), stripe)
