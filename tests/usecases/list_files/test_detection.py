"""What a file is taken for, from its beginning."""

import json

import pytest

from dialer.domain.errors import Invalid
from dialer.usecases.list_files import FileDialect, detect_dialect, open_list
from tests.usecases.list_files.files import dialect_of, open_bytes, read, source_of

PORTUGUESE = "phone,name\n4155550132,Conceição Magalhães\n4155550133,Assunção\n"
WESTERN = "phone,name\n4155550132,Zoë Müller\n4155550133,José\n"
RUSSIAN = "телефон;имя;город\n9161234567;Ольга Петрова;Санкт-Петербург\n9161234568;ИВАН Сидоров;Москва\n"


@pytest.mark.parametrize(
    ("text", "encoding", "detected"),
    [
        (WESTERN, "utf-8", "utf-8"),
        (WESTERN, "utf-8-sig", "utf-8-sig"),
        (WESTERN, "utf-16", "utf-16"),
        (WESTERN, "utf-32", "utf-32"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (WESTERN, "cp1252", "cp1252"),
        (PORTUGUESE, "cp1252", "cp1252"),
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "cp866", "cp866"),
    ],
)
def test_the_encoding_is_found_and_the_text_read(text: str, encoding: str, detected: str) -> None:
    content = text.encode(encoding)
    assert dialect_of(content).encoding == detected
    cells = text.replace(";", ",").split("\n")[1].split(",")
    assert read(content)[0] == tuple(cells)


def test_bytes_that_no_western_encoding_has_are_kept_apart_and_told() -> None:
    content = b"phone,name\n4155550132,Zo\x81\xeb\n"
    dialect = dialect_of(content)
    assert (dialect.encoding, dialect.alternatives) == ("latin-1", ("cp1252", "cp1251"))
    assert any("encoding" in note for note in dialect.notes)


def test_zeros_among_wide_text_do_not_hide_what_it_is() -> None:
    content = RUSSIAN.replace("9161234567", "\0\0" + "9161234567").encode("utf-16-le")
    assert read(content)[0][0] == "9161234567"


@pytest.mark.parametrize(("encoding", "other"), [("cp1251", "cp1252"), ("cp1252", "cp1251")])
def test_an_encoding_that_was_guessed_names_what_else_it_may_be(encoding: str, other: str) -> None:
    text = RUSSIAN if encoding == "cp1251" else WESTERN
    assert other in dialect_of(text.encode(encoding)).alternatives


def test_plain_text_and_marked_text_leave_no_question() -> None:
    assert dialect_of("phone\n4155550132\n").alternatives == ()
    assert dialect_of(WESTERN.encode("utf-16")).alternatives == ()


def test_a_character_cut_in_half_by_the_end_of_the_head_is_no_reason_for_doubt() -> None:
    head = "phone,name\n4155550132,Zoë".encode()[:-1]
    assert detect_dialect(head, filename="x.csv", is_whole=False).encoding == "utf-8"
    assert detect_dialect(head, filename="x.csv", is_whole=True).encoding == "cp1252"


def test_a_western_name_far_behind_plain_text_is_read_and_told() -> None:
    content = b"phone,name\n" + b"4155550132,Ann\n" * 100_000 + b"4155550133,Zo\xeb\n"
    opened = open_bytes(content)
    *_, last = opened.batches()
    assert [column[-1] for column in last.columns] == ["4155550133", "Zoë"]
    assert opened.has_guessed


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("phone,name\n4155550132,Ann\n", ","),
        ("phone;name\n4155550132;Ann\n", ";"),
        ("phone\tname\n4155550132\tAnn\n", "\t"),
        ("phone|name\n4155550132|Ann\n", "|"),
        ("phone\n4155550132\n", ","),
        ("name;phone\nSmith, John;4155550132\nDoe, Jane;4155550133\n", ";"),
        ('name,note\n"a;b;c",x\n"d;e;f",y\n', ","),
        ('phone;price\n4155550132;1,50\n4155550133;2,75\n', ";"),
        ("sep=;\nphone;name\n4155550132;Ann\n", ";"),
        ('"sep=|"\nphone|name\n4155550132|Ann\n', "|"),
        ("sep=^\nphone^name\n4155550132^Ann\n", "^"),
        ("sep=\t\nphone\tname\n4155550132\tAnn\n", "\t"),
        ('phone,notes\n4155550132,"one\ntwo; three; four\nfive"\n4155550133,x\n', ","),
    ],
)  # fmt: skip
def test_the_delimiter_is_found(text: str, delimiter: str) -> None:
    assert dialect_of(text).delimiter == delimiter
    assert len(read(text)[0]) == text.split("\n")[0 if "sep" not in text else 1].count(delimiter) + 1


def test_the_line_that_names_the_delimiter_is_no_row() -> None:
    dialect = dialect_of("sep=;\n\nphone;name\n4155550132;Ann\n")
    assert dialect.header_row == 2
    [batch] = open_bytes("sep=;\n\nphone;name\n4155550132;Ann\n").batches()
    assert list(batch.numbers) == [3]


class TestTheHeader:
    @pytest.mark.parametrize(
        ("text", "row", "header"),
        [
            ("phone,name\n4155550132,Ann\n", 1, ("phone", "name")),
            ("\n\n,\nphone,name\n4155550132,Ann\n", 4, ("phone", "name")),
            ("Our customers,\nphone,name\n4155550132,Ann\n", 2, ("phone", "name")),
            ("Leads 2026\n\nphone,name\n4155550132,Ann\n", 3, ("phone", "name")),
            ("Report,by,Ann\nphone,first name,city\n4155550132,Ann,X\n", 2, ("phone", "first name", "city")),
            ("Raqam,Ism\n4155550132,Ann\n", 1, ("Raqam", "Ism")),
            ("Mijozlar\nRaqam,Ism\n4155550132,Ann\n", 2, ("Raqam", "Ism")),
            ("phone\n4155550132\n", 1, ("phone",)),
        ],
    )
    def test_is_found_also_under_titles_and_blank_rows(self, text: str, row: int, header: tuple[str, ...]) -> None:
        dialect = dialect_of(text)
        assert (dialect.has_header, dialect.header_row) == (True, row)
        opened = open_bytes(text)
        assert opened.header == header
        assert [list(batch.numbers) for batch in opened.batches()] == [[row + 1]]

    def test_under_a_title_is_told(self) -> None:
        [note] = dialect_of("Our customers\nphone,name\n4155550132,Ann\n").notes
        assert "Row 2" in note
        assert "'Our customers'" in note

    @pytest.mark.parametrize("text", ["4155550132,Ann\n4155550133,Bob\n", "+4479460018\n", "Ann,(415) 555-0132\n"])
    def test_is_made_up_where_the_first_row_holds_a_number(self, text: str) -> None:
        opened = open_bytes(text)
        assert not opened.dialect.has_header
        assert opened.header[0] == "column 1"
        assert rows_start(opened.dialect, text) == 1
        assert any("no header" in note for note in opened.dialect.notes)

    def test_is_not_looked_for_among_the_rows(self) -> None:
        """Somebody may be called Name, and a phone be of type Mobile."""
        text = "4155550132,Ann\n4155550133,Name\nphone,name\n"
        assert not dialect_of(text).has_header
        assert len(read(text)) == 3

    def test_may_have_columns_without_a_name(self) -> None:
        assert open_bytes("phone,,name,\n4155550132,x,Ann,\n").header == ("phone", "", "name")
        assert open_bytes("phone,,name,\n4155550132,x,Ann,y\n").header == ("phone", "", "name", "")


def rows_start(dialect: FileDialect, text: str) -> int:
    [batch] = open_list(source_of(text.encode()), dialect).batches()
    return batch.numbers[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n\r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"\0" * 5000, "is empty"),
        (b",,,\n;;;\n", "no rows"),
        (b"phone,name\n", "header but no rows"),
        (b"phone,name\n,\n\n,\n" + b"\n" * 500, "header but no rows"),
        (b"\xff\xfe\x00", "utf-16"),
        (b"phone," + b",".join(b"c%d" % n for n in range(10_000)) + b"\n" + b"1," * 10_000 + b"1\n", "10,001 columns"),
    ],
    ids=["nothing", "blank", "only-a-mark", "only-a-wide-mark", "zeros", "only-separators", "header-only",
         "header-and-blank", "half-a-character", "ten-thousand-columns"],
)  # fmt: skip
def test_a_file_with_nothing_to_read_says_so(content: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        open_bytes(content)


def test_a_dialect_survives_its_record() -> None:
    dialect = dialect_of("Title\nphone;name\n4155550132;Zoë\n".encode("cp1252"))
    assert FileDialect.from_record(json.loads(json.dumps(dialect.as_record()))) == dialect


class TestWhatSomebodyKnowsBetter:
    def test_is_an_encoding(self) -> None:
        content = "phone,name\n4155550132,Łódź\n".encode("cp1250")
        dialect = detect_dialect(content, filename="x.csv", is_whole=True, encoding="cp1250")
        assert (dialect.encoding, dialect.alternatives, dialect.notes) == ("cp1250", (), ())
        assert open_list(source_of(content), dialect).sample() == [("4155550132", "Łódź")]

    def test_is_a_delimiter_by_which_the_header_is_then_found(self) -> None:
        content = b"Our list\nname phone\nAnn 4155550132\n"
        dialect = detect_dialect(content, filename="x.csv", is_whole=True, delimiter=" ")
        assert (dialect.delimiter, dialect.header_row) == (" ", 2)

    @pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "zip", "idna", "unicode_escape", "\0", "x" * 5000])
    def test_is_refused_when_it_is_none(self, encoding: str) -> None:
        with pytest.raises(Invalid, match="encoding"):
            detect_dialect(b"phone\n1\n", filename="x.csv", is_whole=True, encoding=encoding)


def test_a_row_that_is_not_well_quoted_moves_no_other() -> None:
    text = 'a "title, "of sorts\n"never closed\nphone,name\n4155550132,Ann\n'
    assert dialect_of(text).header_row == 3
