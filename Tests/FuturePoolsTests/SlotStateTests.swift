import CProcess
import Foundation
import FutureModel
import Testing

@testable import FuturePools

struct SlotStateTests {
    @Test func attemptGoesStraightToAWarmWorker() throws {
        let peer = try Peer()
        var state = SlotState()
        state.becameWarm(peer.line)
        let run = run("echo")
        #expect(state.put(run)?.flush() == false)
        #expect(state.nextErrand() == nil)
        let sent = try #require(try peer.attempts.hear().first)
        #expect(sent.kind == .run && sent.run?.attempt.future == run.attempt.id.future)
    }

    @Test func attemptWithoutAWorkerIsAnErrand() throws {
        var state = SlotState()
        let run = run("echo")
        #expect(state.put(run) == nil)
        guard case .begin(let begun, mayMove: true) = state.nextErrand() else {
            Issue.record("no errand")
            return
        }
        #expect(begun === run)
        #expect(state.nextErrand() == nil)
    }

    @Test func attemptThatIsToStopIsNotGivenToAWorker() throws {
        let peer = try Peer()
        var state = SlotState()
        state.becameWarm(peer.line)
        let run = run("echo")
        run.stop(.ask)
        #expect(state.put(run) == nil)
        guard case .begin = state.nextErrand() else {
            Issue.record("no errand")
            return
        }
        #expect(peer.line.attempts.isEmpty)
    }

    @Test func attemptIsCancelledOnceAndPastItsSocket() throws {
        let peer = try Peer()
        var state = SlotState()
        state.becameWarm(peer.line)
        let (run, other) = (run("echo"), run("echo"))
        _ = state.put(run)
        #expect(state.stopped(other) == nil)
        for _ in 0..<2 { _ = state.stopped(run)?.flush() }
        #expect(try peer.control.hear().map(\.kind) == [.cancel])
    }

    @Test func eachAttemptHasItsOwnNumber() throws {
        let peer = try Peer()
        var state = SlotState()
        state.becameWarm(peer.line)
        for number in 1...3 as ClosedRange<UInt64> {
            let run = run("echo")
            #expect(state.put(run) != nil)
            guard case .nonsense = state.hear(ending(number + 1)),
                case .ended(let ended, let report) = state.hear(ending(number))
            else {
                Issue.record("attempt \(number)")
                return
            }
            #expect(ended === run && report.pid == peer.line.pid)
            guard case .nonsense = state.hear(ending(number)) else {
                Issue.record("attempt \(number) has ended twice")
                return
            }
        }
    }

    @Test func whatAnEndedAttemptAsksIsPassedOver() throws {
        let peer = try Peer()
        var state = SlotState()
        state.becameWarm(peer.line)
        for number in 1...3 as ClosedRange<UInt64> {
            #expect(state.put(run("echo")) != nil)
            for earlier in 1..<number {
                guard case .goesOn = state.hear(ask(earlier)) else {
                    Issue.record("attempt \(number) ends by what \(earlier) asks")
                    return
                }
            }
            guard case .ended = state.hear(ending(number)), case .goesOn = state.hear(ask(number))
            else {
                Issue.record("attempt \(number)")
                return
            }
            for other in [0, number + 1] {
                guard case .nonsense = state.hear(ask(other)) else {
                    Issue.record("no attempt has had the number \(other)")
                    return
                }
            }
        }
    }

    @Test func closedSlotWaitsForItsWorker() throws {
        let peer = try Peer()
        var state = SlotState()
        state.becameWarm(peer.line)
        state.close()
        #expect(state.nextErrand() == nil)
        var empty = SlotState()
        empty.close()
        guard case .leave = empty.nextErrand() else {
            Issue.record("it has no worker and stays")
            return
        }
    }

    private func run(_ task: String) -> WorkerRun {
        WorkerRun(attempt(task, pool: .process), owner: nil) { _, _ in }
    }

    private func ending(_ sequence: UInt64) -> Frame { .ending(.gaveUp, sequence: sequence) }

    private func ask(_ sequence: UInt64) -> Frame {
        Frame(kind: .ask, sequence: sequence, body: Array(repeating: 0, count: 9))
    }
}

struct OutboxTests {
    @Test func whatTheSocketDoesNotTakeFollowsInOrder() throws {
        let peer = try Peer()
        let outbox = peer.line.control
        let sizes = [1, 4 << 20, 2, 0, 1 << 20]
        for (number, size) in sizes.enumerated() {
            outbox.append(
                Frame(
                    kind: .answer, sequence: UInt64(number),
                    body: Array(repeating: UInt8(number), count: size)))
        }
        #expect(outbox.flush(), "the socket has room for all of it")
        var heard: [Frame] = []
        while outbox.flush() { heard += try peer.control.hear() }
        heard += try peer.control.hear()
        #expect(outbox.isEmpty)
        #expect(heard.map(\.sequence) == [0, 1, 2, 3, 4])
        #expect(heard.map(\.body.count) == sizes)
        #expect(heard.allSatisfy { frame in frame.body.allSatisfy { $0 == frame.sequence } })
    }

    @Test func whatNobodyHasReadIsKept() throws {
        let peer = try Peer()
        peer.attempts.hangUp()
        peer.line.attempts.append(Frame(kind: .stop, sequence: 0))
        #expect(!peer.line.attempts.flush(), "nobody is there to take it")
        #expect(!peer.line.attempts.isEmpty)
    }

    @Test func closedOneSendsNothing() throws {
        let peer = try Peer()
        peer.line.close()
        peer.line.attempts.append(Frame(kind: .stop, sequence: 0))
        #expect(!peer.line.attempts.flush())
        #expect(!peer.line.attempts.isEmpty)
    }
}

extension SlotState {
    fileprivate mutating func hear(_ frame: Frame) -> WorkerTurn.Heard { hear(frame, onMore: {}) }
}

/// The other ends of a worker's line.
private final class Peer {
    let line: WorkerLine
    let attempts: End
    let control: End

    init() throws {
        let (attempts, control) = (try Self.sockets(), try Self.sockets())
        line = WorkerLine(pid: 4711, attempts: Outbox(attempts.ours), control: Outbox(control.ours))
        self.attempts = End(attempts.theirs)
        self.control = End(control.theirs)
    }

    deinit { line.close() }

    private static func sockets() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(cp_socket_pair(&ends) == 0)
        _ = cp_set_nonblocking(ends[1])
        return (ends[0], ends[1])
    }

    final class End {
        private let socket: Int32
        private var frames = FrameBuffer()
        private var isOpen = true

        init(_ socket: Int32) { self.socket = socket }

        deinit { hangUp() }

        func hangUp() {
            if isOpen { close(socket) }
            isOpen = false
        }

        /// The frames that have come whole by now.
        func hear() throws -> [Frame] {
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while case let count = read(socket, &chunk, chunk.count), count > 0 {
                chunk[..<count].withUnsafeBytes { frames.append($0) }
            }
            var heard: [Frame] = []
            while let frame = try frames.next() { heard.append(frame) }
            return heard
        }
    }
}
