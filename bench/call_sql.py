"""The SQL statements of one whole answered call, from the pacing tick that plans it to its price, step by step."""

from bench.figures import Options, Report
from bench.servers import running_servers, services_on
from bench.story import Step, tell_answered_call

MAX_STATEMENTS, MAX_ANSWER_STATEMENTS, MAX_ANSWER_TRANSACTIONS = 40, 8, 1


def measure(options: Options) -> Report:
    """Statements as the driver gets them; begin and commit are shown as transactions."""
    report = Report("sql", "one answered call with detection, recording and price; console agent; signed webhooks")
    steps = tell_call()
    for step in steps:
        report.add(f"{step.name}", len(step.statements), _transactions(step))
    answer = next(step for step in steps if step.name == "webhook: answer")
    report.add("answer webhook", len(answer.statements), "statements", at_most=MAX_ANSWER_STATEMENTS)
    report.add("answer webhook", answer.transactions, "transactions", at_most=MAX_ANSWER_TRANSACTIONS)
    total = sum(len(step.statements) for step in steps)
    report.add("whole call", total, "statements", at_most=MAX_STATEMENTS)
    report.add("whole call", sum(step.transactions for step in steps), "transactions")
    report.details = list(_listing(steps, width=100_000 if options.verbose else 118))
    return report


def tell_call() -> list[Step]:
    """The steps, on servers of their own."""
    with running_servers() as servers:
        servers.add_database("story")
        with services_on(servers.postgres.application_url("story")) as services:
            return tell_answered_call(services, servers.redis.url())


def _transactions(step: Step) -> str:
    return f"statements, {step.transactions} transaction{'' if step.transactions == 1 else 's'}"


def _listing(steps: list[Step], width: int) -> list[str]:
    lines, number = [], 0
    for step in steps:
        lines.append(f"\n{step.name}")
        for statement in step.statements:
            number += 1
            lines.append(f"{number:4d}  {statement if len(statement) <= width else statement[: width - 1] + '…'}")
    return lines


