"""A huey on SQLite that syncs every commit, with two worker threads in this process."""

import sys
import threading

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
    threading.Thread(target=consumer.start, daemon=True).start()
    return consumer
