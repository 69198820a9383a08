"""Files that are no lists: each refusal says what was uploaded, and what to do."""

import bz2
import gzip
import io
import lzma
import random
import zipfile

import pytest

from dialer.domain.errors import Invalid
from tests.usecases.list_files.files import dialect_of, open_bytes


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"old Excel workbook \(.xls\)"),
        (gzip.compress(b"phone\n4155550132\n", mtime=0), "gzip"),
        (bz2.compress(b"phone\n"), "bzip2"),
        (lzma.compress(b"phone\n"), "xz"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7-Zip"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
        (b"GIF89a\x01", "image"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image"),
        (b"SQLite format 3\0", "database"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\x7fELF\x02\x01", "program"),
        (b"{\\rtf1\\ansi phone}", "rich text"),
        (b"<!DOCTYPE html><html><table><tr><td>phone</td></tr></table>", "web page"),
        (b"\n <table border=1><tr><td>phone</td></tr></table>", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b'[{"phone": "4155550132"}]', "JSON"),
        (b'{"phone": "4155550132"}', "JSON"),
        (b"BEGIN:VCARD\nTEL:4155550132\n", "address cards"),
        (random.Random(7).randbytes(5_000), "not a text file"),
        (bytes(range(256)) * 20, "not a text file"),
        (archive("list.csv"), "ZIP archive; unpack it"),
        (archive("word/document.xml"), "no workbook"),
        (archive("mimetype", "content.xml"), "OpenDocument"),
        (archive("xl/workbook.bin", "xl/worksheets/sheet1.bin"), "xlsb"),
        (archive("Index/Document.iwa"), "Numbers"),
        (archive("xl/workbook.xml")[:60], "damaged Excel workbook"),
        (b"PK\x05\x06" + b"\0" * 18, "empty ZIP"),
    ],
    # Some of these files hold the time, and a test's name must not.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_the_refusal_says_what_it_is(content: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        dialect_of(content, filename="leads.csv")


@pytest.mark.parametrize(
    "content", [b"[phone],name\n4155550132,x\n", b"<phone>,name\n4155550132,x\n", b"BZ,phone\nx,1\n"]
)
def test_what_merely_begins_alike_is_read(content: bytes) -> None:
    assert len(open_bytes(content).header) == 2


def test_some_control_characters_make_no_binary_file() -> None:
    assert open_bytes(b"phone,note\n4155550132,a\x0bb\x0cc\x01\n").header == ("phone", "note")
