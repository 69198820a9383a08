"""Cells that no spreadsheet can evaluate, and their way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.spreadsheet_cells import neutralise, restore

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_could_be_evaluated_gets_an_apostrophe(sign: str) -> None:
    assert neutralise(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("cell", ["", "Ann", "O'Neil", "'tis", "1-2", "a=b", "4155550132"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert (neutralise(cell), restore(cell)) == (cell, cell)


def test_blanks_before_the_sign_do_not_hide_it() -> None:
    assert neutralise("  =1+1") == "'  =1+1"


def test_a_number_loses_the_apostrophe_that_the_export_gave_it() -> None:
    assert restore(neutralise("+14155550132")) == "+14155550132"


@given(st.text(alphabet=SIGNS + "' a1", max_size=8))
def test_every_cell_comes_back_as_it_was_and_is_harmless_on_its_way(cell: str) -> None:
    written = neutralise(cell)
    assert restore(written) == cell
    assert written.lstrip(" ")[:1] not in tuple(SIGNS)
