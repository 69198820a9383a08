"""From bytes to text: which encoding, and a decoder that takes a file piece by piece."""

import codecs
import io
import re

from dialer.domain.errors import Invalid

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ENCODINGS = re.compile(
    r"ascii|utf-(?:8|8-sig|16|16-le|16-be|32|32-le|32-be)|cp\d{3,4}|iso8859-\d{1,2}|koi8-[rtu]|mac-\w+"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|shift_jis|euc_jp|euc_kr|tis-620"
)
_CYRILLIC_ENCODINGS = ("cp1251", "koi8-r", "cp866")
# By itself: in cp1252, "Conceição" has two high bytes in a row as well.
_CYRILLIC_WORD = re.compile(r"(?<![A-Za-z])[Ѐ-ӿ]{2,}(?![A-Za-z])")
_PLAUSIBLE_WORD = re.compile(r"[А-ЯЁЀ-Џ]?[а-яёѐ-ӿ]+|[А-ЯЁЀ-Џ]+")
_DROPPED = ("\0", "\x1a", "\ufeff")


def detect_encoding(head: bytes, *, is_whole: bool) -> tuple[str, tuple[str, ...]]:
    """The encoding of a text that begins so, and others that it may be meant in.

    A byte order mark decides; else UTF-16 shows by its zeros, UTF-8 by being possible at all, Cyrillic by whole words
    of high bytes. What is left is taken for Western European, which no bytes can contradict.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            if not _decodes(head, encoding, is_whole=is_whole):
                raise Invalid.field("file", f"begins like {encoding} text but is not")
            return encoding, ()
    wide = _detect_utf_16(head)
    if wide is not None:
        return wide, ()
    if _decodes(head, "utf-8", is_whole=is_whole):
        return "utf-8", ()
    cyrillic = _detect_cyrillic(head)
    if cyrillic is not None:
        return cyrillic, ("cp1252",)
    if _decodes(head, "cp1252", is_whole=is_whole):
        return "cp1252", ("cp1251",)
    return "latin-1", ("cp1252", "cp1251")


class TextDecoder:
    """Turns the pieces of a file into text: one kind of line end, no byte order mark, no zero characters.

    A byte that the encoding does not have is read as Western European where that makes sense, as a list that is ASCII
    for its first megabytes may hold one such name at the end; `has_guessed` then tells.
    """

    def __init__(self, encoding: str):
        if not is_known_encoding(encoding):
            raise Invalid.field("encoding", f"{encoding[:40]!r} is not known; name one such as utf-8 or cp1252")
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._tolerant = codecs.getincrementaldecoder(encoding)(
            _AS_WESTERN if encoding in {"utf-8", "utf-8-sig", "cp1252"} else "replace"
        )
        self._line_ends = io.IncrementalNewlineDecoder(None, translate=True)
        self.has_guessed = False

    def decode(self, piece: bytes, *, is_last: bool) -> str:
        """The text of the next piece."""
        state = self._decoder.getstate()
        try:
            text = self._decoder.decode(piece, is_last)
        except UnicodeError:
            self.has_guessed = True
            self._tolerant.setstate(state)
            text = self._tolerant.decode(piece, is_last)
            self._decoder.setstate(self._tolerant.getstate())
        text = self._line_ends.decode(text, is_last)
        for character in _DROPPED:
            text = text.replace(character, "")
        return text


def is_known_encoding(name: str) -> bool:
    """Tell whether lists may be written so. Python's codecs know more, some of which give no text at all."""
    try:
        canonical = codecs.lookup(name).name
    except (LookupError, ValueError):
        return False
    return _ENCODINGS.fullmatch(canonical) is not None


def looks_binary(text: str) -> bool:
    """Tell whether a decoded beginning has more control characters than any list."""
    sample = text[:65_536]
    controls = sum(1 for character in sample if character < " " and character not in "\t\n\r\f\v")
    return controls > 5 and controls * 100 > len(sample)


def _decodes(head: bytes, encoding: str, *, is_whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(head, is_whole)
    except UnicodeDecodeError:
        return False
    return True


def _detect_utf_16(head: bytes) -> str | None:
    """UTF-16 without its mark: digits, separators and Latin letters have a zero byte on one side, always the same."""
    even, odd = head[::2], head[1::2]
    least = max(len(even) // 5, 2)
    if odd.count(0) >= least and even.count(0) * 5 <= odd.count(0):
        return "utf-16-le"
    if even.count(0) >= least and odd.count(0) * 5 <= even.count(0):
        return "utf-16-be"
    return None


def _detect_cyrillic(head: bytes) -> str | None:
    """Cyrillic letters stand together, and within a word capitals come first: in the wrong encoding they do not."""

    def plausibility(encoding: str) -> float:
        words = _CYRILLIC_WORD.findall(head.decode(encoding, "replace"))
        letters = sum(map(len, words))
        high = sum(1 for byte in head if byte >= 0x80)
        if not words or letters < 0.7 * high:
            return 0
        return sum(len(word) for word in words if _PLAUSIBLE_WORD.fullmatch(word)) / letters

    best = max(_CYRILLIC_ENCODINGS, key=plausibility)
    return best if plausibility(best) >= 0.7 else None


def _read_as_western(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in wrong), error.end


_AS_WESTERN = "dialer.as_western"
codecs.register_error(_AS_WESTERN, _read_as_western)
