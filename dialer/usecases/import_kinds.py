"""Every kind of import, by its name."""

from dialer.usecases import lead_import, suppressions_imports
from dialer.usecases.imports import Kinds

KINDS: Kinds = {lead_import.KIND: lead_import.LeadImports(), **suppressions_imports.KINDS}
