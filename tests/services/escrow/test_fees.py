"""The fee: cumulative, so that many small releases cost what one large one does."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.escrow.fees import fee_of, part_of_fee

AMOUNTS = st.integers(1, 10**10)
RATES = st.integers(0, 10_000)


def test_half_a_unit_is_rounded_up():
    assert [fee_of(gross, 1_000) for gross in (4, 5, 14, 15, 100)] == [0, 1, 1, 2, 10]


def test_in_larger_steps_where_the_gateway_counts_in_them():
    assert [fee_of(gross, 1_000, 10) for gross in (40, 50, 140, 150)] == [0, 10, 10, 20]


@given(parts=st.lists(AMOUNTS, min_size=1, max_size=20), rate=RATES)
def test_parts_cost_together_what_the_whole_does(parts, rate):
    freed, fees = 0, 0
    for part in parts:
        fees += part_of_fee(freed, freed + part, rate)
        freed += part
    assert fees == fee_of(freed, rate)


@given(gross=AMOUNTS, back=AMOUNTS, rate=RATES)
def test_nobody_pays_more_than_moves(gross, back, rate):
    assert 0 <= fee_of(gross, rate) <= gross
    if back <= gross:
        assert 0 <= part_of_fee(gross, gross - back, rate) <= back
