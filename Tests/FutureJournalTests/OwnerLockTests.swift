import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct OwnerLockTests {
    private static func identity(_ program: String) -> OwnerIdentity {
        OwnerIdentity(process: .current, program: program, version: "1")
    }

    private static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func theSecondIsToldWhoOwnsIt() async throws {
        let place = try TemporaryJournal()
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
        let lock = try await OwnerLock.acquire(
            place.location, as: Self.identity("alpha"), patience: .zero)
        let error = await #expect(throws: QueueError.self) {
            _ = try await OwnerLock.acquire(
                place.location, as: Self.identity("beta"), patience: .milliseconds(30))
        }
        #expect(error?.code == .owned)
        #expect(error?.message.contains("owned by alpha (pid \(getpid()))") == true)
        #expect(try OwnerLock.currentOwner(of: place.location) == Self.identity("alpha"))
        lock.release()
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
    }

    @Test func aLockedFileSaysWhatWasPublishedLast() async throws {
        let place = try TemporaryJournal()
        var identity = Self.identity("a program with a long name")
        let lock = try await OwnerLock.acquire(place.location, as: identity, patience: .zero)
        identity.program = "x"
        identity.socket = "/s"
        try lock.publish(identity)
        #expect(try OwnerLock.currentOwner(of: place.location) == identity)
        #expect(lock.identity == identity)
        lock.release()
        #expect(throws: QueueError.self) { try lock.publish(identity) }
    }

    @Test func severalTakeTurns() async throws {
        let place = try TemporaryJournal()
        defer { withExtendedLifetime(place) {} }
        let location = place.location
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    let lock = try await OwnerLock.acquire(
                        location, as: Self.identity("p\(number)"), patience: .seconds(50))
                    await Task.yield()
                    lock.release()
                }
            }
            try await group.waitForAll()
        }
    }

    /// A thousand times two at once, the second by another name of the same file.
    @Test func ofTwoAtOnceOneWinsAndTheOtherIsTold() async throws {
        let place = try TemporaryJournal(isInMemory: true)
        defer { withExtendedLifetime(place) {} }
        let link = place.directory + "/link"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: place.directory)
        let locations = [place.location, try JournalLocation(link + "/journal.db")]
        #expect(locations[0] == locations[1])
        for _ in 0..<1000 {
            let answers = await withTaskGroup(of: Result<OwnerLock, QueueError>.self) { group in
                for (number, location) in locations.enumerated() {
                    group.addTask {
                        do throws(QueueError) {
                            return .success(
                                try await OwnerLock.acquire(
                                    location, as: Self.identity("p\(number)"), patience: .zero))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                var answers: [Result<OwnerLock, QueueError>] = []
                for await answer in group { answers.append(answer) }
                return answers
            }
            let locks = answers.compactMap { try? $0.get() }
            #expect(locks.count == 1)
            for case .failure(let error) in answers {
                #expect(error.code == .owned)
                let winner = locks.first?.identity.program ?? ""
                #expect(error.message.contains("owned by \(winner) (pid \(getpid()))"))
            }
            locks.forEach { $0.release() }
        }
    }

    @Test func theContentAloneOwnsNothing() async throws {
        let place = try TemporaryJournal()
        let content = try WireJSON.encode(Self.identity("ghost")) + Data("\n".utf8)
        try content.write(to: URL(fileURLWithPath: place.location.lockPath))
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
        let lock = try await OwnerLock.acquire(
            place.location, as: Self.identity("real"), patience: .zero)
        #expect(try OwnerLock.currentOwner(of: place.location)?.program == "real")
        lock.release()
    }

    @Test func aClosedJournalFreesItsLock() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open(program: "alpha")
        await JournalUnderTest.fails(.owned) { _ = try await place.open() }
        await journal.close()
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
    }

    /// Another process holds the lock, and is killed.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
    func theKernelFreesADeadOwnersLock() async throws {
        let place = try TemporaryJournal()
        let holder = Process()
        let output = Pipe()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        holder.arguments = [
            "-c",
            """
            import fcntl, os, struct, sys, time
            fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
            fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
            print("locked", flush=True)
            time.sleep(100)
            """,
            place.location.lockPath,
        ]
        holder.standardOutput = output
        try holder.run()
        let word = output.fileHandleForReading.readData(ofLength: 6)
        #expect(word == Data("locked".utf8))
        await JournalUnderTest.fails(.owned) { _ = try await place.open() }
        kill(holder.processIdentifier, SIGKILL)
        let identity = Self.identity("next")
        let lock = try await OwnerLock.acquire(
            place.location, as: identity, patience: .seconds(50))
        #expect(try OwnerLock.currentOwner(of: place.location) == identity)
        lock.release()
    }

    @Test func aSymbolicLinkIsNotFollowed() async throws {
        let place = try TemporaryJournal()
        let victim = place.directory + "/victim"
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        try FileManager.default.createSymbolicLink(
            atPath: place.location.lockPath, withDestinationPath: victim)
        await JournalUnderTest.fails(.noAccess) { _ = try await place.open() }
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
    }

    @Test func aMissingDirectoryIsNotMadeUp() async throws {
        let place = try TemporaryJournal()
        let location = try JournalLocation(place.directory + "/no/such/journal.db")
        await JournalUnderTest.fails(.noAccess) {
            _ = try await OwnerLock.acquire(
                location, as: Self.identity("x"), patience: .zero)
        }
        #expect(!FileManager.default.fileExists(atPath: place.directory + "/no"))
        await JournalUnderTest.fails(.noAccess) { _ = try JournalReader.open(location) }
    }

    @Test func filesAreTheOwnersAlone() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        _ = try await JournalUnderTest(journal: journal, time: ManualTime()).submit()
        for suffix in ["", ".owner", "-wal", "-shm"] {
            #expect(try Self.mode(place.location.path + suffix) == 0o600, "\(suffix)")
        }
        await journal.close()
    }
}
