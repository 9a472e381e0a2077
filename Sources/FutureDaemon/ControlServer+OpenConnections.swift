import NIOCore
import Synchronization

/// The connections that are being served.
final class OpenConnections: Sendable {
    private struct State {
        var nextNumber = 0
        var served: [Int: (channel: any Channel, work: Task<Void, Never>)] = [:]
        /// What is added from now on is closed at once.
        var isEnding = false
    }

    private let state = Mutex(State())

    /// Runs `serve` to its end.
    func add(_ channel: any Channel, _ serve: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            let number = state.nextNumber
            state.nextNumber += 1
            let work = Task(executorPreference: LoopExecutor(channel.eventLoop)) {
                await serve()
                self.state.withLock { _ = $0.served.removeValue(forKey: number) }
            }
            state.served[number] = (channel, work)
            if state.isEnding { work.cancel() }
        }
    }

    /// Closes what is idle now, and the rest each after its request.
    func quiesce() {
        let channels = state.withLock { state in
            state.isEnding = true
            return state.served.values.map(\.channel)
        }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Closes all of them now.
    func cancel() {
        let served = state.withLock { state in
            state.isEnding = true
            return Array(state.served.values)
        }
        for (channel, work) in served {
            channel.pipeline.fireUserInboundEventTriggered(CutOff())
            work.cancel()
        }
    }

    /// Returns when none is left.
    func finished() async {
        while let work = state.withLock({ $0.served.values.first?.work }) { await work.value }
    }
}
