"""The key-press by which somebody opts out of an abandonment message, and the sentence that offers it."""

import pytest

from dialer.domain.opt_outs import opt_out_key, with_opt_out

OFFER = "To not be called again, press 9."


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("Press 9 to opt out.", "9"),
        ("To stop our calls, press the nine key.", "9"),
        ("Please press the 2 key never to be called again.", "2"),
        ("Press 2 to opt out, or call 1 800 555 0199.", "2"),
        ("Press star and we will not call again.", "*"),
        ("Drücken Sie die Taste 9, um keine Anrufe zu erhalten.", "9"),
        ("Appuyez sur la touche 9.", "9"),
        ("Press 1 to talk to us, press 9 to stop.", "9"),
        ("Нажмите 9.", "9"),
    ],
)
def test_a_message_that_names_its_key_is_spoken_as_it_is(message: str, key: str) -> None:
    assert (opt_out_key(message), with_opt_out(message)) == (key, message)


@pytest.mark.parametrize(
    "message",
    [
        "Sorry, all our agents are busy.",
        "We are open from 9 to 5.",
        "Call us at 1-800-555-0199.",
        "Dial 1-800-555-0199 to opt out.",
        "Press 1 to talk or 9 to stop.",
        "Press 12 now.",
    ],
)
def test_any_other_message_is_followed_by_the_offer_of_nine(message: str) -> None:
    assert (opt_out_key(message), with_opt_out(message)) == ("9", f"{message} {OFFER}")


@pytest.mark.parametrize("message", ["Sorry", "  Sorry. ", "Sorry!"])
def test_the_offer_is_a_sentence_of_its_own(message: str) -> None:
    assert with_opt_out(message) in {f"Sorry. {OFFER}", f"Sorry! {OFFER}"}
