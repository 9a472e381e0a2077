import Synchronization

/// What is measured of a run.
enum Metric: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    case perSecond = "per_second"
    case p50 = "p50_us"
    case p99 = "p99_us"
    case milliseconds
    case megabytes
    case megabytesAtTenth = "megabytes_at_a_tenth"
    /// The peak of all of a run to that of its first tenth.
    case growth
    case journalMegabytes = "journal_megabytes"
    case wakeUps = "wake_ups_per_minute"
}

/// The figures of one run of one side.
typealias Sample = [Metric: Double]

extension Sample {
    /// Of `count` things done in `elapsed`.
    init(_ count: Int, in elapsed: Duration) {
        self = [.perSecond: Double(count) / elapsed.seconds]
    }

    /// Of single calls, each with its own time.
    init(latencies: [Duration]) {
        let sorted = latencies.sorted()
        func quantile(_ part: Double) -> Double {
            sorted[Int(Double(sorted.count - 1) * part)].seconds * 1_000_000
        }
        let total = sorted.reduce(0) { $0 + $1.seconds }
        self = [
            .perSecond: Double(sorted.count) / total, .p50: quantile(0.5), .p99: quantile(0.99),
        ]
    }
}

/// The times of calls from several callers.
final class Latencies: Sendable {
    private let times = Mutex<[Duration]>([])

    func add(_ more: [Duration]) { times.withLock { $0 += more } }

    var all: [Duration] { times.withLock { $0 } }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// The middle of several runs, with the lowest and the highest.
struct Spread: Codable, Sendable {
    var median: Double
    var low: Double
    var high: Double

    /// `nil` of nothing.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median =
            sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2
            : sorted[middle]
        low = sorted[0]
        high = sorted[sorted.count - 1]
    }
}
