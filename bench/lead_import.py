"""Importing a list of 10,000 people, against the bare cost of understanding their phone numbers."""

import random
import time

import phonenumbers

from bench.figures import Options, Report, median
from bench.servers import running_servers, services_on
from dialer.domain.principals import Principal, Role
from dialer.usecases import access, lead_import
from dialer.usecases.access import NewUser
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign


def measure(options: Options) -> Report:
    """Each round imports the list into a new campaign, and parses the same numbers bare."""
    rows = 1_000 if options.quick else 10_000
    report = Report("import", f"a CSV of {rows:,} rows through the use case, and phonenumbers alone on the same rows")
    numbers = make_numbers(rows)
    content = make_csv(numbers)
    imports, bare = [], []
    with running_servers() as servers:
        servers.add_database("import")
        with services_on(servers.postgres.application_url("import")) as services:
            actor = _found_tenant(services)
            for _ in range(2 if options.quick else 5):
                imports.append(_time_import(services, actor, content, rows))
                bare.append(time_parsing(numbers))
    report.add("import, median", rows / median(imports), "rows/s")
    report.add("import of the whole file, median", median(imports), "s")
    report.add("phonenumbers: parse and is_valid_number, median", rows / median(bare), "rows/s")
    report.add("import against bare parsing, same run", median(imports) / median(bare), "×")
    return report


def make_numbers(rows: int) -> list[str]:
    """American numbers, all different, written as people write them."""
    dice = random.Random(1)
    forms = ("+1{0}{1}{2}", "({0}) {1}-{2}", "{0}.{1}.{2}", "{0} {1} {2}")
    return [
        dice.choice(forms).format(area, 200 + i // 10_000, f"{i % 10_000:04d}")
        for i, area in enumerate(dice.choices((212, 415, 617, 312, 206), k=rows))
    ]


def make_csv(numbers: list[str]) -> bytes:
    """Six columns, one of them a custom field."""
    header = "Phone Number,First Name,Last Name,Email,Company,Notes"
    rows = [
        f'"{number}",Sara{i},Ahmed,sara{i}@example.com,ACME {i % 100},"called, once"'
        for i, number in enumerate(numbers)
    ]
    return "\n".join([header, *rows]).encode()


def time_parsing(numbers: list[str]) -> float:
    """Seconds for the least that any import must do."""
    started = time.perf_counter()
    for number in numbers:
        phonenumbers.is_valid_number(phonenumbers.parse(number, "US"))
    return time.perf_counter() - started


def _found_tenant(services: Services) -> Principal:
    login = access.found_tenant(services, new=NewUser("ada@example.com", "correct horse battery", "Ada", "Ek"))
    return Principal(login.user.tenant_id, login.user.id, Role.OWNER, str(login.session_id))


def _time_import(services: Services, actor: Principal, content: bytes, rows: int) -> float:
    campaign = make_campaign(services, actor.tenant_id)
    started = time.perf_counter()
    report = lead_import.import_leads(
        services, actor=actor, campaign_id=campaign.id, filename="leads.csv", content=content
    )
    seconds = time.perf_counter() - started
    assert report.counts.inserted == rows, report.counts
    return seconds
