import Foundation
import FutureModel
import Synchronization

/// Standard output and standard error, each raw to a file or pipe and escaped to a terminal.
final class Console: Sendable {
    let stdout: any OutputSink
    let stderr: any OutputSink
    private let showsProgress: Bool
    private let progressIsShown = Mutex(false)

    /// - Parameter terminal: What kind of terminal stdout and stderr are, as `TERM` says.
    init(stdout: any OutputSink, stderr: any OutputSink, terminal: String?) {
        self.stdout = stdout
        self.stderr = stderr
        // One that obeys no control sequences cannot take a line back.
        showsProgress = stderr.isTerminal && !["", "dumb"].contains(terminal ?? "")
    }

    static func ofThisProcess() -> Console {
        // A closed pipe is an error of `write` then, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        return Console(
            stdout: DescriptorSink(STDOUT_FILENO), stderr: DescriptorSink(STDERR_FILENO),
            terminal: getenv("TERM").map { String(cString: $0) })
    }

    /// One line of data.
    func line(_ text: String) { write(text, to: stdout, keepingLayout: false) }

    /// Several lines of data.
    func block(_ text: String) { write(text, to: stdout, keepingLayout: true) }

    /// One line of message.
    func note(_ text: String) { write(text, to: stderr, keepingLayout: false) }

    /// Several lines of message.
    func noteBlock(_ text: String) { write(text, to: stderr, keepingLayout: true) }

    /// One JSON document.
    func json(_ value: some Encodable) throws(QueueError) {
        do {
            block(String(decoding: try WireJSON.encode(value, pretty: true), as: UTF8.self))
        } catch {
            throw QueueError(.ioError, "The answer cannot be written as JSON: \(error)")
        }
    }

    subscript(stream: OutputStreamName) -> any OutputSink {
        switch stream {
        case .stdout: stdout
        case .stderr: stderr
        }
    }

    private func write(_ text: String, to sink: any OutputSink, keepingLayout: Bool) {
        endProgress()
        let shown =
            sink.isTerminal ? TerminalText.escaped(text, keepingLayout: keepingLayout) : text
        sink.write(Data((shown + "\n").utf8))
    }
}

extension Console {
    /// Shows `text` in place of the last progress, where a person watches and the terminal can.
    func progress(_ text: String) {
        guard showsProgress else { return }
        progressIsShown.withLock { $0 = true }
        stderr.write(Data("\r\u{1b}[K\(TerminalText.escaped(text))".utf8))
    }

    /// Takes the progress away; does nothing if none is shown.
    func endProgress() {
        let wasShown = progressIsShown.withLock { shown in
            defer { shown = false }
            return shown
        }
        if wasShown { stderr.write(Data("\r\u{1b}[K".utf8)) }
    }
}
