import Foundation
import Synchronization

/// What a daemon has been given to do in this life, as seen from outside of it.
struct LifeWatch {
    private let log: AcknowledgementLog
    private let traces: Traces
    private let start = ContinuousClock.now
    private let before: AcknowledgementLog.State.Tally
    private let marksBefore: Int

    init(_ log: AcknowledgementLog, _ traces: Traces) {
        self.log = log
        self.traces = traces
        log.state.withLock { $0.servedAt = nil }
        before = log.tally
        marksBefore = traces.size
    }

    /// What it took from the start to the first client's connection.
    var startSpan: Duration? { log.state.withLock { $0.servedAt }.map { $0 - start } }

    var acknowledged: Int { log.tally.acknowledged - before.acknowledged }

    /// Commands and functions on both pools have begun.
    var worksOnAllPools: Bool { traces.kinds(since: marksBefore).isSuperset(of: ["c", "t", "p"]) }

    /// There were waits and cancels.
    var hasAllRequests: Bool {
        let now = log.tally
        return now.cancels > before.cancels && now.waits > before.waits
    }

    /// Returns at that moment, or when the daemon has ended: then its exit code.
    func reach(
        _ moment: LifeEnd.Moment, of daemon: ChildProgram, usualStart: Duration
    ) async -> Int32? {
        switch moment {
        case .starting(let thousandths):
            return await daemon.end(within: usualStart / 1000 * thousandths)
        case .working(let count, let microseconds):
            let deadline = start + .seconds(10)
            while acknowledged < count || !worksOnAllPools, ContinuousClock.now < deadline {
                if let code = await daemon.end(within: .milliseconds(2)) { return code }
            }
            return await daemon.end(within: .microseconds(microseconds))
        }
    }
}
