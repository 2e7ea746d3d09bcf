"""What holds for every page of people who are signed in: roles, tokens, other organizations."""

import re

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.money import Money
from app.models import Notice, NoticeKind, Payout, Role, User, UserSession
from app.services import exports, notices, organizations, payouts
from app.services.orders.filters import Filter
from app.services.permissions import PERMISSIONS
from tests import world
from tests.escrow import ask, make_seller, refund
from tests.merchant import Merchant, person

DOORS = {"auth", "home", "integrations", "orders", "providers", "sellers"}
# To everybody, or to whoever has the link of a letter.
OPEN = {
    f"auth.{name}"
    for name in (
        "sign_in sign_up sign_out code forgot reset confirm_address invitation join sign_in_with"
        " come_back connect_by_password finish_signing_up"
    ).split()
}
IDS = {"service": "stripe", "slug": "bitloader", "key_id": "key_1", "endpoint_id": "whe_1",
       "session_id": "ses_1", "org_id": "org_1", "token": "x", "company": "google",
       "membership_id": "mem_1", "order_id": "ord_1", "delivery_id": "dlv_1", "export_id": "exp_1",
       "invitation_id": "inv_1", "notice_id": "not_1", "refund_id": "ref_1",
       "release_id": "rel_1", "reversal_id": "rev_1", "payout_id": "pyo_1",
       "seller_id": "sel_1",
       "role": "viewer"}  # fmt: skip


def rules(app):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in DOORS and rule.endpoint not in OPEN
    ]


def permission_of(app, rule) -> str:
    return getattr(app.view_functions[rule.endpoint], "permission", "")


def path_of(rule, **ids: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: {**IDS, **ids}[found[1]], rule.rule)


def requests_of(rule) -> list[str]:
    return sorted(rule.methods & {"GET", "POST"})


def test_every_page_says_who_may_open_it(app):
    silent = {rule.endpoint for rule in rules(app) if not permission_of(app, rule)}
    assert silent == set()


def test_every_permission_that_a_page_names_is_in_the_table(app):
    named = {permission_of(app, rule) for rule in rules(app)}
    # What concerns owners depends on whom it is done to, so a service asks for it.
    assert named - {"signed in"} == set(PERMISSIONS) - {"owners.change"}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says_and_nothing_else(make_app, role):
    app = make_app(SIGNUP="open")
    world.open_shop(app)
    browser = person(app, role)
    for rule in rules(app):
        permission = permission_of(app, rule)
        allowed = permission == "signed in" or role in PERMISSIONS[permission]
        for method in requests_of(rule):
            path = path_of(rule)
            if path in {"/account/sessions/end-others", "/settings/members/leave"}:
                continue
            response = browser.get(path) if method == "GET" else browser.post(path)
            assert (response.status_code != 403) == allowed, (role, method, path)


def test_strangers_are_sent_to_sign_in_from_everywhere(app):
    browser = Merchant(app)
    for rule in rules(app):
        for method in requests_of(rule):
            path = path_of(rule)
            response = browser.get(path) if method == "GET" else browser.post(path)
            assert (response.status_code, response.location.partition("?")[0]) == (303, "/login")


def test_no_form_is_taken_without_its_token(app):
    world.open_shop(app)
    browser = person(app)
    paths = [path_of(rule) for rule in app.url_map.iter_rules() if "POST" in rule.methods
             and rule.endpoint.partition(".")[0] in DOORS]  # fmt: skip
    assert len(paths) > 15
    for path in paths:
        for token in ("", "forged"):
            response = browser.post(path, token=token)
            assert response.status_code in {400, 422}, (path, token)
    assert browser.get("/").status_code == 200, "and nothing happened"


def rows_of(app) -> dict[str, list]:
    """Everything in every table, for looking whether something changed. Sessions note when they
    were last seen."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(select(table))))
            for table in db.metadata.sorted_tables
            if table.name not in {"sessions", "throttles"}
        }


def of_theirs(app) -> dict[str, str]:
    """One id of each kind that belongs to another organization, or to a person in it."""
    shop = world.open_shop(
        app, org="Theirs", name="Secret shop", webhook_url="http://127.0.0.1:9/x"
    )
    them = person(app, org="Theirs")
    them.post("/settings/members", email="new@theirs.example", role="viewer")
    ids = re.findall(
        r'data-id="(\w+)"',
        them.get("/providers/secret-shop").text + them.get("/settings/members").text,
    )
    kinds = {one.partition("_")[0]: one for one in ids}
    them.post(f"/providers/secret-shop/endpoints/{kinds['whe']}/ping")
    delivery = re.search(r'data-id="(dlv_\w+)"', them.get("/deliveries").text)[1]
    seller_id = make_seller(shop, name="Secret shop's seller")
    order = shop.order(20, escrow={"sellerId": seller_id})
    shop.pay(order)
    moved = moves_of(shop, order, seller_id)
    with app.app_context(), reading() as session:
        user = session.scalars(select(User).where(User.email.like("%theirs%"))).first()
        mine = session.scalars(select(UserSession.id).where(UserSession.user_id == user.id)).first()
    return {
        "slug": "secret-shop",
        "order_id": order["orderId"],
        **moved,
        "delivery_id": delivery,
        "export_id": export_of(shop),
        "notice_id": notice_of(shop),
        "seller_id": seller_id,
        "key_id": kinds["key"],
        "endpoint_id": kinds["whe"],
        "membership_id": kinds["mem"],
        "invitation_id": kinds["inv"],
        "session_id": mine,
        "org_id": organization_of(app, "Theirs"),
    }


def moves_of(shop, order, seller_id: str) -> dict[str, str]:
    """A release, some of it fetched back for a refund, and a payout of what is left."""
    assert ask(shop, order, "release", {"amount": 10}).status_code == 200
    refund(shop, order, 15)
    with shop.inside():
        payouts.create(seller_id, Money(100, "USD"), actor="them", render=lambda one: {})
        with reading() as session:
            payout_id = session.scalars(select(Payout.id)).one()
    seen = shop.see(order)
    return {
        "refund_id": seen["refunds"][0]["refundId"],
        "release_id": seen["escrow"]["releases"][0]["releaseId"],
        "reversal_id": seen["escrow"]["reversals"][0]["reversalId"],
        "payout_id": payout_id,
    }


def export_of(shop) -> str:
    with shop.inside():
        export_id = exports.start(Filter(), ["order_id"], "UTC", actor="them@theirs.example")
    world.run_tasks(shop.app)
    return export_id


def notice_of(shop) -> str:
    """That the shop's export is ready is told to whoever asked for it; this is for everybody."""
    with shop.inside(), transaction():
        notices.tell(NoticeKind.keys_refused, "stripe")
        db.session.flush()
        return db.session.scalars(select(Notice.id).order_by(Notice.id.desc())).first()


def organization_of(app, name: str) -> str:
    with app.app_context():
        return organizations.find(name).id


# What an address names that belongs to nobody: the catalogue's names, roles, companies.
OF_NOBODY = {"service", "role", "company", "token"}


def test_what_belongs_to_another_organization_is_not_there_and_stays_as_it_is(app):
    theirs = of_theirs(app)
    us = person(app, org="Ours")
    world.open_shop(app, org="Ours", name="Our shop")
    before, crawled = rows_of(app), 0
    for rule in rules(app):
        named = set(re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)) - OF_NOBODY
        assert named <= set(theirs), f"{rule.rule}: whose is that?"
        for slug in ("secret-shop", "our-shop"):
            if not named or (slug == "our-shop" and named <= {"slug"}):
                continue
            path = path_of(rule, **{**theirs, "slug": slug})
            for method in requests_of(rule):
                response = us.get(path) if method == "GET" else us.post(path)
                assert response.status_code == 404, (method, path)
                assert "Secret shop" not in response.text
                crawled += 1
    assert crawled > 25
    after = rows_of(app)
    assert {name for name in after if after[name] != before[name]} == set()
    assert (
        "Secret shop"
        not in us.get("/providers").text + us.get("/").text + us.get("/deliveries").text
    )
    for slug in ("our-shop",):
        assert us.get(f"/providers/{slug}").status_code == 200


def test_nobody_switches_to_an_organization_they_do_not_belong_to(app):
    theirs = world.open_shop(app, org="Theirs")
    us = person(app, org="Ours")
    assert us.post(f"/account/organization/{theirs.org_id}").status_code == 404
    assert "Theirs" not in us.get("/").text


def test_every_page_is_kept_by_nobody_and_runs_own_scripts_only(app):
    world.open_shop(app)
    browser = person(app)
    for rule in rules(app):
        if "GET" in rule.methods:
            response = browser.get(path_of(rule))
            assert response.headers["Cache-Control"] == "no-store", rule.rule
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", response.text), rule.rule
