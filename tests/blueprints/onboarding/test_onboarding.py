"""Sellers between Stripe's page and us: led on, led back, and never anywhere else."""

import pytest

from app.kit.logs import redact
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
    shop = world.open_shop(
        make_app(STRIPE_API_BASE=fake.url),
        gateway="stripe",
        success_url="https://shop.example.com/thanks?order={orderId}",
    )
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
    assert ("open the link that you were given" in answer.text) is (status == "pending")
    assert "Go on" not in answer.text, "what browsers remember opens nothing"


def test_where_nobody_knows_the_host_the_seller_sees_it_and_goes_by_themselves(shop, fake):
    elsewhere = "https://elsewhere.example/in?a=1"
    link(shop, make_seller(shop), returnUrl=elsewhere)
    answer = visit(shop, ways(fake)["return_url"])
    assert answer.status_code == 200
    assert f'href="{elsewhere}" rel="noreferrer">Go on to elsewhere.example<' in answer.text


def test_the_address_to_come_back_to_opens_no_page_of_stripes(shop, fake):
    link(shop, make_seller(shop))
    token = ways(fake)["return_url"].rsplit("/", 1)[1]
    assert visit(shop, f"http://x/onboarding/{token}").status_code == 404
    again = ways(fake)["refresh_url"].rsplit("/", 1)[1]
    assert visit(shop, f"http://x/onboarding/done/{again}").status_code == 404


def test_neither_address_is_in_a_log(shop, fake):
    link(shop, make_seller(shop))
    for name in ("refresh_url", "return_url"):
        url = ways(fake)[name]
        assert url.rsplit("/", 1)[1] not in redact(f"GET {url} 303")


@pytest.mark.parametrize("url", ["https://a@evil.example/", "https://evil.example\\.shop.example"])
def test_an_address_that_browsers_read_otherwise_is_refused(shop, fake, url):
    seller = make_seller(shop)
    made = shop.post(f"/api/sellers/{seller}/onboarding-link", {"returnUrl": url})
    assert (made.status_code, made.json["field"]) == (400, "returnUrl")


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
    # Not the last letter: two of its bits mean nothing.
    other = url[:-9] + ("A" if url[-9] != "A" else "B") + url[-8:]
    for changed in (other, url.rsplit("/", 1)[0] + "/x"):
        assert visit(shop, changed).status_code == 404
        assert visit(shop, changed.replace("onboarding/", "onboarding/done/")).status_code == 404


def test_an_address_is_good_for_a_week(shop, fake, later):
    url = stale(shop, fake, make_seller(shop))
    later(6 * 86_400)
    assert visit(shop, url).status_code == 303
    later(2 * 86_400)
    assert visit(shop, url).status_code == 404


def test_reloading_does_not_flood_stripe(shop, fake):
    url = stale(shop, fake, make_seller(shop))
    answers = [visit(shop, url).status_code for _ in range(22)]
    assert answers[:20] == [303] * 20
    assert answers[-1] == 429
