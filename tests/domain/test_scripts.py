"""Scripts: what their markup means, what fills them, and that nothing that stands in a lead becomes markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.errors import Invalid
from dialer.domain.scripts import (
    MAX_SCRIPT_CHARACTERS,
    Block,
    Span,
    check_script,
    fill_script,
    known_fields,
    parse_script,
    show_script,
)

SARA = {"first_name": "Sara", "agent_name": "Ben", "custom:Company": "ABC", "custom:vip": True, "custom:Seats": 5}


def fill(text, values=SARA):
    return fill_script(parse_script(text), values)


def read(blocks):
    return ["".join(span.text for span in block.spans) for block in blocks]


def plain(text):
    return (Span(text),)


def test_lines_are_headings_paragraphs_and_items():
    text = "# Opening\nHello.\nHow are you?\n\n- one\n  - deeper\n1. first\n### Close"
    assert fill(text) == (
        Block("heading", 1, plain("Opening")),
        Block("paragraph", 0, plain("Hello.\nHow are you?")),
        Block("bullet", 1, plain("one")),
        Block("bullet", 2, plain("deeper")),
        Block("number", 1, plain("first")),
        Block("heading", 3, plain("Close")),
    )


def test_bold_is_what_stands_between_two_pairs_of_asterisks():
    (block,) = fill("Say **now** or never")
    assert block.spans == (Span("Say "), Span("now", bold=True), Span(" or never"))


@pytest.mark.parametrize("text", ["2 ** 3", "a * b", "#no heading", "-5 degrees", "{", "}{", "{}", "{ }", "1.5 litres"])
def test_what_is_no_markup_is_text(text):
    assert fill(text) == (Block("paragraph", 0, plain(text)),)


@pytest.mark.parametrize(
    ("escaped", "shown"),
    [
        (r"\# x", "# x"),
        (r"\- x", "- x"),
        (r"1\. x", "1. x"),
        (r"\{first_name\}", "{first_name}"),
        (r"\*\*x\*\*", "**x**"),
    ],
)
def test_a_backslash_makes_it_plain(escaped, shown):
    assert fill(escaped) == (Block("paragraph", 0, plain(shown)),)


def test_fields_are_filled_in_and_named():
    (block,) = fill("Hi **{first_name}**, {agent_name} here")
    assert block.spans[1] == Span("Sara", bold=True, field="first_name")
    assert read((block,)) == ["Hi Sara, Ben here"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{last_name|there}", "there"),
        ("{first_name|there}", "Sara"),
        ("{ First_Name }", "Sara"),
        ("{custom:company}", "ABC"),
        ("{Custom: Company}", "ABC"),
        ("{custom:vip}", "yes"),
        ("{custom:Seats}", "5"),
        ("{custom:none|none at all}", "none at all"),
    ],
)
def test_a_field_takes_its_value_or_its_fallback(text, shown):
    assert read(fill(text)) == [shown]


@pytest.mark.parametrize("value", [None, "", "  ", [], {}])
def test_a_field_without_value_and_fallback_is_told_to_be_missing(value):
    (block,) = fill("{last_name}", {"last_name": value})
    assert block.spans == (Span("", field="last_name", is_missing=True),)


def test_for_nobody_in_particular_fields_show_their_names():
    assert read(show_script(parse_script("Hi {first_name|there}"))) == ["Hi {first_name}"]


def test_fields_that_nobody_fills_are_warned_of_with_what_there_is():
    script = parse_script("{first_name}\n\n{firstname}\n{company}\n{custom:Ref|x}\n{custom:}")
    found = check_script(script, ["Company", "Plan"])
    assert [(warning.line, warning.field) for warning in found] == [
        (3, "firstname"), (4, "company"), (5, "custom:Ref"), (6, "custom:"),
    ]  # fmt: skip
    assert all(name in found[0].message for name in known_fields(["Company", "Plan"]))
    assert "{custom:Company}" in found[1].message


def test_a_campaign_without_leads_may_name_any_custom_field():
    assert check_script(parse_script("{custom:Company}"), []) == ()


def test_a_script_has_its_limit():
    parse_script("x" * MAX_SCRIPT_CHARACTERS)
    with pytest.raises(Invalid):
        parse_script("x" * (MAX_SCRIPT_CHARACTERS + 1))


MARKUP = st.text(alphabet="ab #-*{}|\\:.1\n\r\t_", max_size=200)


@given(MARKUP)
def test_every_text_can_be_read_and_outside_of_fields_no_letter_gets_lost(text):
    shown = "".join(read(fill(text.replace("{", "("), {})))
    assert [letter for letter in shown if letter in "ab"] == [letter for letter in text if letter in "ab"]


@given(MARKUP, MARKUP.map(str.strip))
def test_what_stands_in_a_lead_never_becomes_markup(script, value):
    text = f"{script}\n\nHello {{first_name}}!"
    plain_blocks, odd_blocks = fill(text, {"first_name": "Sara"}), fill(text, {"first_name": value})
    assert [(block.kind, block.level, len(block.spans)) for block in plain_blocks] == [
        (block.kind, block.level, len(block.spans)) for block in odd_blocks
    ]
    assert odd_blocks[-1].spans[1] == Span(value, field="first_name", is_missing=not value)


@given(MARKUP)
def test_blocks_have_the_levels_that_are_promised(text):
    levels = {"paragraph": {0}, "heading": {1, 2, 3}, "bullet": {1, 2, 3}, "number": {1, 2, 3}}
    assert all(block.level in levels[block.kind] for block in fill(text))
