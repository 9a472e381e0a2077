import FutureControl
import Hummingbird
import HummingbirdCore
import NIOCore

/// Runs the Swift tasks of a connection on its event loop: neither a request nor its response
/// then changes threads. What takes long does not run there, as other connections would wait for
/// it.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension ControlRoute {
    /// Whether all of its answers are short, or made elsewhere.
    var isLight: Bool {
        switch self {
        case .submit, .run, .cancel, .retry, .completions, .followOutput: true
        case .stats, .status, .shutdown: true
        default: false
        }
    }
}

extension Request {
    /// Whether its body, if it has one, is known to be read in no time.
    var isSmall: Bool {
        if method == .get { return true }
        let length = headers[.contentLength].flatMap { Int($0) }
        return length.map { $0 <= 64 << 10 } ?? false
    }
}
