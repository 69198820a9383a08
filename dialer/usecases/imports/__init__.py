"""Imports of files of any size, whatever their rows are: kept, run in the background, resumed, looked at, cancelled.

A kind of import (leads, a registry's numbers) brings what is its own as an `ImportKind`; all of them are named in
`usecases.import_kinds`.
"""

from dialer.store.import_problems import ImportProblem as ImportProblem
from dialer.usecases.imports.progress import Teller
from dialer.usecases.imports.run import RUN, SWEEP, end_import, note_guesses, run_import
from dialer.usecases.imports.sweeps import sweep_imports
from dialer.usecases.imports.uploads import KeptFile, Upload, keep_file
from dialer.usecases.imports.views import (
    ImportPage,
    ImportReport,
    ImportView,
    cancel_import,
    list_imports,
    load_import,
    stream_problems,
)
from dialer.usecases.imports.work import BatchOutcome, ImportKind, ImportWork, Kinds

__all__ = [
    "RUN",
    "SWEEP",
    "BatchOutcome",
    "ImportKind",
    "ImportPage",
    "ImportProblem",
    "ImportReport",
    "ImportView",
    "ImportWork",
    "KeptFile",
    "Kinds",
    "Teller",
    "Upload",
    "cancel_import",
    "end_import",
    "keep_file",
    "list_imports",
    "load_import",
    "note_guesses",
    "run_import",
    "stream_problems",
    "sweep_imports",
]
