import Foundation
import RecorderVFS

/// One thing that SQLite, or the journal itself, did to the disk.
enum DiskEvent: Sendable {
    case create(String)
    case write(String, offset: Int, bytes: [UInt8])
    case resize(String, Int)
    case remove(String)
    /// Durable at once: the journal syncs its directory before it goes on.
    case rename(String, to: String)
    /// All that was done to the file is on the disk from here on.
    case sync(String)
    /// Something was asked of the journal or answered by it.
    case mark
}

/// All that SQLite in this process does to the files of one journal, while it is recorded.
enum DiskRecorder {
    /// Begins; there is one recording at a time.
    static func start(_ path: String) throws {
        guard rv_start(path) == 0 else { throw Failure("SQLite takes no recorder.") }
    }

    /// Puts a mark between two events; its place among them.
    static func mark() -> Int { Int(rv_mark(0)) }

    /// Ends it; what was recorded, file names without their directory.
    static func stop(_ path: String) -> [DiskEvent] {
        rv_stop()
        let journal = name(of: path)
        var events: [DiskEvent] = []
        var isNamed = false
        for index in 0..<rv_count() {
            let event = rv_event_at(index)
            let file = name(of: String(cString: rv_file_name(event.file)))
            switch event.kind {
            case RV_OPEN where file == journal && !isNamed:
                // A new journal is made under another name, which SQLite knows nothing of.
                isNamed = true
                events.append(.rename("draft", to: journal))
            case RV_OPEN: events.append(event.length == 1 ? .create(file) : .mark)
            case RV_WRITE:
                let bytes = UnsafeBufferPointer(start: event.bytes, count: Int(event.length))
                events.append(.write(file, offset: Int(event.offset), bytes: Array(bytes)))
            case RV_TRUNCATE: events.append(.resize(file, Int(event.length)))
            case RV_SYNC: events.append(.sync(file))
            case RV_DELETE: events.append(.remove(file))
            default: events.append(.mark)
            }
        }
        return events
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
