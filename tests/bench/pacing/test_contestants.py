"""Who can take part, and when a result is still good."""

from dataclasses import replace

import pytest

from bench.pacing.contestants import (
    ENGINE,
    RIVALS,
    Contestant,
    Entry,
    Named,
    Search,
    find_contestant,
    geometric,
    standard,
)
from bench.pacing.fingerprint import fingerprint, source_files
from bench.pacing.scenarios import SCENARIOS
from dialer.domain.pacing import PredictivePacer, RatioPacer
from tests.bench.pacing.guests import LinesPacer, ToldPacer
from tests.bench.pacing.guests import LinesPacer as OtherLinesPacer

SCENARIO = SCENARIOS["3-typical"]
GUESTS = "tests.bench.pacing.guests"


def test_every_contestant_makes_a_fresh_pacer_for_each_shift() -> None:
    for contestant in standard():
        setting = contestant.search.values[0] if contestant.search else None
        first, second = (contestant.pacer(SCENARIO, setting) for _ in range(2))
        assert first is not second
        assert callable(first.observe)
        assert callable(first.calls_to_place)


def test_names_are_unique_and_the_engine_is_the_products_own() -> None:
    names = [contestant.name for contestant in standard()]
    assert len(names) == len(set(names))
    assert isinstance(ENGINE.pacer(SCENARIO), PredictivePacer)


def test_rules_that_the_issue_names_are_there() -> None:
    names = {contestant.name for contestant in RIVALS}
    vicidial = {
        f"vicidial-{rule}{tally}" for rule in ("hard-limit", "average", "tapered") for tally in ("", "-available")
    }
    assert names >= {"progressive", "ratio", "impact", "forecast", "issabel"} | vicidial


def test_searched_values_ascend() -> None:
    for contestant in RIVALS:
        if contestant.search:
            assert list(contestant.search.values) == sorted(set(contestant.search.values))


def test_geometric_values_run_from_end_to_end() -> None:
    assert geometric(1.0, 16.0, 5) == (1.0, 2.0, 4.0, 8.0, 16.0)


def test_anybodys_class_takes_part_by_its_name() -> None:
    guest = find_contestant(f"{GUESTS}:LinesPacer")
    assert (guest.role, guest.label) == ("guest", "LinesPacer")
    assert isinstance(guest.pacer(SCENARIO), LinesPacer)


def test_a_guests_arguments_are_literals_by_name() -> None:
    pacer = find_contestant(f"{GUESTS}:LinesPacer(lines=2.5, extra=1)").pacer(SCENARIO)
    assert isinstance(pacer, LinesPacer)
    assert (pacer.lines, pacer.extra) == (2.5, 1)


@pytest.mark.parametrize("name", ["nobody", f"{GUESTS}:LinesPacer(2.5)", f"{GUESTS}:Missing", "no.such.module:X"])
def test_a_name_that_cannot_be_resolved_is_refused(name: str) -> None:
    with pytest.raises((ValueError, ImportError, AttributeError)):
        find_contestant(name)


def test_a_factory_that_asks_for_the_scenario_is_told_it() -> None:
    pacer = find_contestant(f"{GUESTS}:ToldPacer").pacer(SCENARIO)
    assert isinstance(pacer, ToldPacer)
    assert pacer.told is SCENARIO


def test_a_table_of_factories_serves_for_ablations() -> None:
    plain, told = (Contestant("x", "x", Entry(GUESTS, "FACTORIES", key)).pacer(SCENARIO) for key in ("plain", "told"))
    assert (type(plain), type(told)) == (LinesPacer, ToldPacer)


def test_a_search_sets_the_parameter_of_its_name() -> None:
    pacer = Contestant("x", "x", RatioPacer, search=Search("ratio", (2.0,))).pacer(SCENARIO, 2.0)
    assert isinstance(pacer, RatioPacer)
    assert pacer.ratio == 2.0


def test_a_result_is_good_as_long_as_scenario_settings_and_sources_are_the_same() -> None:
    ratio = next(contestant for contestant in RIVALS if contestant.name == "ratio")
    before = fingerprint(ratio, SCENARIO)
    assert before == fingerprint(replace(ratio), replace(SCENARIO))
    others = {
        fingerprint(ratio, replace(SCENARIO, agents=4)),
        fingerprint(replace(ratio, search=Search("ratio", (1.0,))), SCENARIO),
        fingerprint(Contestant("ratio", "", Named(f"{GUESTS}:LinesPacer")), SCENARIO),
        fingerprint(Contestant("ratio", "", Named(f"{GUESTS}:LinesPacer(lines=2)")), SCENARIO),
    }
    assert before not in others
    assert len(others) == 4


def test_a_result_is_good_no_longer_when_the_code_is_another() -> None:
    class LinesPacer(OtherLinesPacer):
        pass

    LinesPacer.__qualname__ = OtherLinesPacer.__qualname__
    here, there = (Contestant("x", "x", make) for make in (LinesPacer, OtherLinesPacer))
    assert fingerprint(here, SCENARIO) != fingerprint(there, SCENARIO)


def test_code_that_a_pacer_imports_counts_as_its_own() -> None:
    names = {file.name for file in source_files("dialer.domain.pacing.predictive")}
    assert names >= {"predictive.py", "decision.py", "snapshot.py"}
    assert "predictive.py" not in {file.name for file in source_files("dialer.domain.pacing.ratio")}
