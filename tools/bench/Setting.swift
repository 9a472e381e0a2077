import Foundation

/// Where and how much is measured.
struct Setting: Sendable {
    /// On the disk that is measured; each run has a directory of its own in it.
    let directory: URL
    /// How much the row `map-memory` does.
    var mapInputCount = 100_000

    /// Runs `body` with an empty directory that is removed afterwards.
    func inDirectory<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let own = directory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: own) }
        return try await body(own)
    }

    /// Where this program and the others of the package were built.
    static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    /// Scripts of peers, beside the sources.
    static let peers = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "peers")
}

/// How long `body` takes.
func measure(_ body: () async throws -> Void) async rethrows -> Duration {
    try await ContinuousClock().measure { try await body() }
}
