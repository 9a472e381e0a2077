import Foundation
import FutureModel
import TestSupport
import Testing

@testable import FuturePools

/// The start of programs that are no workers, or take their time.
@Suite(.timeLimit(.minutes(10)))
struct WorkerStartTests {
    private let time = ManualTime()
    private let directory = TemporaryDirectory()

    private static func printing(_ kind: Frame.Kind) -> String {
        let octets = Frame(kind: kind, sequence: 0).bytes.map { String(format: "\\%03o", $0) }
        return "printf '\(octets.joined())' >&3"
    }

    /// Starts a worker that is this script; how that ended.
    private func start(
        _ script: String, _ wakePipe: WakePipe
    ) throws -> Inbox<Result<Worker, WorkerStartFailure>> {
        let settings = WorkerSettings(
            program: WorkerProgram(path: "/bin/sh", arguments: ["sh", "-c", script]),
            maxTasksPerChild: nil,
            ledger: try ChildrenLedger.open(path: directory.path + "/journal.children"),
            journalIdentity: UUID().uuidString, time: time)
        let run = WorkerRun(attempt("echo", pool: .process), owner: nil) { _, _ in }
        let results = Inbox<Result<Worker, WorkerStartFailure>>()
        Thread.detachNewThread {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
            defer { buffer.deallocate() }
            let start = WorkerStart(
                run: run, wakePipe: wakePipe, settings: settings, buffer: buffer)
            results.put(Result { () throws(WorkerStartFailure) in try start.perform() })
        }
        return results
    }

    @Test func initializerTakesAsLongAsItNeeds() async throws {
        let reader = LineReader(in: directory)
        let gate = directory.path + "/gate"
        mkfifo(gate, 0o600)
        let wakePipe = try WakePipe()
        defer { wakePipe.close() }
        let results = try start(
            """
            \(Self.printing(.starting)); echo $$ >'\(reader.path)'; read line <'\(gate)'
            \(Self.printing(.hello)); exec sleep 1000
            """, wakePipe)
        let pid = try await reader.nextPid()
        time.advance(by: WorkerStart.limit * 100)
        wakePipe.wake()
        // For both ends, so that it does not wait for the other.
        let file = open(gate, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        write(file, "\n", 1)
        let worker = try await results.next().get()
        #expect(worker.process.pid == pid)
        _ = worker.bury()
    }

    @Test func programThatSaysNothingIsNoWorker() async throws {
        let reader = LineReader(in: directory)
        let wakePipe = try WakePipe()
        defer { wakePipe.close() }
        let results = try start("echo $$ >'\(reader.path)'; exec sleep 1000", wakePipe)
        let pid = try await reader.nextPid()
        time.advance(by: WorkerStart.limit)
        wakePipe.wake()
        let result = await results.next()
        guard case .failure(let failure) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(
            failure.reason
                == "'/bin/sh' does not serve as a worker: in 30 s it has made no executor"
        )
        #expect(!isRunning(pid))
    }
}
