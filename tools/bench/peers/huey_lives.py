"""The whole life of no-ops in huey: DIRECTORY COUNT."""

import json
import logging
import os
import sys
import time

from huey_queue import consume, noop

logging.disable(logging.CRITICAL)
count = int(sys.argv[2])
consume()
begin = time.perf_counter()
results = [noop(number) for number in range(count)]
total = sum(result.get(blocking=True, backoff=1, max_delay=0.001) for result in results)
elapsed = time.perf_counter() - begin
assert total == count * (count - 1) // 2
print(json.dumps({"per_second": count / elapsed}), flush=True)
os._exit(0)
