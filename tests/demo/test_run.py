"""The edges of a run: what is read from the environment, what is wiped, what is never touched."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from api.surfaces.dialer.schemas.campaigns import CreateCampaignIn
from api.wiring import ApiSettings
from demo.figures import PACING_EVERY_SECONDS
from demo.office import campaign_settings
from demo.places import PLACES
from demo.run import clear_home
from demo.settings import DIAL_MODE, DIAL_MODES, POPULATION, SIMULATED_SECONDS_PER_SECOND, Habits, Plan, stack_environ
from dialer.embedded.home import Home, HomeError


def test_the_demo_lives_in_a_folder_of_its_own_below_the_home() -> None:
    assert Plan.from_env({"DIALER_HOME": "/srv/dialer"}).home == Path("/srv/dialer/demo")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("DEMO_SECONDS", "0"),
        ("DEMO_SECONDS", "nan"),
        ("DIAL_MODE", "manual"),
        ("DEMO_SEED", "x"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Plan.from_env({name: value})


@pytest.mark.parametrize("dial_mode", DIAL_MODES)
def test_a_run_is_in_the_dial_mode_that_is_named(dial_mode: str) -> None:
    assert Plan.from_env({"DIAL_MODE": dial_mode}).dial_mode == dial_mode


def test_a_run_is_predictive_unless_told_otherwise() -> None:
    assert Plan.from_env({}).dial_mode == Plan.from_env({"DIAL_MODE": ""}).dial_mode == "predictive"


def test_another_seed_may_be_named() -> None:
    assert Plan.from_env({"DEMO_SEED": "7"}).seed == 7


def test_a_run_takes_at_most_three_minutes_after_set_up() -> None:
    plan = Plan.from_env({"DEMO_SECONDS": "150"})
    assert plan.dialling_seconds + plan.draining_seconds <= 180


def test_somebodys_real_database_and_carrier_are_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN_FILE", "PUBLIC_URL"):
        monkeypatch.setenv(name, "real")
    assert "real" not in stack_environ().values()


def test_clearing_the_home_removes_the_last_run_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "rows").write_text("of the last run")
    (tmp_path / "generated.env").write_text("SECRET=1")
    (tmp_path / "my-thesis.txt").write_text("the only copy")
    clear_home(Home(tmp_path))
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "generated.env").exists()
    assert (tmp_path / "my-thesis.txt").read_text() == "the only copy"


def test_the_home_of_a_running_stack_is_not_cleared(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    (tmp_path / "postgres").mkdir()
    with home.locked(), pytest.raises(HomeError):
        clear_home(home)
    assert (tmp_path / "postgres").exists()


@pytest.mark.parametrize("dial_mode", DIAL_MODES)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.timezone)
def test_the_campaign_is_acceptable_and_open_when_the_place_is_chosen(place, dial_mode: str) -> None:
    body = campaign_settings(place, "0199d3a0-0000-7000-8000-000000000000", dial_mode)
    campaign = TypeAdapter(CreateCampaignIn).validate_python(body)
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC).time()
    assert campaign.calling_hours_start < noon < campaign.calling_hours_end


def test_the_supervisor_asks_no_more_often_than_the_api_lets_one_person() -> None:
    assert ApiSettings.requests_per_minute > 60.0 + 60.0 / PACING_EVERY_SECONDS


def test_agents_write_up_faster_than_the_dialer_takes_them_for_free() -> None:
    longest = Habits().writing_up[1] / SIMULATED_SECONDS_PER_SECOND
    assert longest < campaign_settings(PLACES[0], "x", DIAL_MODE)["wrap_up_seconds"]


def test_the_population_is_one_that_the_twin_accepts() -> None:
    from twin.population import Population

    population = Population()
    population.configure(POPULATION)
    assert population.settings.patience_seconds.min / SIMULATED_SECONDS_PER_SECOND == pytest.approx(3.0)
