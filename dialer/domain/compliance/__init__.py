"""Who may be called, and when. Pure functions that answer with a verdict and its reasons, never with a bare bool.

Rules are data (`dialer/rules`); a `RuleBook` holds them under a version. Where a callee may be is a `Locality`.
"""

from dialer.domain.compliance.call_subject import CONSENT_FORMS, CallSubject
from dialer.domain.compliance.calling_window import CallingWindow
from dialer.domain.compliance.evaluation import evaluate_limits, evaluate_rules, next_allowed
from dialer.domain.compliance.judgements import Evaluation
from dialer.domain.compliance.localities import PROFILES, Locality, locate, number_time_zones, resolve_state
from dialer.domain.compliance.openings import is_open, next_opening, open_spans
from dialer.domain.compliance.rule_book import RuleBook, parse_tenant_rule
from dialer.domain.compliance.rules import CALL_TYPES, Rule, parse_rule
from dialer.domain.compliance.verdict import (
    CallCandidate,
    CallingVerdict,
    SuppressionHit,
    judge_placing,
    may_place,
    next_placing,
)

__all__ = [
    "CALL_TYPES",
    "CONSENT_FORMS",
    "PROFILES",
    "CallCandidate",
    "CallSubject",
    "CallingVerdict",
    "CallingWindow",
    "Evaluation",
    "Locality",
    "Rule",
    "RuleBook",
    "SuppressionHit",
    "evaluate_limits",
    "evaluate_rules",
    "is_open",
    "judge_placing",
    "locate",
    "may_place",
    "next_allowed",
    "next_opening",
    "next_placing",
    "number_time_zones",
    "open_spans",
    "parse_rule",
    "parse_tenant_rule",
    "resolve_state",
]
