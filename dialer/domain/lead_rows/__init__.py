"""Rows of imported lists: which column means what, and what a row says about a lead.

Reading files is for `usecases.list_files`; here headers and cells are texts, and no row makes anything raise.
"""

from dialer.domain.lead_rows.aliases import ALIASES, ALTERNATES, CUSTOM_PREFIX, IGNORED, TARGETS, normalize_header
from dialer.domain.lead_rows.countries import parse_country
from dialer.domain.lead_rows.drafts import PRIORITIES, LeadDraft, RowProblem, Severity
from dialer.domain.lead_rows.judging import judge_batch
from dialer.domain.lead_rows.mapping import (
    ColumnMapping,
    ColumnProposal,
    MappingProposal,
    looks_like_phone,
    propose_mapping,
)
from dialer.domain.lead_rows.phones import RowOptions

__all__ = [
    "ALIASES",
    "ALTERNATES",
    "CUSTOM_PREFIX",
    "IGNORED",
    "PRIORITIES",
    "TARGETS",
    "ColumnMapping",
    "ColumnProposal",
    "LeadDraft",
    "MappingProposal",
    "RowOptions",
    "RowProblem",
    "Severity",
    "judge_batch",
    "looks_like_phone",
    "normalize_header",
    "parse_country",
    "propose_mapping",
]
