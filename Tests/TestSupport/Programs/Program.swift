package import Foundation
import Synchronization

/// A program of this package, run as a process of its own as a user would run it.
///
/// It takes up no room on the disk. Waiting for it never polls, and a test that is cancelled
/// while it waits (its time limit, say) kills it.
package final class Program: Sendable {
    package let pid: pid_t
    private let output: ProgramStream
    private let errors: ProgramStream
    private let state = Mutex(State())

    private struct State {
        var exitCode: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    /// What a shell would show after a program's end.
    package struct Answer: Sendable, CustomStringConvertible {
        /// 128 + n where signal n ended it.
        package let code: Int32
        package let bytes: Data
        package let stderr: String
        package var stdout: String { String(decoding: bytes, as: UTF8.self) }
        package var line: String { stdout.trimmingCharacters(in: .newlines) }
        package var lines: [String] {
            stdout.split(separator: "\n").map { String($0) }
        }
        package var description: String { "code \(code), stdout: \(stdout), stderr: \(stderr)" }
    }

    /// Starts `name`, from the build directory unless it is a path, in `directory`, with `input`
    /// as its stdin. The programs of the build directory are on its `PATH`.
    package init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:],
        directory: URL, input: String = ""
    ) throws {
        var all = ProcessInfo.processInfo.environment
        all["PATH"] = "\(Self.buildDirectory.path):\(all["PATH"] ?? "/usr/bin:/bin")"
        all.merge(environment) { $1 }
        let path = name.hasPrefix("/") ? name : Self.buildDirectory.appending(path: name).path
        let stdin = try ProgramInput(Data(input.utf8))
        let (output, stdout) = try ProgramStream.pipe()
        let (errors, stderr) = try ProgramStream.pipe()
        // The shell changes the directory and closes what whoever runs the tests has left open,
        // for which posix_spawn has no portable words.
        let start = "cd \"$0\" && exec \"$@\" " + (3...9).map { "\($0)>&-" }.joined(separator: " ")
        pid = try spawn(
            ["/bin/sh", "-c", start, directory.path, path] + arguments,
            environment: all.map { "\($0)=\($1)" },
            descriptors: [stdin.descriptor, stdout.descriptor, stderr.descriptor])
        stdout.close()
        stderr.close()
        self.output = output
        self.errors = errors
        Thread { [self] in reap() }.start()
    }

    /// Where the programs of this package were built: beside the tests.
    package static let buildDirectory: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let tests = bundle?.bundleURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return tests.resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    private func reap() {
        var info = siginfo_t()
        // Its pid stays its own until it is reaped, which happens where `signal` cannot see it.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        let (exitCode, waiters) = state.withLock { state in
            var raw: Int32 = 0
            while waitpid(pid, &raw, 0) == -1 && errno == EINTR {}
            let exitCode = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            state.exitCode = exitCode
            defer { state.waiters = [] }
            return (exitCode, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: exitCode) }
    }

    /// Its exit code as a shell reports it, once it has ended.
    @discardableResult
    package func exitCode() async -> Int32 {
        await killedIfCancelled {
            await withCheckedContinuation { continuation in
                let ended = self.state.withLock { state -> Int32? in
                    if state.exitCode == nil { state.waiters.append(continuation) }
                    return state.exitCode
                }
                if let ended { continuation.resume(returning: ended) }
            }
        }
    }

    /// Its exit code and all its output, once it has ended and so has whoever shares its streams.
    package func answer() async -> Answer {
        let code = await exitCode()
        return await killedIfCancelled {
            Answer(
                code: code, bytes: await self.output.whole(),
                stderr: String(decoding: await self.errors.whole(), as: UTF8.self))
        }
    }

    /// Returns once a line of its stderr is `line`; false if its stderr ends without one.
    package func hasSaid(_ line: String) async -> Bool {
        await killedIfCancelled { await self.errors.has { $0 == line } }
    }

    /// Returns once `isMeant` is true of a line of its stderr; false if its stderr ends before.
    package func hasSaid(_ isMeant: @escaping @Sendable (String) -> Bool) async -> Bool {
        await killedIfCancelled { await self.errors.has(isMeant) }
    }

    /// Returns once a line of its stdout is `line`; false if its stdout ends without one.
    package func hasPrinted(_ line: String) async -> Bool {
        await killedIfCancelled { await self.output.has { $0 == line } }
    }

    private func killedIfCancelled<Value: Sendable>(
        _ body: @Sendable () async -> Value
    ) async -> Value {
        await withTaskCancellationHandler(operation: body) { signal(SIGKILL) }
    }

    /// Does nothing once it has ended.
    package func signal(_ number: Int32) {
        state.withLock { if $0.exitCode == nil { kill(pid, number) } }
    }

    package var hasEnded: Bool { state.withLock { $0.exitCode != nil } }

    /// What it has written so far.
    package var stdout: String { String(decoding: output.bytes, as: UTF8.self) }
    package var stderr: String { String(decoding: errors.bytes, as: UTF8.self) }
}
