import Foundation
import FutureModel

/// Prints what a command wrote, each stream to its own.
struct OutputPrinter {
    private let console: Console
    private var decoders: [OutputStreamName: TerminalDecoder] = [:]

    init(_ console: Console) { self.console = console }

    /// Whether nobody takes the output any more.
    var isClosed: Bool { console.stdout.failure != nil }

    mutating func print(_ chunk: OutputChunk) {
        let sink = console[chunk.stream]
        if sink.isTerminal {
            let text = decoders[chunk.stream, default: TerminalDecoder()].text(of: chunk.bytes)
            sink.write(Data(text.utf8))
        } else {
            sink.write(chunk.bytes)
        }
    }

    mutating func finish() {
        for stream in OutputStreamName.allCases {
            if let rest = decoders[stream]?.finish() { console[stream].write(Data(rest.utf8)) }
        }
        decoders = [:]
    }

    /// All that was kept, with a word on stderr about what was not.
    static func print(_ output: CapturedOutput, to console: Console) {
        var printer = OutputPrinter(console)
        for stream in OutputStreamName.allCases where !output[stream].bytes.isEmpty {
            printer.print(OutputChunk(stream: stream, bytes: output[stream].bytes))
        }
        printer.finish()
        noteDropped(output, on: console)
    }

    /// Says how much of the output was not kept, if any.
    static func noteDropped(_ output: CapturedOutput, on console: Console) {
        for stream in OutputStreamName.allCases where output[stream].droppedByteCount > 0 {
            console.note(
                "queuectl: \(output[stream].droppedByteCount) more bytes of \(stream.rawValue) "
                    + "were over its limit and not kept")
        }
    }
}
