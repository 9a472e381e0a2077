import Foundation
import TestSupport
import Testing

/// A short run of `crash`; the long ones are made by hand.
@Suite(.timeLimit(.minutes(10)))
struct CrashRunTests {
    private func crash(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> (code: Int32, text: String)
    {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "crash-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let program = try Program(
            "crash", arguments, environment: environment, directory: directory)
        let code = await program.exitCode()
        return (code, program.stdout)
    }

    @Test func nothingIsLostOrDoneTwiceWhenTheDaemonIsKilled() async throws {
        let (code, text) = try await crash("--kills", "25")
        #expect(code == 0, "\(text)")
    }

    @Test(.enabled(if: geteuid() == 0, "power cuts need root"))
    func nothingIsLostWhenThePowerIsCut() async throws {
        let (code, text) = try await crash("--cuts", "5")
        #expect(code == 0, "\(text)")
    }

    /// A harness that cannot fail proves nothing. When a kill meets a mistake is chance, so this
    /// is for a run by hand, beside `crash --seeded`.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["CRASH_TESTS_SEEDED"] != nil,
            "takes chance kills: set CRASH_TESTS_SEEDED"),
        arguments: ["recoverOnlyOne", "reusedID"])
    func aPlantedMistakeIsFound(_ bug: String) async throws {
        let (code, text) = try await crash(
            "--kills", "75", "--seed", "3", environment: ["QUEUECTL_SEEDED": bug])
        #expect(code == 1, "\(text)")
        for line in text.split(separator: "\n") where line.hasPrefix("kept: ") {
            try FileManager.default.removeItem(atPath: String(line.dropFirst("kept: ".count)))
        }
    }
}
