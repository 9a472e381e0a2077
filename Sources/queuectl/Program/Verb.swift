import ArgumentParser
import FutureModel

/// One verb of `queuectl`: its options, and what it does with them.
protocol Verb: ParsableCommand {
    /// Returns the exit code. Throws what is to be said on stderr; ``QueueError/Code/exitCode``
    /// is then the program's.
    func perform(in session: Session) async throws(QueueError) -> Int32
}

/// A verb whose words are a command's, taken as they are from the first `--` on.
protocol CommandVerb: Verb {
    var words: [String] { get set }
}
