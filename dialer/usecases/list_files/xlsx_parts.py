"""The parts of a workbook apart from its rows: which sheets there are, how numbers are shown, the texts of cells."""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from xml.etree.ElementTree import Element  # nosec B405 # a type; what parses is defusedxml
from xml.parsers import expat

from defusedxml import ElementTree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from dialer.domain.errors import Invalid
from dialer.usecases.list_files.foreign import refuse_foreign_archive

# Unpacked: a sheet of a million rows with ten columns is some 600 MB; its texts, which are held in memory, far less.
_MAX_UNPACKED_BYTES = 2 * 1024**3
_MAX_TEXTS_BYTES = 96 * 1024**2
_MAX_SMALL_BYTES = 8 * 1024**2
_MAX_RATIO = 200
_MAX_PARTS = 10_000
_PIECE_BYTES = 64 * 1024
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STYLES, _TEXTS = "xl/styles.xml", "xl/sharedStrings.xml"
_PADDED = re.compile(r"0{2,20}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """A sheet by its name, and the part that holds its rows."""

    title: str
    part: str
    is_visible: bool


@dataclass(frozen=True)
class Shown:
    """How a style shows a number: as a date, or with at least so many digits."""

    is_date: bool = False
    digits: int = 0


class PartHandler(Protocol):
    """What is told of the elements of a part, as expat tells them."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text within an element."""


class Parts:
    """An opened workbook. Its parts are weighed before any of them is unpacked."""

    def __init__(self, file: Any):
        file.seek(0)
        self._archive = zipfile.ZipFile(file)
        self._sizes = {part.filename: part.file_size for part in self._archive.infolist()}
        _refuse_dangerous(self._archive.infolist())
        book = self._tree(_BOOK)
        properties = next(_children(book, "workbookPr"), None)
        self.is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.sheets = self._read_sheets(book)

    def styles(self) -> list[Shown]:
        """How each style of cells shows numbers."""
        if _STYLES not in self._sizes:
            return []
        tree = self._tree(_STYLES)
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        for each in _children(tree, "numFmt"):
            formats[int(each.get("numFmtId", "0"))] = each.get("formatCode", "")
        cells: Sequence[Element] = next((list(each) for each in _children(tree, "cellXfs")), [])
        return [_shown(formats.get(int(each.get("numFmtId", "0")), "General")) for each in cells]

    def texts(self) -> list[str]:
        """The texts that cells point to, in their order."""
        handler = _TextHandler()
        if _TEXTS in self._sizes:
            for _ in self.read(_TEXTS, handler):
                pass
        return handler.found

    def read(self, part: str, handler: PartHandler) -> Iterator[None]:
        """Read a part, however large; yields now and then, so that what the handler found can be taken from it.

        Document types are refused: without one no entity can be declared, neither one that expands nor one that names
        a file.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text
        with self._archive.open(part) as stream:
            while piece := stream.read(_PIECE_BYTES):
                parser.Parse(piece, False)  # noqa: FBT003 -- expat's own
                yield
            parser.Parse(b"", True)  # noqa: FBT003
        yield

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._archive.close()

    def _tree(self, part: str) -> Element:
        root: Element = ElementTree.fromstring(self._archive.read(part), forbid_dtd=True)
        return root

    def _read_sheets(self, book: Element) -> list[Sheet]:
        links = {each.get("Id"): each for each in _children(self._tree(_LINKS), "Relationship")}
        sheets = []
        for each in _children(book, "sheet"):
            link = links[next(value for name, value in each.items() if name.endswith("}id"))]
            # Charts have sheets of their own, without rows.
            if link.get("Type", "").endswith("/worksheet"):
                part = posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/")
                sheets.append(Sheet(each.get("name", ""), part, each.get("state", "visible") == "visible"))
        return sheets


class _TextHandler:
    """Collects texts. One may come in several pieces, each with a look of its own; how it is spoken is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._is_spoken = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "t":
            self._is_text = not self._is_spoken
        elif tag == "rPh":
            self._is_spoken = True

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "t":
            self._is_text = False
        elif tag == "rPh":
            self._is_spoken = False
        elif tag == "si":
            self.found.append(unescape("".join(self._pieces)))
            self._pieces.clear()

    def text(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)


def unescape(text: str) -> str:
    """A text of a cell with one kind of line end, and characters that XML cannot hold put back or dropped."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "")


def _children(tree: Element, tag: str) -> Iterator[Element]:
    """The elements of this name, in whatever namespace: there are two editions of the standard."""
    return (each for each in tree.iter() if isinstance(each.tag, str) and each.tag.rpartition("}")[2] == tag)


def _shown(number_format: str) -> Shown:
    if _PADDED.fullmatch(number_format):
        return Shown(digits=len(number_format))
    return Shown(is_date=bool(is_date_format(number_format)))


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a document type is declared")


def _refuse_dangerous(parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse what is no workbook, and one that would not fit when unpacked.

    What an archive declares is what at most is read of it: the library stops there, and then finds the sum wrong.
    """
    refuse_foreign_archive([part.filename for part in parts])
    if any(part.flag_bits & 1 for part in parts):
        raise Invalid.field("file", "is protected with a password; save it without one")
    sizes = {part.filename: part.file_size for part in parts}
    unpacked, packed = sum(sizes.values()), sum(part.compress_size for part in parts)
    is_bomb = unpacked > 10 * 1024**2 and unpacked > _MAX_RATIO * packed
    is_heavy = unpacked > _MAX_UNPACKED_BYTES or sizes.get(_TEXTS, 0) > _MAX_TEXTS_BYTES
    is_odd = len(parts) > _MAX_PARTS or max(sizes.get(part, 0) for part in (_BOOK, _LINKS, _STYLES)) > _MAX_SMALL_BYTES
    if is_bomb or is_heavy or is_odd:
        raise Invalid.field("file", "is too large for a workbook when unpacked; save the list as CSV and upload that")
