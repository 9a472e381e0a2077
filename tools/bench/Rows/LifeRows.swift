import DurableFutures

extension Rows {
    static let lives = [threadLives, processLives, chunkLives]

    /// The whole life of `count` no-ops: submitted, run, every result read back.
    private static func live(
        _ setting: Setting, _ choice: Work.PoolChoice, count: Int, chunkSize: Int = 1
    ) async throws -> Sample {
        try await Work.withExecutor(setting, choice) { executor in
            var sum = 0
            let elapsed = try await measure {
                for try await number in executor.map(
                    Work.noop, over: 0..<count, chunkSize: chunkSize)
                { sum += number }
            }
            try check(sum == count * (count - 1) / 2, "the results add up to \(sum)")
            return Sample(count, in: elapsed)
        }
    }

    private static let threadLives = Row(
        name: "life-threads",
        work: "The whole life of a no-op on threads: submitted, run, its result read back.",
        sides: [
            .floor("raw SQLite, batches of 256") {
                try await Floors.lives($0, batch: 256, count: 40_000)
            },
            .floor("raw SQLite, batches of 64") {
                try await Floors.lives($0, batch: 64, count: 40_000)
            },
            .floor("raw SQLite, batches of 4") {
                try await Floors.lives($0, batch: 4, count: 10_000)
            },
            .ours("map, 4 threads") { try await live($0, .threads(4), count: 20_000) },
            .ours("map, 64 threads") { try await live($0, .threads(64), count: 40_000) },
            .ours("map, 256 threads") { try await live($0, .threads(256), count: 40_000) },
            .python("ThreadPoolExecutor(4), not durable", "executors.py", "threads", 4, 40_000),
            .python("ThreadPoolExecutor(64), not durable", "executors.py", "threads", 64, 40_000),
            .python(
                "huey, SQLite with fsync, 2 threads", "huey_lives.py", 2000, module: "huey"),
            .python(
                "persist-queue, put, get and ack only", "persist_queue_lives.py", 3000,
                module: "persistqueue"),
        ],
        // What runs at once is what a commit can hold: each pool has a floor of its own as well.
        goals: [4, 64, 256].flatMap { threads -> [Goal] in
            let side = "map, \(threads) threads"
            let floors = Set([threads, 256]).sorted().map { "raw SQLite, batches of \($0)" }
            return floors.map { .ratio(side, .perSecond, .atLeast(0.6), to: $0) } + [
                .ratio(side, .perSecond, .atLeast(1), to: "ThreadPoolExecutor(4), not durable")
            ]
        })

    private static let processLives = Row(
        name: "life-processes",
        work: "The same in warm worker processes.",
        sides: [
            .ours("map, 2 workers") { try await live($0, .processes(2), count: 10_000) },
            .ours("map, 8 workers") { try await live($0, .processes(8), count: 20_000) },
            .python(
                "ProcessPoolExecutor(2), not durable", "executors.py", "processes", 2, 10_000),
        ],
        goals: ["map, 2 workers", "map, 8 workers"].map { side in
            .ratio(side, .perSecond, .atLeast(3), to: "ProcessPoolExecutor(2), not durable")
        })

    private static let chunkLives = Row(
        name: "life-chunks",
        work: "The same with 64 calls to a future, where Python has chunks as well.",
        sides: [
            .ours("map, 4 threads") {
                try await live($0, .threads(4), count: 200_000, chunkSize: 64)
            },
            .ours("map, 2 workers") {
                try await live($0, .processes(2), count: 200_000, chunkSize: 64)
            },
            .python(
                "ThreadPoolExecutor(4), not durable, no chunks", "executors.py", "threads", 4,
                40_000),
            .python(
                "ProcessPoolExecutor(2), not durable", "executors.py", "process-chunks", 2,
                200_000),
        ],
        goals: [
            .ratio(
                "map, 4 threads", .perSecond, .atLeast(1),
                to: "ThreadPoolExecutor(4), not durable, no chunks")
        ])
}
