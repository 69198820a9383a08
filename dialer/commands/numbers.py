"""`numbers`: what a phone number is as people and spreadsheets write it, and whether it would be dialled."""

import argparse
from collections.abc import Mapping

from dialer.commands.json_lines import Answer, BadLine, add_file_argument, answer_lines


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser(
        "numbers", help="read phone numbers as JSON lines; say for each what it is, or what is wrong with it"
    )
    add_file_argument(command)
    command.set_defaults(run=run_numbers)


def run_numbers(options: argparse.Namespace) -> int:
    """Answer each line. Needs no database and no settings."""
    # Here, so that the other commands start without these.
    from dialer.domain.compliance import number_time_zones
    from dialer.domain.lead_rows import parse_country
    from dialer.domain.phone_numbers import PhoneProblem, parse_phone_number
    from dialer.integrations.rule_files import load_rule_book

    book = load_rule_book()

    def answer(row: Mapping[str, object]) -> Answer:
        raw, region_text = _raw(row), row.get("default_region")
        # Without a region only numbers in international form can be read.
        region = parse_country(region_text) if isinstance(region_text, str) and region_text.strip() else "ZZ"
        if region is None or not isinstance(region_text, (str, type(None))):
            raise BadLine(f"default_region: {str(region_text)[:40]!r} is no country; write two letters, such as US")
        number = parse_phone_number(raw, region, dialable_only=False)
        if isinstance(number, PhoneProblem):
            return _problem(row.get("id"), number.code, number.message)
        refused = parse_phone_number(raw, region)
        found = (
            _problem(row.get("id"), None, None)
            if not isinstance(refused, PhoneProblem)
            else (_problem(row.get("id"), refused.code, refused.message))
        )
        zones = number_time_zones(number, book)
        return found | {"e164": number.e164, "type": number.line_type, "region": number.region, "time_zones": zones}

    def refuse(name: object, message: str) -> Answer:
        return _problem(name, "bad_input", message)

    answer_lines(options.file, answer, refuse)
    return 0


def _raw(row: Mapping[str, object]) -> str:
    raw = row.get("raw")
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise BadLine("raw: must be a text")
    return raw


def _problem(name: object, code: str | None, message: str | None) -> Answer:
    answer: Answer = {"e164": None, "type": None, "region": None, "time_zones": (), "problem": code, "message": message}
    return answer if name is None else {"id": name, **answer}
