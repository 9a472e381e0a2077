import ArgumentParser
import FutureModel

struct ResultVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Wait for a future and print its value.",
        discussion: """
            Of a command what it wrote, to stdout and stderr as it did; of a function its value \
            in JSON. If it failed, the exception on stderr, and exit codes as wait has them.

            Examples:
              queuectl result 7 > sums.txt
              queuectl result --timeout 500ms 8
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var future: OneFutureID

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        let wait = Waiting(service: service, time: session.time, timeout: waiting.timeout)
        if let open = try await wait.wait(for: [future.id]).open.first {
            let time = waiting.timeout.map { "after \(DurationText.exact($0)) " } ?? ""
            session.console.note("\(time)future \(future.id) is still \(open.state)")
            return ExitStatusCode.timedOut
        }
        let record = try await service.record(future.id)
        if reading.json {
            try session.console.json(record)
        } else {
            Self.write(record, to: session.console)
        }
        return record.outcome?.exitCode ?? ExitStatusCode.failed
    }

    private static func write(_ record: FutureRecord, to console: Console) {
        if record.command != nil, let output = record.output {
            OutputPrinter.print(output, to: console)
        }
        switch record.outcome {
        case .succeeded(let value)? where record.command == nil: console.block(value.json)
        case .failed(let failure)?: console.noteBlock(failure.sentence)
        case .cancelled(let reason)?: console.note("cancelled: \(reason)")
        case .succeeded?, nil: break
        }
    }
}

extension FutureService {
    func record(_ id: FutureID) async throws(QueueError) -> FutureRecord {
        guard let record = try await records([id]).first else {
            throw QueueError(.noSuchFuture, "There is no future \(id).")
        }
        return record
    }
}
