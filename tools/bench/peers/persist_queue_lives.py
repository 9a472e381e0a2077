"""Items put, got and acknowledged in persist-queue, nothing run: DIRECTORY COUNT."""

import json
import sys
import time

from persistqueue import SQLiteAckQueue

count = int(sys.argv[2])
queue = SQLiteAckQueue(sys.argv[1], auto_commit=True)
begin = time.perf_counter()
total = 0
for number in range(count):
    queue.put(number)
    item = queue.get()
    total += item
    queue.ack(item)
elapsed = time.perf_counter() - begin
assert total == count * (count - 1) // 2
print(json.dumps({"per_second": count / elapsed}))
