"""Forecasts of a campaign's floor."""

from decimal import Decimal
from typing import Self

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Out
from dialer.domain.campaigns import DialMode
from dialer.usecases.forecast import LEAST_HOURS, MOST_AGENTS, MOST_HOURS, CampaignForecast, PlanForecast


class ForecastIn(In):
    """What is to be different; what is left out or null is as today."""

    agents: int | None = Field(None, ge=1, le=MOST_AGENTS, description="Needed while nobody takes calls.")
    hours: float | None = Field(
        None, ge=LEAST_HOURS, le=MOST_HOURS, description="How long they dial. Left out: the calling hours left today."
    )
    max_abandonment_rate: Decimal | None = Field(
        None, gt=0, le=1, max_digits=5, decimal_places=4, description="A share of 1, at most 0.2."
    )
    dial_mode: DialMode | None = None


class SpreadOut(Out):
    """What is expected, and the middle 80 % of what may come instead: a tenth lies below p10, a tenth above p90."""

    expected: float
    p10: float
    p50: float
    p90: float


class PlanForecastOut(Out):
    """What so many agents come to. Rates and occupancy are shares of 1; connects and calls are the whole floor's.

    hours_to_finish: of dialling, until no open lead is left; null when no calls would be placed. The figures rest on
    `replications` simulated floors and `simulated_hours` in all.
    """

    agents: int
    hours: float
    dial_mode: DialMode
    max_abandonment_rate: float
    occupancy: SpreadOut
    abandonment_rate: SpreadOut
    connects_per_hour: SpreadOut
    calls_per_hour: SpreadOut
    hours_to_finish: SpreadOut | None
    replications: int
    simulated_hours: float

    @classmethod
    def of(cls, forecast: PlanForecast) -> Self:
        """Present one plan."""
        plan = forecast.plan
        return cls(
            agents=plan.agents,
            hours=plan.hours,
            dial_mode=DialMode(plan.dial_mode),
            max_abandonment_rate=plan.max_abandonment_rate,
            occupancy=SpreadOut.model_validate(forecast.occupancy),
            abandonment_rate=SpreadOut.model_validate(forecast.abandonment_rate),
            connects_per_hour=SpreadOut.model_validate(forecast.connects_per_hour),
            calls_per_hour=SpreadOut.model_validate(forecast.calls_per_hour),
            hours_to_finish=SpreadOut.model_validate(forecast.hours_to_finish) if forecast.hours_to_finish else None,
            replications=forecast.replications,
            simulated_hours=round(forecast.simulated_hours, 2),
        )


class ForecastOut(Out):
    """The wish beside today; `today` is null while nobody takes calls.

    `based_on_calls`: how many calls the pacer remembers, older ones counting for less. Few make the intervals wide.
    `assumptions` says in words what the figures rest on.
    """

    today: PlanForecastOut | None
    what_if: PlanForecastOut
    based_on_calls: int
    open_leads: int
    assumptions: list[str]

    @classmethod
    def of(cls, forecast: CampaignForecast) -> Self:
        """Present a forecast."""
        return cls(
            today=PlanForecastOut.of(forecast.today) if forecast.today else None,
            what_if=PlanForecastOut.of(forecast.what_if),
            based_on_calls=forecast.based_on_calls,
            open_leads=forecast.open_leads,
            assumptions=list(forecast.assumptions),
        )


class ForecastAnswer(Answer):
    """A forecast."""

    forecast: ForecastOut
