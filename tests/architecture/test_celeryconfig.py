"""Queues and limits as the tasks rely on them."""

import fnmatch

import celeryconfig


def test_every_queue_has_its_tasks_routed_to_it():
    for queue in celeryconfig.QUEUES:
        matching = [
            route["queue"] for pattern, route in celeryconfig.task_routes.items()
            if fnmatch.fnmatch(f"dialer.{queue}.verb", pattern)
        ]  # fmt: skip
        assert matching == [queue]


def test_a_running_task_is_never_delivered_again():
    assert celeryconfig.broker_transport_options["visibility_timeout"] > 10 * celeryconfig.task_time_limit


def test_tasks_travel_as_json_alone():
    assert celeryconfig.accept_content == ["json"]
    assert celeryconfig.task_serializer == "json"


def test_the_blocking_read_ends_before_the_socket_times_out():
    assert celeryconfig.broker_transport_options["socket_timeout"] > 1
