"""A reading as the product gives it in the middle of a run."""

from datetime import UTC, datetime
from typing import Any

from demo.figures import Figures, combine

AT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)

REPORT: dict[str, Any] = {
    "calls": {"total_cost": 3.14, "avg_talk_time": 9.5},
    "dispositions": [
        {"disposition": "answered", "count": 90},
        {"disposition": "no_answer", "count": 110},
        {"disposition": "voicemail", "count": 40},
    ],
    "leads_by_status": {"pending": 1700, "completed": 160},
    "retries_scheduled": 77,
    "abandonment": {"reached": 97, "late": 1, "abandoned": 2, "hung_up": 4, "rate": 0.03},
    "occupancy": {
        "ratio": 0.756,
        "seconds_by_state": {"talking": 700.0, "available": 200.0, "wrapping_up": 100.0, "offline": 50.0},
    },
    "latency": {
        "answer_to_twiml_p50": 11.6,
        "answer_to_twiml_p99": 48.2,
        "answer_to_screen_pop_p50": 21.0,
        "answer_to_screen_pop_p99": 103.9,
        "reserved_to_screen_pop_p50": 20.0,
        "reserved_to_screen_pop_p99": 60.0,
        "twiml_count": 150,
        "screen_pop_count": 140,
    },
}

ROWS: dict[str, Any] = {
    "at": AT,
    "calls_placed": 261,
    "conversations": 84,
    "leads_called": 240,
    "talk_seconds": 855,
    "recordings": 83,
    "recorded_seconds": 840,
    "calls_by_state": {"bridged": 8, "ringing": 3, "waiting": 1, "planned": 2, "completed": 247},
    "agent_dispositions": {"sale": 9, "not_interested": 30},
    "agents_by_state": {"talking": 8, "available": 2, "wrapping_up": 1, "paused": 1},
    "retries_made": 21,
    "retries_due": 12,
    "delivery_p50": 15.2,
    "delivery_p99": 44.4,
    "delivery_count": 140,
    "next_retries": [AT.replace(minute=31), AT.replace(minute=32)],
    "retry_reasons": {"no_answer": 60, "busy": 17},
    "pacing_note": "placing 2: 2 idle of 11 agents, 3 ringing, 1 waiting",
    "decisions_by_bound": {"risk": 120, "budget": 15, "leads": 5},
}

DECISION: dict[str, Any] = {
    "planned": 2,
    "bound_by": "risk",
    "why": [],
    "horizon_seconds": 16.0,
    "expected_free_agents": 3.24,
    "expected_answers": 2.81,
    "abandonment_chance": 0.041,
    "price": 0.032,
}
PACING: dict[str, Any] = {
    "now": {
        "dial_mode": "predictive",
        "effective_mode": "predictive",
        "live_answer_chance": 0.62,
        "last_decision": DECISION,
        "abandonment": {
            "live_answers": 100,
            "abandoned": 3,
            "rate": 0.03,
            "max_rate": 0.03,
            "upper_bound": 0.0758,
            "is_exhausted": False,
        },
    }
}


def make_figures(*, report: dict[str, Any] | None = None, pacing: dict[str, Any] | None = None, **rows: Any) -> Figures:
    """A reading in which only what is named differs from the sample."""
    return combine(REPORT | (report or {}), {"now": PACING["now"] | (pacing or {})}, ROWS | rows)


NOT_MEASURED_YET: dict[str, Any] = {
    "latency": dict.fromkeys(REPORT["latency"], None) | {"twiml_count": 0, "screen_pop_count": 0},
    "abandonment": {"reached": 0, "late": 0, "abandoned": 0, "hung_up": 0, "rate": None},
    "occupancy": {"ratio": None, "seconds_by_state": {}},
    "dispositions": [],
    "leads_by_status": {},
}
NOTHING_YET: dict[str, Any] = {
    **dict.fromkeys(("calls_by_state", "agents_by_state", "agent_dispositions", "next_retries", "retry_reasons")),
    "decisions_by_bound": None,
    "pacing": {
        "effective_mode": None,
        "live_answer_chance": None,
        "last_decision": None,
        "abandonment": dict.fromkeys(("live_answers", "abandoned"), 0)
        | {"rate": None, "upper_bound": 1.0, "max_rate": 0.03, "is_exhausted": False},
    },
    "calls_placed": 0,
    "conversations": 0,
    "leads_called": 0,
    "pacing_note": None,
}
