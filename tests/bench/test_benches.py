"""That the benches run and count right. What they measure depends on the machine, so no time is asserted here."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.__main__ import as_json
from bench.claim_lists import SHAPES, Shape, make_dialed_list
from bench.claims import measure_shape
from bench.figures import Report, percentile
from bench.pacing_ticks import MODES, busy_floor, measure_decisions, measure_ticks
from bench.servers import Servers, running_servers, services_on
from bench.story import tell_answered_call


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with running_servers() as running:
        yield running


@pytest.mark.parametrize(("share", "value"), [(50, 50), (95, 95), (99, 99), (100, 100)])
def test_a_percentile_is_a_value_of_the_sample(share: int, value: int) -> None:
    assert percentile(list(range(1, 101)), share) == value


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 99) == 7.0


def test_a_budget_is_met_at_its_edge_and_missed_beyond_it() -> None:
    report = Report("x", "x")
    report.add("at the edge", 5.0, "ms", at_most=5)
    report.add("beyond", 5.1, "ms", at_most=5)
    report.add("enough", 3, "calls", at_least=3)
    report.add("free", 9, "ms")
    assert [figure.is_met for figure in report.figures] == [True, False, True, None]


def test_the_figures_are_written_as_json_with_machine_and_verdict() -> None:
    report = Report("x", "how")
    report.add("beyond", 5.1, "ms", at_most=5)
    written = json.loads(json.dumps(as_json({"cores": "2"}, [report], quick=True)))
    assert (written["machine"], written["quick"]) == ({"cores": "2"}, True)
    (figure,) = written["benches"]["x"]["figures"]
    assert (figure["value"], figure["unit"], figure["is_met"]) == (5.1, "ms", False)


def test_the_busy_floor_has_work_for_a_pacer() -> None:
    floor = busy_floor(100)
    assert len(floor.agents) == 100
    assert 0 < floor.idle_agents < 100


def test_pacing_decisions_are_measured_for_each_pacer_and_floor() -> None:
    report = Report("ticks", "")
    measure_decisions(report, rounds=2)
    assert {name.partition(" ")[0] for name in (figure.name for figure in report.figures)} == set(MODES)
    assert sum(figure.at_most is not None for figure in report.figures) == 6, "three modes at 100 and at 500 agents"


@pytest.mark.parametrize("mode", ["progressive", "predictive"])
def test_a_tick_takes_few_statements_on_a_busy_floor(servers: Servers, mode: str) -> None:
    servers.add_database(f"ticks_{mode}")
    report = Report("ticks", "")
    with services_on(servers.postgres.application_url(f"ticks_{mode}")) as services:
        full = replace(services, platform_account=replace(services.platform_account, max_lines=1))
        measure_ticks(report, full, 20, mode, rounds=3)
    usual, saving = (figure.value for figure in report.figures if figure.unit == "statements")
    # The first tick saves, and besides reads where the leads are, once for each process.
    assert (usual <= 3, saving <= 7) == (True, True), (usual, saving)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_claims_take_what_is_ready_by_the_indexes_made_for_it(servers: Servers, shape: Shape) -> None:
    report = Report("claims", "")
    measure_shape(report, servers, shape, (1_000, 10_000), rounds=1, verbose=True)
    assert [figure.at_most for figure in report.figures if figure.at_most is not None] == [15.0, 15.0, 1.5]
    assert len(report.details) == 2
    assert "using ix_leads_in_order" in report.details[-1]
    assert "Seq Scan on leads" not in report.details[-1]


def test_the_bench_of_claims_has_the_same_places_at_every_size(servers: Servers) -> None:
    small, large = (make_dialed_list(servers, size, SHAPES[0]) for size in (9_000, 12_000))
    assert small.open_places == large.open_places
    assert len(small.open_places) > 700
    found = servers.execute(large.name, "select count(distinct locality_id) from leads")
    assert found == [(len(large.open_places),)]


def test_a_call_costs_no_more_statements_than_is_allowed_for_its_answer(servers: Servers) -> None:
    servers.add_database("story")
    with services_on(servers.postgres.application_url("story")) as services:
        steps = tell_answered_call(services, servers.redis.url(), with_extras=True)
    answer = next(step for step in steps if step.name == "webhook: answer")
    assert (len(answer.statements) <= 8, answer.transactions) == (True, 1)
    assert steps[0].name.startswith("pacing tick")
    assert steps[-1].name == "wrap-up ends"
    assert all(step.statements for step in steps)
