import Foundation
import TestSupport
import Testing

/// The short runs of `crash`; the long ones are made by hand.
@Suite(.timeLimit(.minutes(20)))
struct CrashRunTests {
    private func crash(_ arguments: String...) async throws -> (code: Int32, text: String) {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "crash-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let program = try Program("crash", arguments, directory: directory)
        let code = await program.exitCode()
        return (code, program.stdout + program.stderr)
    }

    @Test func nothingIsLostOrDoneTwiceWhenTheDaemonIsKilled() async throws {
        let (code, text) = try await crash("--kills", "200")
        #expect(code == 0, "\(text)")
    }

    @Test(.enabled(if: canMount, "power cuts need root, loop devices and mkfs.ext4"))
    func nothingIsLostWhenThePowerIsCut() async throws {
        let (code, text) = try await crash("--cuts", "200")
        #expect(code == 0, "\(text)")
    }

    @Test func noStateThatACrashCanLeaveBreaksAPromise() async throws {
        let (code, text) = try await crash("--states", "2000")
        #expect(code == 0, "\(text)")
    }

    /// A harness that cannot fail proves nothing.
    @Test func everyPlantedMistakeIsFound() async throws {
        let (code, text) = try await crash("--seeded")
        #expect(code == 0, "\(text)")
    }
}

private let canMount =
    geteuid() == 0 && access("/dev/loop-control", R_OK | W_OK) == 0
    && ["/sbin", "/usr/sbin"].contains { access("\($0)/mkfs.ext4", X_OK) == 0 }
