import FutureModel

/// The words of a command line, taken as they are.
enum CommandLineWords {
    /// Without the program's name. Swift's own `CommandLine.arguments` repairs what is not UTF-8,
    /// and a command would then run with other arguments than it was given.
    static func ofThisProcess() -> Result<[String], QueueError> {
        let count = Int(CommandLine.argc)
        let words = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: count)
        return decode(words.dropFirst().compactMap { $0.map { UnsafePointer($0) } })
    }

    static func decode(_ words: [UnsafePointer<CChar>]) -> Result<[String], QueueError> {
        var decoded: [String] = []
        for (index, word) in words.enumerated() {
            guard let text = String(validatingCString: word) else {
                let shown = TerminalText.escaped(String(cString: word))
                return .failure(
                    QueueError(.badInput, "Argument \(index + 1) is not valid UTF-8: \(shown)"))
            }
            decoded.append(text)
        }
        return .success(decoded)
    }
}
