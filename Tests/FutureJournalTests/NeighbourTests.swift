import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// Files beside a journal, or in its place, that are somebody else's.
@Suite(.timeLimit(.minutes(10))) struct NeighbourTests {
    private let place: TemporaryJournal
    private var path: String { place.location.path }

    init() throws { place = try TemporaryJournal() }

    private func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: place.directory).sorted() }
    }

    private func isRefused(_ code: QueueError.Code, naming path: String) async {
        let error = await #expect(throws: QueueError.self) { await (try place.open()).close() }
        #expect(error?.code == code)
        #expect(error?.message.contains(path) == true, "\(error?.message ?? "")")
    }

    @Test func aNewJournalLeavesThemAlone() async throws {
        let files = [".new", ".new-wal", ".new-shm", ".new-journal", ".draft", ".new-abcdefg"]
        for suffix in files { try write(suffix, path + suffix) }
        for name in [".new-abc123", ".new-backup"] {
            try FileManager.default.createDirectory(
                atPath: path + name, withIntermediateDirectories: false)
            try write("mine", path + name + "/draft")
            try write("mine", path + name + "/draft-wal")
        }
        let before = try names
        let journal = try await place.open()
        await journal.close()
        for suffix in files { #expect(read(path + suffix) == suffix) }
        for name in [".new-abc123", ".new-backup"] {
            #expect(read(path + name + "/draft") == "mine")
            #expect(read(path + name + "/draft-wal") == "mine")
        }
        let own = ["", "-shm", "-wal", ".owner"].map { "journal.db" + $0 }
        #expect(try names == (before + own).sorted())
    }

    @Test func aDeadOwnersDraftIsRemoved() async throws {
        let other = try TemporaryJournal()
        await (try other.open()).close()
        let draft = path + ".new-abc123"
        try FileManager.default.createDirectory(
            atPath: draft, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: other.location.path, toPath: draft + "/draft")
        try write("what SQLite had begun", draft + "/draft-wal")
        await (try place.open()).close()
        #expect(!FileManager.default.fileExists(atPath: draft))
    }

    @Test func aLockFileThatIsAnothersIsRefused() async throws {
        for text in ["my notes\n", "{\"process\":1}", String(repeating: "x", count: 40_000)] {
            try write(text, place.location.lockPath)
            chmod(place.location.lockPath, 0o640)
            await isRefused(.badJournal, naming: place.location.lockPath)
            #expect(read(place.location.lockPath) == text)
            let mode = try FileManager.default.attributesOfItem(
                atPath: place.location.lockPath)[.posixPermissions]
            #expect(mode as? Int == 0o640)
            #expect(try names == ["journal.db.owner"])
            #expect(try OwnerLock.currentOwner(of: place.location) == nil)
        }
        unlink(place.location.lockPath)
        mkfifo(place.location.lockPath, 0o600)
        await isRefused(.badJournal, naming: place.location.lockPath)
    }

    /// The name of a longer one behind a shorter one's, half a name, and zeros.
    @Test func whatAnOwnerOrAPowerCutLeavesInItIsNot() async throws {
        let identity = OwnerIdentity(process: .current, program: "queued", version: "1")
        let name = String(decoding: try WireJSON.encode(identity), as: UTF8.self)
        let zeros = String(repeating: "\0", count: 150)
        for text in [name + "\n", name + "\n" + name + "\n", String(name.prefix(60)), zeros, ""] {
            try write(text, place.location.lockPath)
            await (try place.open()).close()
        }
    }

    @Test func anIndexThatIsAnothersIsRefused() async throws {
        try write("my notes\n", path + "-shm")
        await isRefused(.badJournal, naming: path + "-shm")
        #expect(read(path + "-shm") == "my notes\n")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// What is left of a journal whose file alone was deleted.
    @Test func anIndexWithoutItsJournalGoes() async throws {
        await (try place.open()).close()
        #expect(FileManager.default.fileExists(atPath: path + "-shm"))
        unlink(path)
        await (try place.open()).close()
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func nothingIsPutBesideWhatIsNoJournal() async throws {
        try write("my notes\n", path)
        await isRefused(.badJournal, naming: path)
        #expect(read(path) == "my notes\n")
        #expect(try names == ["journal.db"])
        unlink(path)
        mkfifo(path, 0o600)
        await isRefused(.badJournal, naming: path)
        #expect(try names == ["journal.db"])
    }

    /// Each name would have a lock and a log of its own.
    @Test func aHardLinkIsRefusedByEitherName() async throws {
        await (try place.open()).close()
        let other = place.directory + "/other.db"
        #expect(link(path, other) == 0)
        let before = try names
        await isRefused(.badJournal, naming: "hard link")
        for path in [path, other] {
            let location = try JournalLocation(path)
            let error = #expect(throws: QueueError.self) { try JournalReader.open(location) }
            #expect(error?.code == .badJournal)
            #expect(error?.message.contains("\(path) has another name") == true)
            await JournalUnderTest.fails(.badJournal) {
                let identity = OwnerIdentity(process: .current, program: "test", version: "0")
                _ = try await OwnerLock.acquire(location, as: identity, patience: .zero)
            }
        }
        #expect(try names == before)
        unlink(other)
        await (try place.open()).close()
    }
}
