"""The account of abandonments: it adds up, steers back to its aim, and ends a shift within the limit."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing.account import (
    LEAST_YIELD,
    MOST_SPENDING,
    MOST_YIELD,
    RESERVED,
    RESERVED_OF_EARNED,
    SHORTEST_SETTLING,
    AbandonmentAccount,
)

TARGET = 0.03
bookings = st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=150)
targets = st.sampled_from([0.005, 0.01, 0.03, 0.06, 0.3])


def booked(target: float, answers: list[tuple[float, bool]]) -> AbandonmentAccount:
    """After live answers, each so many seconds after the one before."""
    account, at = AbandonmentAccount(target), 1000.0
    for pause, was_abandoned in answers:
        at += pause
        account.observe(at, was_abandoned=was_abandoned)
    return account


def with_balance(balance: float, *, answers: int = 400, every: float = 30.0) -> AbandonmentAccount:
    """A floor in its stride whose account stands so, whatever brought it there."""
    account = booked(TARGET, [(every, False)] * answers)
    account.balance = balance
    return account


def led(answers: int, *, seed: int, target: float = TARGET, per_price: float = 1.0, every: float = 20.0) -> list[float]:
    """The balance after each answer of a shift in which `per_price` times the price are abandoned, at random."""
    random, account, balances = np.random.default_rng(seed), AbandonmentAccount(target), []
    for number in range(answers):
        account.observe(number * every, was_abandoned=bool(random.random() < per_price * account.price))
        balances.append(account.balance)
    return balances


@given(targets, bookings)
@settings(deadline=None, max_examples=50)
def test_each_answer_earns_the_target_and_each_abandonment_costs_one(
    target: float, answers: list[tuple[float, bool]]
) -> None:
    account = booked(target, answers)
    abandoned = sum(was_abandoned for _, was_abandoned in answers)
    assert (account.live_answers, account.abandoned) == (len(answers), abandoned)
    assert account.balance == pytest.approx(len(answers) * target - abandoned)


@given(targets, bookings, st.floats(-500, 500))
@settings(deadline=None, max_examples=50)
def test_the_rate_is_never_negative_and_never_above_the_fastest_spending(
    target: float, answers: list[tuple[float, bool]], balance: float
) -> None:
    account = booked(target, answers)
    account.balance = balance
    assert MOST_SPENDING <= 1.6
    assert 0.0 <= account.rate <= MOST_SPENDING * target * (1 + 1e-12)
    assert account.rate / MOST_YIELD <= account.price <= account.rate / LEAST_YIELD


@given(targets, bookings, st.floats(-50, 50), st.floats(0, 20))
@settings(deadline=None, max_examples=50)
def test_more_balance_never_means_less_spending(
    target: float, answers: list[tuple[float, bool]], balance: float, more: float
) -> None:
    account = booked(target, answers)
    account.balance = balance
    poorer = account.rate, account.price, account.is_saving
    account.balance = balance + more
    assert (account.rate, account.price) >= poorer[:2]
    assert account.is_saving <= poorer[2]


@pytest.mark.parametrize(
    ("of_what_settles", "rate"), [(-1.0, math.exp(-1)), (0.0, 1.0), (0.3, 1.3), (5.0, MOST_SPENDING)]
)
def test_what_differs_from_the_reserve_is_settled_over_the_answers_to_come(of_what_settles: float, rate: float) -> None:
    account = with_balance(0.0)
    account.balance = account.reserve + of_what_settles * TARGET * account.settling_answers
    assert account.rate == pytest.approx(rate * TARGET)


def test_it_saves_while_the_rate_is_well_below_the_target() -> None:
    account = with_balance(0.0)
    account.balance = account.reserve
    assert not account.is_saving
    account.balance = -account.reserve
    assert account.is_saving


def test_a_debt_is_paid_back_and_not_forgotten() -> None:
    account, random = with_balance(-8.0), np.random.default_rng(1)
    assert account.rate < 0.2 * TARGET
    for number in range(600):
        account.observe(20_000.0 + number * 30, was_abandoned=bool(random.random() < account.price))
    assert account.balance > 0


def test_a_hoard_is_spent_and_not_kept() -> None:
    account, random = with_balance(12.0), np.random.default_rng(1)
    for number in range(2000):
        account.observe(20_000.0 + number * 30, was_abandoned=bool(random.random() < account.price))
    assert -1 < account.balance < 2.5 * account.reserve


def test_a_shift_ends_within_its_limit_wherever_it_ends() -> None:
    balances = np.array([led(900, seed=seed) for seed in range(60)])
    # A normal with the variance aimed at would end one in seventy in debt; learning the price's yield adds to it.
    assert max((balances[:, end - 1] < 0).mean() for end in (300, 600, 900)) < 0.12
    # Before, the first abandonments alone are a debt: none allows more than one whole one beyond the limit.
    assert max((balances[:, end - 1] < -1).mean() for end in (50, 100, 150)) < 0.12


def test_the_reserve_is_laid_by_gradually_and_not_before_the_first_answer() -> None:
    accounts = [booked(TARGET, [(20.0, False)] * answers) for answers in (0, 10, 50, 300)]
    reserves = [account.reserve for account in accounts]
    assert reserves[:2] == pytest.approx([0.0, RESERVED_OF_EARNED * 10 * TARGET])
    assert reserves == sorted(reserves)
    assert accounts[0].rate == pytest.approx(TARGET)


def test_the_reserve_is_what_a_steered_balance_varies_by() -> None:
    late = np.array([led(1500, seed=seed)[600:] for seed in range(12)])
    reserve = booked(TARGET, [(20.0, False)] * 600).reserve
    spread = math.sqrt(TARGET * booked(TARGET, [(20.0, False)] * 600).settling_answers / 2)
    assert reserve == pytest.approx(RESERVED * spread)
    assert late.mean() == pytest.approx(reserve, rel=0.25)
    assert 0.9 < late.std() / spread < 1.4


def test_in_the_long_run_nearly_all_of_the_limit_is_used() -> None:
    balance = np.mean([led(3000, seed=seed)[-1] for seed in range(8)])
    assert 0.95 < 1 - balance / (3000 * TARGET) < 1.0


@pytest.mark.parametrize("per_price", [0.75, 1.4])
def test_the_price_learns_what_abandonments_it_makes(per_price: float) -> None:
    random, account = np.random.default_rng(1), AbandonmentAccount(TARGET)
    for number in range(9000):
        account.observe(number * 20.0, was_abandoned=bool(random.random() < per_price * account.price))
    assert account.rate / account.price == pytest.approx(per_price, rel=0.15)


def test_a_burst_does_not_teach_that_every_price_is_too_high() -> None:
    account = with_balance(0.0)
    for number in range(100):
        account.observe(20_000.0 + number, was_abandoned=True)
    account.balance = account.reserve
    assert account.price == pytest.approx(TARGET / MOST_YIELD)


@pytest.mark.parametrize(("every", "answers"), [(1.0, 1800), (6.0, 300), (15.0, 120), (60.0, SHORTEST_SETTLING)])
def test_a_busy_floor_settles_over_half_an_hour_and_a_quiet_one_over_the_least_there_is(
    every: float, answers: float
) -> None:
    account = booked(TARGET, [(every, False)] * round(7200 / every))
    assert account.settling_answers == pytest.approx(answers, rel=0.05)


def test_soon_after_the_start_half_an_hour_is_reckoned_from_what_has_come() -> None:
    assert booked(TARGET, [(1.0, False)] * 600).settling_answers == pytest.approx(1800, rel=0.12)


def test_a_floor_that_grew_quiet_settles_over_fewer_answers() -> None:
    busy = [(1.0, False)] * 3600
    assert booked(TARGET, [*busy, (5400.0, False)]).settling_answers < 0.1 * booked(TARGET, busy).settling_answers


def test_answers_told_out_of_order_do_not_turn_back_the_clock() -> None:
    account = booked(TARGET, [(10.0, False)] * 300)
    account.observe(0.0, was_abandoned=False)
    expected = booked(TARGET, [(10.0, False)] * 300 + [(0.0, False)])
    assert account.to_state() == expected.to_state()


@given(bookings)
@settings(deadline=None, max_examples=50)
def test_where_no_abandonment_is_allowed_none_is_ever_worth_its_price(answers: list[tuple[float, bool]]) -> None:
    account = booked(0.0, answers)
    assert (account.rate, account.price) == (0.0, 0.0)


@given(targets, bookings, bookings)
@settings(deadline=None, max_examples=50)
def test_who_goes_on_from_the_state_has_exactly_the_same_account(
    target: float, answers: list[tuple[float, bool]], later: list[tuple[float, bool]]
) -> None:
    account = booked(target, answers)
    copy = AbandonmentAccount(target).restore(json.loads(json.dumps(account.to_state())))
    for number, (_, was_abandoned) in enumerate(later):
        account.observe(20_000.0 + number, was_abandoned=was_abandoned)
        copy.observe(20_000.0 + number, was_abandoned=was_abandoned)
    assert copy.to_state() == account.to_state()
    assert copy.price == account.price
