"""Our address at Stripe: registered with one press, looked at, mended; its secret never lost."""

import dataclasses

import pytest
from sqlalchemy import select

from app.adapters.gateways.stripe.endpoints import StripeEndpoints
from app.extensions import reading
from app.kit.errors import AppError, NotFound, Refused
from app.models import InboundEndpoint
from app.services import credentials, event_endpoints, inbound, inbound_endpoints
from app.services.credentials import PLATFORM, Scope
from tests import world
from tests.fakes.stripe import StripeFake

NEEDED = {"checkout.session.completed", "payment_intent.succeeded", "payment_intent.payment_failed"}


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield fake


@pytest.fixture
def shop(make_app, stripe):
    shop = world.open_shop(make_app(STRIPE_API_BASE=stripe.url), gateway="stripe")
    world.connect_stripe(shop, webhookSecret="")
    return shop


def own(shop) -> Scope:
    return Scope("organization", shop.org_id)


def check(shop) -> str:
    with shop.inside():
        return event_endpoints.check("stripe", own(shop)).state


def mend(shop) -> str:
    with shop.inside():
        return event_endpoints.mend("stripe", own(shop), actor="ada@example.com").state


def secret_of(shop) -> str | None:
    with shop.inside(), reading():
        found = credentials.stored("stripe", own(shop))
        return credentials.open_stored(found).get("webhookSecret") or None


def call(shop, stripe, secret: str) -> int:
    """Stripe tells us about something, signed with this secret."""
    from tests.flows.conftest import hook_path

    order = shop.order(20)
    shop.choose(order, "cashapp")
    stripe.approve(shop.see(order)["payments"][-1]["gatewayPaymentId"])
    body, headers = stripe.sign(stripe.events[-1], secret)
    return shop.app.test_client().post(hook_path(shop), data=body, headers=headers).status_code


def test_a_missing_one_is_created_with_the_events_and_its_secret_works(shop, stripe):
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    (made,) = stripe.webhook_endpoints()
    assert set(made["enabled_events"]) >= NEEDED
    assert made["url"].startswith("http://127.0.0.1:5999/api/webhooks/stripe/")
    assert made["api_version"] == "2026-10-28.endive"
    assert secret_of(shop).startswith("whsec_")
    assert call(shop, stripe, secret_of(shop)) == 200
    assert check(shop) == "fine"


def test_mending_what_is_fine_changes_nothing(shop, stripe):
    mend(shop)
    before, secret = stripe.webhook_endpoints(), secret_of(shop)
    assert mend(shop) == "fine"
    assert (stripe.webhook_endpoints(), secret_of(shop)) == (before, secret)


@pytest.mark.parametrize(
    ("damage", "state"),
    [
        ({"status": "disabled"}, "disabled"),
        ({"enabled_events": ["payment_intent.succeeded"]}, "incomplete"),
    ],
)
def test_a_damaged_one_is_said_and_put_right_in_place(shop, stripe, damage, state):
    mend(shop)
    (made,), secret = stripe.webhook_endpoints(), secret_of(shop)
    stripe.tamper(made["id"], **damage)
    assert check(shop) == state
    assert mend(shop) == "fine"
    assert check(shop) == "fine"
    assert [one["id"] for one in stripe.webhook_endpoints()] == [made["id"]]
    assert secret_of(shop) == secret


def test_one_that_was_deleted_there_is_made_anew_and_both_secrets_count_for_a_while(
    shop, stripe, later
):
    mend(shop)
    old = secret_of(shop)
    (made,) = stripe.webhook_endpoints()
    import stripe as sdk

    sdk.StripeClient(
        world.STRIPE_KEY, base_addresses={"api": stripe.url}
    ).v1.webhook_endpoints.delete(made["id"])
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    new = secret_of(shop)
    assert new != old
    assert call(shop, stripe, old) == 200, "Stripe sends again for three days"
    assert call(shop, stripe, new) == 200
    later(72 * 3600 + 1)
    assert call(shop, stripe, old) == 400
    assert call(shop, stripe, new) == 200


def test_a_secret_that_is_removed_takes_its_predecessor_with_it(shop, stripe):
    from app.extensions import transaction

    world.connect_stripe(shop, webhookSecret="whsec_the_first_one_0001")
    world.connect_stripe(shop, webhookSecret="whsec_the_second_one_0002")
    assert call(shop, stripe, "whsec_the_first_one_0001") == 200
    with shop.inside(), transaction():
        credentials.save("stripe", own(shop), {}, removed=["webhookSecret"], actor="ada")
    assert call(shop, stripe, "whsec_the_first_one_0001") == 503


def test_one_whose_secret_we_do_not_have_is_replaced(shop, stripe):
    mend(shop)
    (made,) = stripe.webhook_endpoints()
    with shop.inside():
        from app.extensions import transaction

        with transaction():
            credentials.save("stripe", own(shop), {}, removed=["webhookSecret"], actor="ada")
    assert check(shop) == "no_secret"
    assert mend(shop) == "fine"
    (again,) = stripe.webhook_endpoints()
    assert again["id"] != made["id"]
    assert secret_of(shop)


def test_one_that_signs_with_another_secret_than_is_stored_is_replaced(shop, stripe, monkeypatch):
    mend(shop)
    (made,) = stripe.webhook_endpoints()
    looks = StripeEndpoints.find

    def find(self, url):
        found = looks(self, url)
        return dataclasses.replace(found, has_stored_secret=found.id != made["id"])

    monkeypatch.setattr(StripeEndpoints, "find", find)
    assert check(shop) == "no_secret"
    assert mend(shop) == "fine"
    assert check(shop) == "fine"
    assert [one["id"] for one in stripe.webhook_endpoints()] != [made["id"]]


def registered(shop) -> str:
    with shop.inside(), reading() as session:
        return session.scalars(select(InboundEndpoint.registered_url)).one()


def test_the_address_is_remembered_as_it_is_registered_there(shop, stripe, make_app):
    mend(shop)
    first = registered(shop)
    moved = make_app(STRIPE_API_BASE=stripe.url, PUBLIC_BASE_URL="https://pay.example.com")
    shop = dataclasses.replace(shop, app=moved)
    assert check(shop) == "missing"
    assert registered(shop) == first, "they still call, and may sign, the address they know"
    assert mend(shop) == "fine"
    assert registered(shop) == first.replace("http://127.0.0.1:5999", "https://pay.example.com")


def test_the_platforms_calls_come_to_the_address_it_registers(make_app):
    app = make_app()
    with app.app_context():
        source = inbound.endpoint_scope("stripe", None)
        assert source.url == inbound_endpoints.of_scope("stripe", PLATFORM)
        assert source.url == "http://127.0.0.1:5999/api/webhooks/stripe"


def test_a_secret_that_cannot_be_stored_leaves_no_endpoint_behind(shop, stripe, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("the database is away")

    monkeypatch.setattr(credentials, "save", broken)
    with pytest.raises(RuntimeError):
        mend(shop)
    assert stripe.webhook_endpoints() == []


def test_a_restricted_key_is_told_what_it_lacks(shop, stripe):
    stripe.account(world.STRIPE_KEY, lacks=["webhook_endpoints:write"])
    with pytest.raises(Refused) as refusal:
        mend(shop)
    assert refusal.value.code == "gateway_misconfigured"
    assert "permission" in refusal.value.message.lower()


def test_silence_is_said_and_nothing_is_stored(shop, stripe):
    stripe.fail_next("GET /v1/webhook_endpoints", status=503, times=3)
    with pytest.raises(AppError):
        mend(shop)
    assert secret_of(shop) is None


@pytest.mark.parametrize("service", ["sandbox", "square", "resend", "venmo"])
def test_a_service_without_endpoints_has_none(shop, service, monkeypatch):
    world.unplug(monkeypatch, "square")
    with shop.inside(), pytest.raises(NotFound):
        event_endpoints.check(service, own(shop))


def test_the_platforms_secret_is_shown_once_because_it_lives_in_the_environment(make_app, stripe):
    app = make_app(STRIPE_API_BASE=stripe.url, STRIPE_SECRET_KEY=world.STRIPE_KEY)
    with app.app_context():
        made = event_endpoints.mend("stripe", PLATFORM, actor="operator")
    assert made.secrets["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
    assert made.url == "http://127.0.0.1:5999/api/webhooks/stripe"
    app = make_app(
        STRIPE_API_BASE=stripe.url,
        STRIPE_SECRET_KEY=world.STRIPE_KEY,
        **made.secrets,
    )
    with app.app_context():
        again = event_endpoints.mend("stripe", PLATFORM, actor="operator")
    assert (again.state, dict(again.secrets)) == ("fine", {})


# --- sellers' accounts


def of_sellers(stripe) -> list[dict]:
    return [one for one in stripe.webhook_endpoints() if one["application"]]


@pytest.fixture
def selling(shop):
    """The shop has a seller, so Stripe has to tell of their account as well."""
    from tests.escrow import make_seller

    make_seller(shop)
    return shop


def test_without_sellers_one_registration_is_enough(shop, stripe):
    assert mend(shop) == "fine"
    assert len(stripe.webhook_endpoints()) == 1


def test_with_sellers_the_address_is_registered_twice_and_both_secrets_count(selling, stripe):
    assert mend(selling) == "fine"
    assert check(selling) == "fine"
    first, second = stripe.webhook_endpoints()
    assert first["url"] == second["url"]
    assert set(second["enabled_events"]) >= {"account.updated", "payout.paid", "payout.failed"}
    assert "account.updated" not in first["enabled_events"]
    assert [bool(one["application"]) for one in (first, second)] == [False, True]
    for one in (first, second):
        assert call(selling, stripe, one["secret"]) == 200
    assert stripe.object(second["id"])["metadata"] == {"gatehouse": "sellers"}


def test_the_first_seller_asks_for_the_second_registration(shop, stripe):
    from tests.escrow import make_seller

    mend(shop)
    (before,) = stripe.webhook_endpoints()
    make_seller(shop)
    assert check(shop) == "sellers"
    with shop.inside(), reading() as session:
        assert session.scalars(select(InboundEndpoint.check_state)).one() == "sellers"
    assert mend(shop) == "fine"
    assert [one["id"] for one in stripe.webhook_endpoints() if not one["application"]] == [
        before["id"]
    ]


@pytest.mark.parametrize(
    "damage", [{"status": "disabled"}, {"enabled_events": ["account.updated"]}]
)
def test_a_damaged_registration_for_sellers_is_said_and_put_right(selling, stripe, damage):
    mend(selling)
    stripe.tamper(of_sellers(stripe)[0]["id"], **damage)
    assert check(selling) == "sellers"
    assert mend(selling) == "fine"
    assert check(selling) == "fine"
    assert len(stripe.webhook_endpoints()) == 2


def test_replacing_one_registration_leaves_the_other_alone(selling, stripe):
    mend(selling)
    (other,) = of_sellers(stripe)
    from app.extensions import transaction

    with selling.inside(), transaction():
        credentials.save("stripe", own(selling), {}, removed=["webhookSecret"], actor="ada")
    assert check(selling) == "no_secret"
    assert mend(selling) == "fine"
    assert of_sellers(stripe) == [other]
    assert len(stripe.webhook_endpoints()) == 2


def test_a_replaced_secret_of_sellers_counts_for_a_while(selling, stripe, later):
    mend(selling)
    (made,) = of_sellers(stripe)
    world.connect_stripe(
        selling, webhookSecret="", connectWebhookSecret="whsec_typed_by_somebody_01"
    )
    assert call(selling, stripe, made["secret"]) == 200
    later(72 * 3600 + 1)
    assert call(selling, stripe, made["secret"]) == 400
    assert call(selling, stripe, "whsec_typed_by_somebody_01") == 200


def test_the_platforms_secrets_are_shown_by_their_names(make_app, stripe):
    from tests.escrow import make_seller

    app = make_app(STRIPE_API_BASE=stripe.url, STRIPE_SECRET_KEY=world.STRIPE_KEY)
    make_seller(world.open_shop(app, gateway="stripe"))
    with app.app_context():
        health = event_endpoints.mend("stripe", PLATFORM, actor="command line")
    first, second = stripe.webhook_endpoints()
    assert health.secrets == {
        "STRIPE_WEBHOOK_SECRET": first["secret"],
        "STRIPE_CONNECT_WEBHOOK_SECRET": second["secret"],
    }
    assert "whsec_" not in repr(health)
