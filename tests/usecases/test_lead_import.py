"""Imports that meet other writers."""

import threading
from typing import Any

from dialer.usecases.lead_import import import_leads
from dialer.usecases.suppressions import add_suppression
from tests.builders.campaigns import make_campaign


def test_two_uploads_of_one_list_at_once_store_each_number_once(services: Any, ada: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    content = ("phone\n" + "\n".join(f"+1415{3_000_000 + number}" for number in range(300))).encode()
    barrier, reports = threading.Barrier(2), []

    def upload() -> None:
        barrier.wait()
        reports.append(
            import_leads(services, actor=ada.principal, campaign_id=campaign.id, filename="x.csv", content=content)
        )

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.counts.inserted for report in reports) == 300
    for report in reports:
        counts = report.counts
        assert counts.total == 300 == counts.valid + counts.invalid + counts.duplicates + counts.dnc


def test_a_number_suppressed_for_now_is_left_out_and_taken_later(services: Any, ada: Any, clock: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    until = clock.advance(hours=0).replace(hour=20)
    add_suppression(services, actor=ada.principal, phone="+14155552671", campaign_id=None, expires_at=until)
    content = b"phone\n4155552671\n"
    wanted = {"actor": ada.principal, "campaign_id": campaign.id, "filename": "x.csv", "content": content}
    assert import_leads(services, **wanted).counts.dnc == 1
    clock.advance(hours=4)
    assert import_leads(services, **wanted).counts.inserted == 1
