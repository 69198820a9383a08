"""That the console's bench pairs commits with what pages showed."""

from bench.console import delays_between

BEN = "ben"


def test_each_commit_is_paired_with_the_next_time_the_page_says_so() -> None:
    commits = {BEN: [(10.0, "talking"), (14.0, "wrap-up"), (17.0, "available"), (20.0, "talking")]}
    shown = {BEN: [(10.1, "talking"), (14.02, "wrap-up"), (17.5, "available"), (20.2, "talking")]}
    delays, missed = delays_between(commits, shown, since=0, until=100)
    rounded = {situation: [round(delay) for delay in some] for situation, some in delays.items()}
    assert (rounded, missed) == ({"talking": [100, 200], "wrap-up": [20], "available": [500]}, 0)


def test_what_is_shown_late_or_never_counts_as_missed() -> None:
    commits = {BEN: [(10.0, "talking"), (14.0, "wrap-up")]}
    assert delays_between(commits, {BEN: [(16.0, "talking")]}, since=0, until=100) == ({}, 2)


def test_only_commits_of_the_measured_time_count() -> None:
    commits = {BEN: [(10.0, "talking"), (50.0, "talking")]}
    assert delays_between(commits, {BEN: []}, since=20, until=40) == ({}, 0)


def test_a_page_that_nobody_looked_at_is_not_judged() -> None:
    assert delays_between({BEN: [(10.0, "talking")]}, {}, since=0, until=100) == ({}, 0)
