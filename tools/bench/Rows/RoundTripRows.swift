import DurableFutures
import Foundation

extension Rows {
    static let roundTrips = [roundTripThreads, roundTripProcesses, start]

    private static func roundTrips(
        _ setting: Setting, _ choice: Work.PoolChoice, count: Int
    ) async throws -> Sample {
        try await Work.withExecutor(setting, choice) { executor in
            // A worker's start is not a round trip.
            _ = try await executor.submit(Work.noop, 0).result()
            var latencies: [Duration] = []
            for number in 0..<count {
                var value = -1
                latencies.append(
                    try await measure {
                        value = try await executor.submit(Work.noop, number).result()
                    })
                try check(value == number, "the result of \(number) is \(value)")
            }
            return Sample(latencies: latencies)
        }
    }

    private static let roundTripThreads = Row(
        name: "round-trip-threads",
        work: "One no-op after another on threads: submit, then wait for its result.",
        sides: [
            .floor("two fdatasyncs") { try await Floors.twoSyncs($0, count: 1000) },
            .ours("submit and result") { try await roundTrips($0, .threads(4), count: 1000) },
            .python(
                "ThreadPoolExecutor(4), not durable", "executors.py", "thread-trips", 4, 2000),
            .python("huey, SQLite with fsync", "huey_trips.py", 300, module: "huey"),
        ],
        goals: [.ratio("submit and result", .p50, .atMost(1.5), to: "two fdatasyncs")])

    private static let roundTripProcesses = Row(
        name: "round-trip-processes",
        work: "One no-op after another in warm worker processes: submit, then wait.",
        sides: [
            .floor("two fdatasyncs") { try await Floors.twoSyncs($0, count: 1000) },
            .ours("submit and result") { try await roundTrips($0, .processes(2), count: 1000) },
            .python(
                "ProcessPoolExecutor(2), not durable", "executors.py", "process-trips", 2, 2000),
        ],
        goals: [.ratio("submit and result", .p50, .atMost(2), to: "two fdatasyncs")])

    private static let start = Row(
        name: "start", work: "From the call of submit to the first line of the task, on threads.",
        sides: [
            .ours("submit to start") { setting in
                try await Work.withExecutor(setting, .threads(4)) { executor in
                    var latencies: [Duration] = []
                    for _ in 0..<1000 {
                        let now = DispatchTime.now().uptimeNanoseconds
                        let nanoseconds = try await executor.submit(Work.delay, now).result()
                        latencies.append(.nanoseconds(Int64(nanoseconds)))
                    }
                    return Sample(latencies: latencies)
                }
            }
        ],
        goals: [
            Goal(side: "submit to start", metric: .p50, bound: .atMost(1000)),
            Goal(side: "submit to start", metric: .p99, bound: .atMost(5000)),
        ])
}
