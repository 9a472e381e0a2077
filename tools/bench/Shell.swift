import Foundation

/// Other programs, run to their end.
enum Shell {
    /// What a program prints; throws if it fails.
    static func output(_ words: [String], environment: [String: String] = [:]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try check(
            process.terminationStatus == 0,
            "'\(words.joined(separator: " "))' exited with \(process.terminationStatus)")
        return data
    }

    /// The first line that a program prints; `nil` if there is none or it fails.
    static func line(_ words: [String]) -> String? {
        let data = try? output(words)
        return data.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").first }
            .map(String.init)
    }

    /// The path of an installed program.
    static func find(_ program: String) -> String? { line(["which", program]) }
}
