import Foundation
import FutureModel
import FuturePools

private func body(
    _ name: String, _ run: @escaping @Sendable (Payload) async -> AttemptEnding
) -> TaskBody {
    TaskBody(name: name, pool: .process, run: run)
}

private func number(_ value: some BinaryInteger) -> AttemptEnding {
    .returned(Payload(json: String(value)))
}

/// Tells the test, which reads the FIFO that the arguments name.
private func tell(_ fifo: Payload, _ text: String) {
    guard let path = try? fifo.decode(as: String.self) else { return }
    let file = open(path, O_WRONLY)
    _ = write(file, text + "\n", text.utf8.count + 1)
    close(file)
}

/// For as long as nobody kills it.
private func spin() -> Never { while true { usleep(1000) } }

/// A header that promises a million bytes, and half of them.
private func writeHalfAFrame() {
    var header: [UInt32] = [1_000_000, 5, 1, 0]
    _ = write(3, &header, 16)
    let half = [UInt8](repeating: 0x20, count: 500_000)
    var written = 0
    while written < half.count {
        let count = half[written...].withUnsafeBytes { write(3, $0.baseAddress!, $0.count) }
        if count < 0, errno != EAGAIN, errno != EINTR { return }
        written += max(count, 0)
    }
}

private let bodies: [TaskBody] = [
    body("echo") { .returned($0) },
    body("add") { arguments in
        guard let numbers = try? arguments.decode(as: [Int].self) else {
            return .threw(TaskFailure(type: TaskFailure.badArguments, message: "not numbers"))
        }
        return number(numbers.reduce(0, +))
    },
    body("fail") { .threw(TaskFailure(type: "Odd", message: "it failed", payload: $0)) },
    body("pid") { _ in number(getpid()) },
    body("wait") { fifo in
        tell(fifo, "\(getpid())")
        do { try await Task.sleep(for: .seconds(3600)) } catch { return .gaveUp }
        return .returned(.null)
    },
    body("abort") { _ in abort() },
    body("exit") { _ in exit(3) },
    body("crash") { _ in
        UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
        spin()
    },
    body("kill") { _ in
        kill(getpid(), SIGKILL)
        spin()
    },
    body("spin") { fifo in
        tell(fifo, "\(getpid())")
        spin()
    },
    body("hang up") { _ in
        shutdown(3, Int32(SHUT_WR))
        spin()
    },
    body("garbage frame") { _ in
        let junk = [UInt8](repeating: 0xEE, count: 4096)
        _ = write(3, junk, junk.count)
        spin()
    },
    body("half a frame") { _ in
        writeHalfAFrame()
        abort()
    },
    body("half a frame and hang up") { _ in
        writeHalfAFrame()
        shutdown(3, Int32(SHUT_WR))
        spin()
    },
    body("print") { _ in
        print(String(repeating: "garbage ", count: 1000))
        return .returned(.null)
    },
    body("huge") { arguments in
        let count = Int(arguments.json) ?? 0
        return .returned(Payload(json: "\"" + String(repeating: "x", count: count) + "\""))
    },
    body("environment") { _ in
        let environment = ProcessInfo.processInfo.environment
        let names = ["DURABLE_FUTURES_WORKER", "QUEUECTL_MARK"]
        let values = names.map { environment[$0] ?? "" }
        return (try? .returned(Payload(encoding: values))) ?? .returned(.null)
    },
    body("children") { fifo in
        // One in the group, and one that has left it and its parent.
        guard let path = try? fifo.decode(as: String.self) else { return .gaveUp }
        let script = """
            sh -c 'echo $$ >"$0"; exec sleep 1000' "$0" &
            (setsid sh -c 'echo $$ >"$0"; exec sleep 1000' "$0" &) &
            wait
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, path]
        try? process.run()
        spin()
    },
]

await WorkerProcess.serveIfWorker(bodies)
try await OwnerMode(CommandLine.arguments, bodies: bodies).run()
