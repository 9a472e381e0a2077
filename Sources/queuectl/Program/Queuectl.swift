import ArgumentParser
import FutureModel

/// The command `queuectl` with all its verbs.
struct Queuectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: programName,
        abstract: "Submit durable futures, wait for them, and look after their queue.",
        discussion: """
            Data goes to standard output, messages to standard error. Durations are written 30 \
            (seconds), 500ms, 2m, 1h or 1d.

            Exit codes: 0 succeeded; a command that failed, its own (128+n for signal n); 1 \
            anything else that failed; 124 timed out; 125 cancelled; 127 no such future; 64 \
            usage; 65 bad input; 69 a daemon is needed and there is none; 70 the journal is \
            damaged, foreign or newer; 74 input/output error.

            Examples:
              id=$(queuectl submit -- make -C /src)
              queuectl wait $id --timeout 10m
              queuectl result $id
            """,
        version: packageVersion,
        subcommands: [
            Submit.self, Wait.self, ResultVerb.self, Run.self, Cancel.self, Retry.self, Show.self,
            History.self, Log.self, List.self, Status.self, Stats.self, Shutdown.self,
            Verify.self,
        ])

    @OptionGroup var journal: JournalOptions

    /// Also what it calls itself while it owns a journal for the moment of a write.
    static let programName = "queuectl"
}

extension Queuectl {
    /// The verb that `words` begin with, read by itself: for the whole program the parser takes
    /// twice as long. `nil` where that is in vain, and the whole program is to say why.
    static func verb(_ words: [String]) -> (any Verb)? {
        let verb = configuration.subcommands.first { $0.configuration.commandName == words.first }
        // Each word of a command takes the parser as long as all words before it: of those after
        // `--` it sees none, one or two, which says whether they are several.
        if verb is any CommandVerb.Type, let end = words.firstIndex(of: "--").map({ $0 + 3 }),
            end < words.count
        {
            var short = try? verb?.parseAsRoot(Array(words[1..<end])) as? any CommandVerb
            short?.words += words[end...]
            return short
        }
        return try? verb?.parseAsRoot(Array(words.dropFirst())) as? any Verb
    }
}
