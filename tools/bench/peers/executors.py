"""No-ops on Python's own executors, which keep nothing: DIRECTORY KIND WORKERS COUNT."""

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def noop(number):
    return number


def lives(executor, count):
    begin = time.perf_counter()
    futures = [executor.submit(noop, number) for number in range(count)]
    total = sum(future.result() for future in futures)
    elapsed = time.perf_counter() - begin
    assert total == count * (count - 1) // 2
    return {"per_second": count / elapsed}


def chunked_lives(executor, count):
    begin = time.perf_counter()
    total = sum(executor.map(noop, range(count), chunksize=64))
    elapsed = time.perf_counter() - begin
    assert total == count * (count - 1) // 2
    return {"per_second": count / elapsed}


def trips(executor, count):
    times = []
    for number in range(count):
        begin = time.perf_counter()
        assert executor.submit(noop, number).result() == number
        times.append(time.perf_counter() - begin)
    times.sort()
    return {
        "per_second": count / sum(times),
        "p50_us": times[(count - 1) // 2] * 1e6,
        "p99_us": times[int((count - 1) * 0.99)] * 1e6,
    }


if __name__ == "__main__":
    kind, workers, count = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    make = ThreadPoolExecutor if kind.startswith("thread") else ProcessPoolExecutor
    with make(workers) as executor:
        executor.submit(noop, 0).result()
        measure = {"trips": trips, "chunks": chunked_lives}.get(kind.split("-")[-1], lives)
        print(json.dumps(measure(executor, count)))
