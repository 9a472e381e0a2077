import Foundation

/// What disk and system allow: the same work without a queue around it.
enum Floors {
    /// One row a commit, from one loop.
    static func submitOne(_ setting: Setting, count: Int) async throws -> Sample {
        try await setting.inDirectory { directory in
            let queue = try RawQueue(directory)
            var latencies: [Duration] = []
            for _ in 0..<count {
                latencies.append(
                    try await measure { try queue.transaction { try queue.submit() } })
            }
            try check(try queue.database.count("SELECT count(*) FROM jobs") == count, "lost rows")
            return Sample(latencies: latencies)
        }
    }

    /// `rows` in each of `count` commits.
    static func submitBatches(_ setting: Setting, rows: Int, count: Int) async throws -> Sample {
        try await setting.inDirectory { directory in
            let queue = try RawQueue(directory)
            let elapsed = try await measure {
                for _ in 0..<count {
                    try queue.transaction { for _ in 0..<rows { try queue.submit() } }
                }
            }
            try check(
                try queue.database.count("SELECT count(*) FROM jobs") == rows * count, "lost rows")
            return Sample(rows * count, in: elapsed)
        }
    }

    /// Lives in one loop: each commit submits a batch, claims the one before, and settles the one
    /// before that.
    static func lives(_ setting: Setting, batch: Int, count: Int) async throws -> Sample {
        try await setting.inDirectory { directory in
            let queue = try RawQueue(directory)
            var running: [Int64] = []
            let elapsed = try await measure {
                var submitted = 0
                var settled = 0
                while settled < count {
                    try queue.transaction {
                        for id in running { try queue.settle(id) }
                        settled += running.count
                        running = try queue.claim(upTo: batch)
                        for _ in 0..<min(batch, count - submitted) { try queue.submit() }
                        submitted += min(batch, count - submitted)
                    }
                }
            }
            let done = try queue.database.count(
                "SELECT count(*) FROM jobs WHERE state = 2 AND value = '1'")
            try check(done == count, "\(done) of \(count) lives ended")
            return Sample(count, in: elapsed)
        }
    }

    /// Two writes of two pages each to a file that is long enough, each with its fdatasync.
    static func twoSyncs(_ setting: Setting, count: Int) async throws -> Sample {
        try await setting.inDirectory { directory in
            let size = 4 << 20
            let path = directory.appending(path: "synced").path
            let file = open(path, O_RDWR | O_CREAT, 0o600)
            defer { close(file) }
            let zeros = [UInt8](repeating: 0, count: size)
            try check(write(file, zeros, size) == size && fsync(file) == 0, "no room")
            let page = [UInt8](repeating: 1, count: 8192)
            var latencies: [Duration] = []
            var offset = 0
            for _ in 0..<count {
                latencies.append(
                    try await measure {
                        for _ in 0..<2 {
                            try check(
                                pwrite(file, page, page.count, off_t(offset)) == page.count
                                    && fdatasync(file) == 0, "the disk fails")
                            offset = (offset + page.count) % size
                        }
                    })
            }
            return Sample(latencies: latencies)
        }
    }
}
