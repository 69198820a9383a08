"""The SQL statements of one whole answered call, from the pacing tick that plans it to its price, step by step."""

from bench.figures import Options, Report
from bench.servers import running_servers, services_on
from bench.story import Step, tell_answered_call

MAX_STATEMENTS, MAX_ANSWER_STATEMENTS, MAX_ANSWER_TRANSACTIONS = 40, 8, 1


def measure(options: Options) -> Report:
    """Statements as the server executes them, several of which may be one message; begin and commit are shown as
    transactions.

    What is shared with other calls (the tick, the batch of timings, the sweep of wrap-ups) is counted in full.
    """
    report = Report("sql", "one answered call with a console agent, signed webhooks; detection and recording besides")
    plain, rich = tell_calls()
    for step in rich:
        report.add(step.name, len(step.statements), _unit(step))
    answer = next(step for step in rich if step.name == "webhook: answer")
    report.add("answer webhook", len(answer.statements), "statements", at_most=MAX_ANSWER_STATEMENTS)
    report.add("answer webhook", answer.transactions, "transactions", at_most=MAX_ANSWER_TRANSACTIONS)
    report.add("whole call, campaign's defaults", _count(plain), "statements", at_most=MAX_STATEMENTS)
    report.add("whole call with detection and recording", _count(rich), "statements", at_most=MAX_STATEMENTS)
    report.add("whole call with detection and recording", sum(step.transactions for step in rich), "transactions")
    for name, steps in (("campaign's defaults", plain), ("with detection and recording", rich)):
        report.add(f"whole call, {name}", sum(step.messages for step in steps), "messages to the server")
    report.details = _listing(rich, width=100_000 if options.verbose else 118)
    return report


def tell_calls() -> tuple[list[Step], list[Step]]:
    """The steps of a call as a campaign is by default, and of one with everything; on servers of their own."""
    with running_servers() as servers:
        servers.add_database("story")
        with services_on(servers.postgres.application_url("story")) as services:
            plain = tell_answered_call(services, servers.redis.url(), with_extras=False)
            return plain, tell_answered_call(services, servers.redis.url(), with_extras=True)


def _count(steps: list[Step]) -> int:
    return sum(len(step.statements) for step in steps)


def _unit(step: Step) -> str:
    return f"statements, {step.transactions} transaction{'' if step.transactions == 1 else 's'}"


def _listing(steps: list[Step], width: int) -> list[str]:
    lines, number = [], 0
    for step in steps:
        lines.append(f"\n{step.name}")
        for statement in step.statements:
            number += 1
            lines.append(f"{number:4d}  {statement if len(statement) <= width else statement[: width - 1] + '…'}")
    return lines
