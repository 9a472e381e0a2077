import Foundation
import FutureModel

/// Prints what a command wrote, each stream to its own.
struct OutputPrinter {
    private let console: Console
    private var decoders: [OutputStreamName: TerminalDecoder] = [:]
    /// The attempt that is being told, how far, and how much of it has been missing.
    private var attempt: Int?
    private var told: [OutputStreamName: Int] = [:]
    private var missing: [OutputStreamName: Int] = [:]

    init(_ console: Console) { self.console = console }

    /// Whether nobody takes the output any more.
    var isClosed: Bool { console.stdout.failure != nil }

    /// Says on stderr where another attempt begins, and where something is missing.
    mutating func print(_ chunk: OutputChunk) {
        if let attempt, chunk.attempt != attempt {
            finish()
            (told, missing) = ([:], [:])
            console.note("queuectl: attempt \(chunk.attempt) begins")
        }
        attempt = chunk.attempt
        let gap = chunk.offset - told[chunk.stream, default: 0]
        told[chunk.stream] = chunk.end
        if gap > 0 {
            finish()
            missing[chunk.stream, default: 0] += gap
            console.note("queuectl: … \(gap) bytes of \(chunk.stream.rawValue) not kept …")
        }
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
        printer.noteDropped(output)
    }

    /// Says how much of the output was not kept, if more than what was seen to be missing.
    func noteDropped(_ output: CapturedOutput) {
        for stream in OutputStreamName.allCases {
            let count = output[stream].droppedByteCount
            guard count > missing[stream, default: 0] else { continue }
            console.note(
                "queuectl: \(count) more bytes of \(stream.rawValue) were over its limit and "
                    + "not kept")
        }
    }
}
