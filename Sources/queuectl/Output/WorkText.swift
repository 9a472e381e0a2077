import FutureModel

/// What a future is to do, as a person would write it.
enum WorkText {
    /// A command as a shell would take it, a function as a call.
    static func text(_ record: FutureRecord) -> String {
        if let command = record.command { return shellText(command.argv) }
        var arguments = record.arguments?.json ?? ""
        if arguments.hasPrefix("["), arguments.hasSuffix("]") {
            arguments = String(arguments.dropFirst().dropLast())
        }
        return "\(record.task)(\(arguments))"
    }

    static func shellText(_ argv: [String]) -> String {
        argv.map(quotedIfNeeded).joined(separator: " ")
    }

    private static func quotedIfNeeded(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "_@%+=:,./-".unicodeScalars.contains(scalar)
        }
        if isPlain, !word.isEmpty { return word }
        let inner = word.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + inner.joined(separator: "'\\''") + "'"
    }
}
