import Foundation
import FutureModel

/// A journal in the making: a file in a directory of its own beside its place, so that neither it
/// nor what SQLite puts beside it can be anybody else's.
struct JournalDraft {
    /// The file's name in that directory.
    private static let name = "draft"

    /// The database.
    var path: String { directory + "/" + Self.name }
    private let directory: String

    private init(directory: String) { self.directory = directory }

    /// Makes an empty file, which only its user can open whatever the umask.
    init(of journal: String) throws(QueueError) {
        var template = Array((journal + ".new-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .system("The journal \(journal) cannot be created")
        }
        directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        chmod(directory, 0o700)
        let descriptor = openFile(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let error = QueueError.system("The journal \(journal) cannot be created")
            remove()
            throw error
        }
        fchmod(descriptor, 0o600)
        closeFile(descriptor)
    }

    /// Removes what is left of it; all of that once the journal has its name.
    func remove() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(directory)
    }

    /// Removes the drafts of owners that died meanwhile. For the owner: nobody else makes one now.
    static func removeLeftovers(of journal: String) {
        let place = JournalDirectory.parent(of: journal)
        let prefix = (journal.split(separator: "/").last ?? "") + ".new-"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        for name in names
        where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
            let draft = JournalDraft(directory: place + "/" + name)
            let status = FileStatus(of: draft.directory)
            // What is no journal, if only not yet, may be anybody's.
            guard status?.kind == .directory, status?.user == geteuid(),
                JournalHeader.isJournal(draft.path)
            else { continue }
            draft.remove()
        }
    }
}
