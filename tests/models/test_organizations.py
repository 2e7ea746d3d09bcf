"""Without an organization nothing is read; looking across them ends with its block."""

import contextlib

import pytest
from sqlalchemy import select, update

from app.extensions import db, reading, transaction
from app.kit.tenancy import NoOrganization, across_organizations, as_org
from app.models import Order, Organization, Provider
from tests.models.test_tenancy import HIDDEN, ids
from tests.models.two import Sale

READS = {name: HIDDEN[name] for name in HIDDEN if name not in ("get, cold", "lazy load")}


@pytest.mark.parametrize("name", READS)
def test_without_an_organization_nothing_of_a_tenant_is_read(two, name):
    with two.app.app_context(), contextlib.suppress(NoOrganization), transaction():
        assert READS[name](db.session, two) in ([], [None])


def test_without_an_organization_a_row_is_neither_found_nor_added(two):
    with two.app.app_context():
        with pytest.raises(NoOrganization), transaction():
            db.session.get(Order, two.our_order)
        with pytest.raises(NoOrganization), transaction():
            db.session.add(Provider(name="x", slug="x"))
        with pytest.raises(NoOrganization), transaction():
            db.session.execute(update(Order).values(item_name="x"))


def test_tables_of_no_tenant_are_read_without_one(two):
    with two.app.app_context(), reading() as session:
        assert len(session.scalars(select(Organization)).all()) == 2


def test_across_organizations_sees_both_and_ends_with_its_block(two):
    with two.app.app_context(), as_org(two.ours.org_id), reading() as session:
        with across_organizations("to compare"):
            assert ids(session.scalars(select(Order))) == sorted([two.our_order, two.their_order])
        assert ids(session.scalars(select(Order))) == [two.our_order]


def test_working_for_one_organization_ends_the_look_across(two):
    sweep, theirs = across_organizations("a sweep"), as_org(two.theirs.org_id)
    with two.app.app_context(), sweep, theirs, reading() as session:
        assert ids(session.scalars(select(Order))) == [two.their_order]


def test_organizations_may_follow_each_other_with_the_same_statement(two):
    for shop, order in ((two.ours, two.our_order), (two.theirs, two.their_order)) * 3:
        with shop.inside(), reading() as session:
            assert ids(session.scalars(select(Order))) == [order]
            assert ids(session.scalars(select(Sale))) == [order]


def test_looking_across_takes_a_reason():
    with pytest.raises(ValueError, match="say why"), across_organizations(""):
        pass


def test_a_new_row_gets_the_organization_it_was_made_in(two):
    with two.ours.inside(), transaction():
        made = Provider(name="x", slug="x")
        db.session.add(made)
        db.session.flush()
        assert made.org_id == two.ours.org_id
        db.session.delete(made)
