"""Rows for judging: cells by their headers, one row or several."""

from collections.abc import Mapping

from dialer.domain.lead_rows import LeadDraft, RowOptions, RowProblem, judge_batch, propose_mapping


def judge(
    *rows: Mapping[str, str], region: str = "US", options: RowOptions | None = None
) -> tuple[list[LeadDraft | None], list[RowProblem]]:
    """Judge rows that all have the same headers."""
    mapping = propose_mapping(list(rows[0])).mapping
    columns = [[row[header] for row in rows] for header in rows[0]]
    return judge_batch(columns, mapping, default_region=region, options=options or RowOptions())


def draft_of(region: str = "US", options: RowOptions | None = None, /, **cells: str) -> LeadDraft:
    """The draft of a row with this phone unless another is given; headers with spaces are written with underscores."""
    row = {"phone": "+14155552671", **{name.replace("_", " "): cell for name, cell in cells.items()}}
    [draft], _ = judge(row, region=region, options=options)
    assert draft is not None
    return draft


def problem_of(region: str = "US", options: RowOptions | None = None, /, **cells: str) -> RowProblem:
    """The one problem of such a row."""
    row = {"phone": "+14155552671", **{name.replace("_", " "): cell for name, cell in cells.items()}}
    _, [problem] = judge(row, region=region, options=options)
    return problem
