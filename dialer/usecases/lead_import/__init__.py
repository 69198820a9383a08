"""Importing lists of leads: planned, previewed, done at once or in the background."""

from dialer.usecases.lead_import.mappings import ImportMapping, MappingPage, forget_mapping, list_mappings
from dialer.usecases.lead_import.plan import KIND, ImportRequest
from dialer.usecases.lead_import.preview import ImportPreview, ShownColumn, ShownRow, preview_import
from dialer.usecases.lead_import.upload import MAX_BYTES_AT_ONCE, MAX_ROWS_AT_ONCE, TEMPLATE, import_leads
from dialer.usecases.lead_import.work import LeadImports

__all__ = [
    "KIND",
    "MAX_BYTES_AT_ONCE",
    "MAX_ROWS_AT_ONCE",
    "TEMPLATE",
    "ImportMapping",
    "ImportPreview",
    "ImportRequest",
    "LeadImports",
    "MappingPage",
    "ShownColumn",
    "ShownRow",
    "forget_mapping",
    "import_leads",
    "list_mappings",
    "preview_import",
]
