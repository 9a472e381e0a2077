/// The options of one submit. They are stored with the future and outlive every process.
public struct SubmitOptions: Sendable, Hashable {
    /// The named lane it waits in: 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
    public var queue: String
    /// Larger starts earlier; within one priority the first in is the first out. -1000 ... 1000.
    public var priority: Int
    public var onCrash: OnCrash
    /// With ``OnCrash/retry``: crashes after which it runs again, rather than fail with
    /// `WorkerDied`; 0 ... 1000. A death of the owner that a command or a worker process cannot
    /// have caused is not counted.
    public var maxCrashes: Int
    public var onShutdown: OnShutdown
    public var retry: RetryPolicy
    /// The longest that one attempt may run before it is stopped and fails with
    /// `TimeLimitExceeded`; `nil` is no limit.
    public var timeLimit: Duration?
    /// Between SIGTERM and SIGKILL when an attempt is stopped.
    public var grace: Duration
    /// Not started before this moment of the wall clock; in the years 1 to 9999.
    public var runAt: Timestamp?
    /// A name of the caller's choice that makes a repeat safe: a second submit of the same work
    /// with the same key returns the first one's id, and one of other work is refused.
    public var key: String?
    /// Bytes kept of each output stream of a command; what comes after is counted and dropped.
    public var outputLimit: Int

    public init(
        queue: String = "default", priority: Int = 0, onCrash: OnCrash = .retry,
        maxCrashes: Int = 3, onShutdown: OnShutdown = .finish, retry: RetryPolicy = .init(),
        timeLimit: Duration? = nil, grace: Duration = .seconds(5), runAt: Timestamp? = nil,
        key: String? = nil, outputLimit: Int = 1 << 20
    ) {
        self.queue = queue
        self.priority = priority
        self.onCrash = onCrash
        self.maxCrashes = maxCrashes
        self.onShutdown = onShutdown
        self.retry = retry
        self.timeLimit = timeLimit
        self.grace = grace
        self.runAt = runAt
        self.key = key
        self.outputLimit = outputLimit
    }
}

extension SubmitOptions {
    /// What is out of bounds, as a sentence, or `nil`.
    package var defect: String? {
        let allowed = queue.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if queue.isEmpty || queue.utf8.count > 64 || !allowed {
            return "A queue's name is 1 to 64 characters of A-Z a-z 0-9 . _ -"
        }
        if !(-1000...1000).contains(priority) { return "A priority is between -1000 and 1000." }
        if !(0...1000).contains(maxCrashes) { return "maxCrashes is between 0 and 1000." }
        if !(1...1_000_000).contains(retry.maxAttempts) {
            return "maxAttempts is between 1 and 1000000."
        }
        if retry.backoff < .zero || retry.maxBackoff < .zero || grace < .zero {
            return "A pause or a grace time cannot be negative."
        }
        let month = Duration.seconds(31 * 86_400)
        if retry.backoff > month || retry.maxBackoff > month || grace > month {
            return "A pause or a grace time is at most 31 days."
        }
        if let timeLimit, timeLimit < .milliseconds(1) {
            return "A time limit is at least 1 ms."
        }
        if let runAt, !Timestamp.writableRange.contains(runAt) {
            return "A moment to run at lies in the years 1 to 9999."
        }
        if let key, key.isEmpty || key.utf8.count > 255 { return "A key is 1 to 255 bytes." }
        if !(0...Limits.outputByteCount).contains(outputLimit) {
            return "An output limit is between 0 and \(Limits.outputByteCount) bytes."
        }
        return nil
    }
}
