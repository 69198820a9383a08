"""`may-call`: may these people be called, by the very rules that guard placing; and if not, why, and from when."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from dialer.commands.failure import CommandError
from dialer.commands.json_lines import Answer, add_file_argument, answer_lines

if TYPE_CHECKING:
    from dialer.domain.compliance import Evaluation, Locality, RuleBook
    from dialer.domain.phone_numbers import PhoneProblem

# What a number that is none is refused for; all else is invalid_number.
NUMBER_CODES = {
    "emergency": "emergency",
    "short_number": "emergency",
    "possible_not_valid": "possible_not_valid",
    "not_dialable": "not_dialable",
    "country_not_allowed": "country_not_allowed",
}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser(
        "may-call", help="read calls as JSON lines; say for each whether the rules allow it, why not, and from when"
    )
    add_file_argument(command)
    command.set_defaults(run=run_may_call)


def run_may_call(options: argparse.Namespace) -> int:
    """Answer each line. Needs no database, and of all settings only RULES_OFF."""
    # Here, so that the other commands start without these.
    from dialer.commands.call_questions import read_question
    from dialer.domain.compliance import evaluate_rules, next_allowed

    book = _rule_book()

    def answer(row: Mapping[str, object]) -> Answer:
        question = read_question(row, book)
        if question.subject is None:
            return _answer(question.id, book, [_number_reason(question.problem)])
        subject, at = question.subject, question.at
        blocking = [evaluation for evaluation in evaluate_rules(subject, at, book) if not evaluation.passed]
        following = next_allowed(subject, at, book) if blocking else at
        return _answer(question.id, book, [_reason(one) for one in blocking], following, subject.locality)

    def refuse(name: object, message: str) -> Answer:
        return _answer(name, book, [_plain_reason("bad_input", "INPUT", message)])

    answer_lines(options.file, answer, refuse)
    return 0


def _rule_book() -> "RuleBook":
    from dialer.domain.errors import Invalid
    from dialer.integrations.rule_files import check_tzdata, load_rule_book, parse_rules_off

    problem = check_tzdata()
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
    try:
        return load_rule_book(parse_rules_off(os.environ.get("RULES_OFF", "")))
    except Invalid as error:
        raise CommandError(error.message) from error


def _answer(
    name: object,
    book: "RuleBook",
    reasons: Sequence[Answer],
    following: datetime | None = None,
    locality: "Locality | None" = None,
) -> Answer:
    return {
        "id": name,
        "allowed": not reasons,
        "reasons": reasons,
        "next_allowed_utc": _write(following),
        "jurisdictions": locality.jurisdictions if locality else (),
        "time_zones": locality.time_zones if locality else (),
        "rules_version": book.version,
    }


def _reason(evaluation: "Evaluation") -> Answer:
    return {
        "code": evaluation.code,
        "rule": evaluation.rule,
        "message": evaluation.message,
        "time_zone": evaluation.time_zone,
        "clears_at": _write(evaluation.clears_at),
    }


def _number_reason(problem: "PhoneProblem | None") -> Answer:
    if problem is None:
        return _plain_reason("invalid_number", "NUMBER", "This is no phone number.")
    return _plain_reason(NUMBER_CODES.get(problem.code, "invalid_number"), "NUMBER", f"{problem.message}.")


def _plain_reason(code: str, rule: str, message: str) -> Answer:
    return {"code": code, "rule": rule, "message": message, "time_zone": None, "clears_at": None}


def _write(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
