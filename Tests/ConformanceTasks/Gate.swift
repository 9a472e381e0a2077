package import DurableFutures
import Foundation
import Synchronization

/// A place where attempts wait until a test lets them through, in whichever process they run.
///
/// An attempt says on a FIFO that it has come; the gate is open once a file exists.
package final class Gate: Sendable {
    /// What the tasks that pass the gate are given.
    package let key: String
    private let fifo: Int32
    private let arrivals: AsyncStream<Void>

    /// Makes a closed gate in `directory`.
    package init(in directory: String, _ name: String = "gate") {
        key = directory + "/" + name
        mkfifo(key, 0o600)
        // For both ends, so that neither the opening nor the last closing of another means much.
        fifo = Foundation.open(key, O_RDWR | O_CLOEXEC)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        arrivals = stream
        let ownEnd = dup(fifo)
        Thread {
            var byte: UInt8 = 0
            while read(ownEnd, &byte, 1) == 1, byte == UInt8(ascii: "x") { continuation.yield() }
            continuation.finish()
            close(ownEnd)
        }.start()
    }

    deinit {
        write(fifo, "q", 1)
        close(fifo)
    }

    /// Returns when the next attempt has come.
    package func arrival() async {
        for await _ in arrivals { return }
    }

    /// Lets through all that wait and all that come.
    package func open() {
        _ = FileManager.default.createFile(atPath: key + ".open", contents: nil)
    }

    /// Leaves a future's id for what passes the gate.
    package func leave(_ id: FutureID) {
        _ = FileManager.default.createFile(atPath: key + ".note", contents: Data("\(id)".utf8))
    }

    /// What a test has left at a gate.
    static func note(of key: String) throws -> FutureID {
        let text = try String(contentsOfFile: key + ".note", encoding: .utf8)
        guard let id = FutureID(text) else { throw CancellationError() }
        return id
    }

    /// What a task does: says that it is here, and blocks its thread until the gate is open.
    /// A cancelled one gives up.
    package static func pass(_ key: String) throws {
        let fifo = Foundation.open(key, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        if fifo >= 0 {
            write(fifo, "x", 1)
            close(fifo)
        }
        while access(key + ".open", F_OK) != 0 {
            try Task.checkCancellation()
            // A test that has gone will never open it.
            if access(key, F_OK) != 0 { return }
            usleep(2000)
        }
    }
}
