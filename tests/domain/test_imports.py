"""What an import is, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from dialer.domain.errors import Invalid
from dialer.domain.imports import (
    ImportChoices,
    ImportCounts,
    ImportStatus,
    MatchBy,
    OnDuplicate,
    measure_progress,
)

BEGUN = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


def progress(status: str, **how: object) -> tuple[float | None, float | None]:
    known = {"bytes_done": 0, "bytes_total": 0, "rows_done": 0, "started_at": None, "seen_at": None, **how}
    measured = measure_progress(ImportStatus(status), **known)  # type: ignore[arg-type]
    return measured.percent, measured.rows_per_second


@pytest.mark.parametrize(
    ("status", "how", "percent"),
    [
        ("queued", {"bytes_total": 100}, 0.0),
        ("running", {"bytes_total": 3_000, "bytes_done": 1_000}, 33.3),
        ("running", {"bytes_total": 100, "bytes_done": 100}, 99.9),
        ("completed", {"bytes_total": 100}, 100.0),
        ("completed", {}, 100.0),
        ("failed", {"bytes_total": 100, "bytes_done": 50}, 50.0),
        ("running", {"bytes_total": 100, "rows_done": 5}, None),
        ("running", {}, None),
    ],
)
def test_progress_is_known_by_bytes_and_whole_only_at_the_end(
    status: str, how: dict[str, object], percent: float | None
) -> None:
    assert progress(status, **how)[0] == percent


def test_speed_is_rows_by_the_time_since_the_beginning() -> None:
    seen_at = BEGUN + timedelta(seconds=4)
    assert progress("running", rows_done=100, started_at=BEGUN, seen_at=seen_at)[1] == 25.0
    assert progress("running", rows_done=100, started_at=BEGUN, seen_at=BEGUN)[1] is None
    assert progress("queued")[1] is None


def test_counts_add_up() -> None:
    assert ImportCounts(total=3, valid=2, inserted=2, invalid=1) + ImportCounts(total=1, dnc=1) == ImportCounts(
        total=4, valid=2, inserted=2, invalid=1, dnc=1
    )


def test_choices_survive_being_stored() -> None:
    chosen = ImportChoices(OnDuplicate.UPDATE, MatchBy.EXTERNAL_ID, 30, "GB", has_consent=False, delimiter=";")
    assert ImportChoices.from_record(chosen.as_record()) == chosen
    assert type(ImportChoices.from_record(chosen.as_record()).match_by) is MatchBy


@pytest.mark.parametrize(("days", "is_right"), [(None, True), (1, True), (3_650, True), (0, False), (3_651, False)])
def test_days_have_their_limits(days: int | None, is_right: bool) -> None:
    if is_right:
        assert ImportChoices(tenant_duplicates_days=days).check().tenant_duplicates_days == days
    else:
        with pytest.raises(Invalid):
            ImportChoices(tenant_duplicates_days=days).check()
