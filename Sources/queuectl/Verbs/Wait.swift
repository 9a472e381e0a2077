import ArgumentParser
import FutureModel

struct Wait: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until futures have ended, and say how each did.",
        discussion: """
            Exits with 0 if all succeeded. Of one future that failed: with its command's own code \
            (128+n for signal n), or 1; of several: 1. With 125 if the only one was cancelled, \
            and with 124 if the time was over first. Interrupting the wait leaves the futures \
            alone.

            Inside of a queued command it keeps that command's slot: where commands wait for \
            commands, give the daemon more --commands than can wait at once.

            Examples:
              queuectl wait 7
              queuectl wait --timeout 5m 7 8 9
              queuectl wait --return-when first-exception $ids
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var waiting: WaitOptions

    @Option(help: "When to return: all-completed, first-completed or first-exception.")
    var returnWhen: ReturnWhen = .allCompleted

    @OptionGroup var reading: ReadOptions
    @OptionGroup var futures: FutureIDs

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let ids = futures.unique
        let console = session.console
        let service = try await journal.connect(session)
        let wait = Waiting(service: service, time: session.time, timeout: waiting.timeout)
        if ids.count > 1 { console.progress("0 of \(ids.count) done") }
        let answer = try await wait.wait(for: ids, isEnough: isEnough) { snapshot, count in
            if !reading.json { console.line(Self.line(snapshot)) }
            if ids.count > 1 { console.progress("\(count) of \(ids.count) done") }
        }
        console.endProgress()
        if reading.json {
            let places = Dictionary(uniqueKeysWithValues: zip(ids, ids.indices))
            try console.json(
                (answer.ended + answer.open).sorted { places[$0.id]! < places[$1.id]! })
        }
        if answer.timedOut { console.note(Self.timeoutNote(answer.open, waiting.timeout)) }
        return exitCode(answer, of: ids.count)
    }

    private func isEnough(_ snapshot: FutureSnapshot) -> Bool {
        switch returnWhen {
        case .allCompleted: false
        case .firstCompleted: true
        case .firstException: snapshot.state == .failed
        }
    }

    private func exitCode(_ answer: Waiting.Answer, of count: Int) -> Int32 {
        if answer.timedOut { return ExitStatusCode.timedOut }
        let codes = answer.ended.map { $0.outcome?.exitCode ?? ExitStatusCode.failed }
        if count == 1, let code = codes.first { return code }
        return codes.allSatisfy { $0 == ExitStatusCode.succeeded }
            ? ExitStatusCode.succeeded : ExitStatusCode.failed
    }

    private static func line(_ snapshot: FutureSnapshot) -> String {
        switch snapshot.outcome {
        case .failed(let failure)?: "\(snapshot.id) failed: \(failure)"
        case .cancelled(let reason)?: "\(snapshot.id) cancelled: \(reason)"
        case .succeeded?, nil: "\(snapshot.id) \(snapshot.state)"
        }
    }

    private static func timeoutNote(_ open: [FutureSnapshot], _ timeout: Duration?) -> String {
        let time = timeout.map { "after \(DurationText.exact($0)) " } ?? ""
        guard open.count == 1 else { return "\(time)\(open.count) futures have not ended" }
        return "\(time)future \(open[0].id) is still \(open[0].state)"
    }
}
