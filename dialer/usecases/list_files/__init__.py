"""Lists as people upload them, CSV, TSV or XLSX, read as a stream: what the file is, its header, batches of its rows.

pandas and openpyxl stay in here; rows come out as columns of plain texts. What they mean is for `domain.lead_rows`.
"""

from collections.abc import Callable
from typing import BinaryIO

from dialer.usecases.list_files.csv_reader import CsvFile
from dialer.usecases.list_files.detect import detect_dialect
from dialer.usecases.list_files.dialect import FileDialect
from dialer.usecases.list_files.list_file import MAX_COLUMNS, ListFile, RowBatch

__all__ = ["MAX_COLUMNS", "FileDialect", "ListFile", "RowBatch", "detect_dialect", "open_list"]


def open_list(source: Callable[[], BinaryIO], dialect: FileDialect) -> ListFile:
    """Open a file for reading. `source` gives its bytes afresh at every call; they need not be seekable.

    Raises Invalid for a file without a header, with too many columns, or that is not what its dialect says.
    """
    if dialect.format == "xlsx":
        from dialer.usecases.list_files.xlsx_reader import XlsxFile  # here: few processes ever meet a workbook

        return XlsxFile(source, dialect)
    return CsvFile(source, dialect)
