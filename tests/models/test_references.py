"""A row cannot point at a row of another organization: the database itself refuses."""

import pytest
from sqlalchemy.exc import IntegrityError

from app.extensions import transaction
from app.kit.tenancy import across_organizations
from tests.models.rows import add_row, pairs, scoped


def add(two, table, org_id, **values):
    unguarded = across_organizations("the database alone is tested")
    with two.app.app_context(), unguarded, transaction():
        return add_row(table, org_id, **values)


@pytest.mark.parametrize("table", sorted(scoped()))
def test_a_row_with_its_own_references_is_taken(two, table):
    assert add(two, table, two.ours.org_id)


@pytest.mark.parametrize(("table", "column", "parent"), pairs())
def test_a_child_of_another_organizations_row_is_refused(two, table, column, parent):
    theirs = add(two, parent, two.theirs.org_id)
    with pytest.raises(IntegrityError) as caught:
        add(two, table, two.ours.org_id, **{column: theirs})
    assert "foreign key" in str(caught.value).lower()


@pytest.mark.parametrize("table", sorted(scoped()))
def test_a_row_of_an_organization_that_does_not_exist_is_refused(two, table):
    with pytest.raises(IntegrityError):
        add(two, table, "org_nobody")


def test_there_are_references_to_test():
    assert len(pairs()) >= 15
    assert ("payments", "order_id", "orders") in pairs()
