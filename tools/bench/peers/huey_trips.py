"""One no-op after another in huey: DIRECTORY COUNT."""

import json
import logging
import os
import sys
import time

from huey_queue import consume, noop

logging.disable(logging.CRITICAL)
count = int(sys.argv[2])
consume()
times = []
for number in range(count):
    begin = time.perf_counter()
    assert noop(number).get(blocking=True, backoff=1, max_delay=0.001) == number
    times.append(time.perf_counter() - begin)
times.sort()
print(
    json.dumps(
        {
            "per_second": count / sum(times),
            "p50_us": times[(count - 1) // 2] * 1e6,
            "p99_us": times[int((count - 1) * 0.99)] * 1e6,
        }
    ),
    flush=True,
)
os._exit(0)
