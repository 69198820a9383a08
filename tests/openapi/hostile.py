"""What people put into fields who mean harm, or whose programs are broken. What no client sends: test_raw_requests."""

import io
import zipfile
from typing import Any

from hypothesis import strategies as st
from schemathesis import Case

TEXTS = [
    "\0",
    "a\0b",
    "\ufeff\u202e\u200b\u2066",
    "e\u0301" * 100,
    "\U0010ffff",
    "'; drop table leads; --",
    "' or '1'='1",
    "%(id)s %s {0} {id} ${id} :id",
    "\\x00\\u0000\\",
    "=cmd|'/c calc'!A0",
    "+1+1",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "%00%ff%2e%2e",
    "\r\nSet-Cookie: a=b",
    "x" * 100_000,
    "9" * 400,
    "1e400",
    "NaN",
    "-0",
    "Infinity",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+00:00",
    "2026-02-30",
    "2026-03-08T02:30:00-05:00",
    "+00000000000000",
    "++1415",
    "\u0661\u0664\u0661\u0665",
    "\u00b2\u00b3",
    "http://169.254.169.254/",
    "00000000-0000-0000-0000-000000000000",
    "true",
    " ",
]
NUMBERS = [2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 10**400, 1e308, -1, 0, 0.1, -0.0, 1e-320]
OTHERS = [None, True, [], {}, [None], {"": ""}, {"\0": 1}]


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    return made.getvalue()


FILES = [
    b"",
    b"\0" * 100,
    b"\xff\xfe",
    b"\xff\xfe\x00\xd8",
    b"phone\n" + b"\xff" * 50,
    b'phone,name\n"+14155552671,a\n',
    b"phone\n=cmd|' /c calc'!A0\n",
    b"phone" + b"," * 50_000 + b"\n1\n",
    b"phone\n" + b"9" * 200_000 + b"\n",
    b"PK\x03\x04" + b"\0" * 40,
    b"phone,phone,phone\n+14155552671,1,2\n",
    b"phone,first_name\n+14155552671,\xed\xa0\x80\n",
    b"phone,first_name\n+14155552671,a\0b\n",
    _bomb(),
]


def make_hostile(case: Case, data: st.DataObject) -> None:
    """Replace one value of a request, anywhere in its query or its body."""
    places = [*_places(case.query), *_places(case.body)]
    if not places:
        return
    holder, key = data.draw(st.sampled_from(places), label="place")
    if key == "file":
        holder[key] = data.draw(st.sampled_from(FILES), label="hostile file")
    elif holder is case.query or case.media_type == "multipart/form-data":
        holder[key] = data.draw(st.sampled_from(TEXTS), label="hostile text")
    else:
        holder[key] = data.draw(st.sampled_from([*TEXTS, *NUMBERS, *OTHERS]), label="hostile value")


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every value inside, as what holds it and where."""
    if isinstance(node, dict):
        pairs = list(node.items())
    elif isinstance(node, list):
        pairs = list(enumerate(node))
    else:
        return []
    return [(node, key) for key, _ in pairs] + [place for _, value in pairs for place in _places(value)]
