"""Files that are no lists of rows, told by their first bytes, so that a refusal can say what was uploaded instead."""

import re

from dialer.domain.errors import Invalid

ZIP = b"PK\x03\x04"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls), or one protected with a password"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"BZh", "a compressed file (bzip2)"),
    (b"\xfd7zXZ\x00", "a compressed file (xz)"),
    (b"\x28\xb5\x2f\xfd", "a compressed file (zstd)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"SQLite format 3", "a database file"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_MARKUP = re.compile(r"\s*<(?:!doctype\b|html\b|table\b|\?xml\b|[a-z]+:workbook\b)", re.IGNORECASE)
_RIFF_IMAGE = re.compile(rb"RIFF....WEBP", re.DOTALL)


def refuse_foreign_bytes(head: bytes) -> None:
    """Raise Invalid for what is known to be neither text nor a workbook."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            raise foreign(name)
    if _RIFF_IMAGE.match(head):
        raise foreign("an image")


def refuse_foreign_text(text: str) -> None:
    """Raise Invalid for text that is no table."""
    if _MARKUP.match(text):
        raise foreign("a web page or XML, although its name may say something else")
    if text.startswith("BEGIN:VCARD"):
        raise foreign("a file of address cards")
    if re.match(r'\s*(?:\{\s*"|\[\s*[\[{])', text):
        raise foreign("JSON")


def refuse_foreign_archive(names: list[str]) -> None:
    """Raise Invalid for ZIP archives that are no workbook, told by what is in them."""
    if any(name.startswith("xl/") and not name.endswith(".bin") for name in names) and "xl/workbook.bin" not in names:
        return
    if any(name.startswith("xl/") for name in names):
        raise foreign("a binary Excel workbook (.xlsb)")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise foreign("an Office document, but no workbook")
    if "mimetype" in names:
        raise foreign("an OpenDocument file")
    if any(name.startswith("Index/") for name in names):
        raise foreign("a Numbers document")
    raise foreign("a ZIP archive; unpack it first")


def foreign(name: str) -> Invalid:
    """The refusal."""
    return Invalid.field("file", f"is {name}; save the list as CSV or XLSX and upload that")
