"""When nobody answers: what is taken for an outage, and what is learned of it."""

import json

from dialer.domain.pacing.silence import ANSWERS_BETWEEN_OUTAGES, LONGEST, LONGEST_SECOND, Silence


def silent_for(silence: Silence, expected: float, *, steps: int = 20) -> float:
    """Let so many answers be expected in vain; return how many of them taught."""
    return sum(silence.go_on(0.0, expected / steps) for _ in range(steps))


def test_a_short_silence_teaches_all_of_it() -> None:
    silence = Silence()
    assert abs(silent_for(silence, LONGEST - 1) - (LONGEST - 1)) < 1e-9
    assert not silence.is_outage


def test_a_long_silence_is_an_outage_and_teaches_no_more() -> None:
    silence = Silence()
    assert abs(silent_for(silence, 500.0) - LONGEST) < 1e-9
    assert silence.is_outage


def test_an_answer_ends_it() -> None:
    silence = Silence()
    silent_for(silence, 500.0)
    silence.break_off(dialed_at=50.0)
    silence.go_on(1.0, 0.2)
    assert not silence.is_outage


def test_what_was_dialed_into_the_outage_teaches_nothing() -> None:
    silence = Silence()
    silent_for(silence, 500.0)
    silence.break_off(dialed_at=100.0)
    assert [silence.teaches(99.0), silence.teaches(100.0), silence.teaches(130.0)] == [False, True, True]
    assert silence.teaching_for(130.0) == 30.0


def test_only_the_first_answer_says_where_the_outage_ended() -> None:
    silence = Silence()
    silent_for(silence, 500.0)
    silence.break_off(dialed_at=100.0)
    silence.break_off(dialed_at=60.0)
    assert not silence.teaches(70.0)


def test_an_answer_in_usual_times_leaves_everything_to_teach() -> None:
    silence = Silence()
    silent_for(silence, LONGEST - 1)
    silence.break_off(dialed_at=100.0)
    assert silence.teaches(0.0)
    assert silence.teaching_for(130.0) is None


def test_a_second_silence_soon_after_is_taken_for_people_who_answer_more_seldom() -> None:
    silence = Silence()
    silent_for(silence, 500.0)
    silence.break_off(dialed_at=50.0)
    silence.go_on(1.0, 0.2)
    assert abs(silent_for(silence, 500.0) - LONGEST_SECOND) < 1e-9


def test_a_second_outage_much_later_is_an_outage_again() -> None:
    silence = Silence()
    silent_for(silence, 500.0)
    silence.break_off(dialed_at=50.0)
    silence.go_on(ANSWERS_BETWEEN_OUTAGES, 9.0)
    assert abs(silent_for(silence, 500.0) - LONGEST) < 1e-9


def test_it_goes_on_in_another_process() -> None:
    silence = Silence()
    silent_for(silence, 500.0)
    silence.break_off(dialed_at=7.0)
    restored = Silence().restore(json.loads(json.dumps(silence.to_state())))
    assert restored.to_state() == silence.to_state()
    assert not restored.is_outage
