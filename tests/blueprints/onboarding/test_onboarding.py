"""Sellers between Stripe's page and us: led on, led back, and never anywhere else."""

import pytest

from tests import world
from tests.escrow import make_seller
from tests.fakes.stripe import StripeFake

DONE = "https://shop.example.com/done"


@pytest.fixture
def fake():
    with StripeFake() as running:
        running.account(world.STRIPE_KEY)
        yield running


@pytest.fixture
def shop(make_app, fake):
    shop = world.open_shop(make_app(STRIPE_API_BASE=fake.url), gateway="stripe")
    world.connect_stripe(shop)
    return shop


def link(shop, seller: str, **body) -> str:
    made = shop.post(f"/api/sellers/{seller}/onboarding-link", body)
    assert made.status_code == 200, made.text
    assert made.json["expiresAt"]
    return made.json["url"]


def visit(shop, url: str):
    return shop.app.test_client().get("/" + url.split("/", 3)[3])


def stale(shop, fake, seller: str, **body) -> str:
    """Where Stripe sends a seller who opens their link a second time."""
    url = link(shop, seller, **body)
    assert fake.visit(url) is None
    return fake.visit(url)


def ways(fake) -> dict:
    """What Stripe was told of the last link."""
    return list(fake.desk.connect.links.values())[-1]


def test_a_stale_link_leads_to_a_fresh_one(shop, fake):
    seller = make_seller(shop)
    answer = visit(shop, stale(shop, fake, seller))
    assert answer.status_code == 303
    assert fake.visit(answer.headers["Location"]) is None


def test_coming_back_asks_stripe_and_leads_on_to_the_platform(shop, fake):
    seller = make_seller(shop)
    visit(shop, stale(shop, fake, seller, returnUrl=DONE))
    fake.onboard(fake.sellers()[0]["id"])
    answer = visit(shop, ways(fake)["return_url"])
    assert (answer.status_code, answer.headers["Location"]) == (303, DONE)
    assert shop.get(f"/api/sellers/{seller}").json["status"] == "ready"


@pytest.mark.parametrize("status", ["pending", "ready", "closed"])
def test_without_an_address_to_lead_to_the_page_says_how_it_stands(shop, fake, status):
    link(shop, make_seller(shop))
    there = fake.sellers()[0]["id"]
    if status != "pending":
        fake.onboard(there)
    if status == "closed":
        fake.leave(there)
    answer = visit(shop, ways(fake)["return_url"])
    assert answer.status_code == 200
    assert f'data-state="{status}"' in answer.text
    assert ("Go on" in answer.text) is (status == "pending")


def test_coming_back_while_stripe_is_silent_is_no_error(shop, fake):
    link(shop, make_seller(shop), returnUrl=DONE)
    fake.fail_next("GET /v1/accounts/", 500, times=2)
    assert visit(shop, ways(fake)["return_url"]).headers["Location"] == DONE


@pytest.mark.parametrize(
    ("break_it", "status", "state"),
    [
        (lambda fake: fake.fail_next("POST /v1/account_links", 500, times=2), 502, "unavailable"),
        (lambda fake: fake.revoke(world.STRIPE_KEY), 502, "misconfigured"),
        (lambda fake: fake.leave(fake.sellers()[0]["id"]), 409, "seller_not_open"),
    ],
    ids=["silent", "keys refused", "closed"],
)
def test_a_page_that_does_not_open_says_what_to_do(shop, fake, break_it, status, state):
    url = stale(shop, fake, make_seller(shop))
    break_it(fake)
    answer = visit(shop, url)
    assert answer.status_code == status
    assert state in answer.text
    assert "acct_" not in answer.text


def test_what_was_changed_in_an_address_is_not_there(shop, fake):
    url = stale(shop, fake, make_seller(shop), returnUrl=DONE)
    for changed in (url[:-1] + ("A" if url[-1] != "A" else "B"), url.rsplit("/", 1)[0] + "/x"):
        assert visit(shop, changed).status_code == 404
        assert visit(shop, f"{changed}/done").status_code == 404


def test_an_address_is_good_for_a_month(shop, fake, later):
    url = stale(shop, fake, make_seller(shop))
    later(29 * 86_400)
    assert visit(shop, url).status_code == 303
    later(2 * 86_400)
    assert visit(shop, url).status_code == 404


def test_reloading_does_not_flood_stripe(shop, fake):
    url = stale(shop, fake, make_seller(shop))
    answers = [visit(shop, url).status_code for _ in range(22)]
    assert answers[:20] == [303] * 20
    assert answers[-1] == 429
