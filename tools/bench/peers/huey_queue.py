"""A huey on SQLite that syncs every commit, with two worker threads in this process."""

import sys

from huey import SqliteHuey

huey = SqliteHuey(filename=sys.argv[1] + "/huey.db", fsync=True, results=True)


@huey.task()
def noop(number):
    return number


def consume():
    """Starts the consumer; its threads end with the process."""
    consumer = huey.create_consumer(
        workers=2, periodic=False, initial_delay=0.001, max_delay=0.001, backoff=1.0
    )
    # Its handlers only set flags for a loop that does not run here.
    consumer._set_signal_handlers = lambda: None
    consumer.start()
    return consumer
