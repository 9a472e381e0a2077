import CProcess
import Foundation

/// The environment of a child: the owner's, as bytes, with some variables set or left out.
struct EnvironmentBlock: Sendable {
    /// Variables that belong to one process only.
    private static let ownNames = [Mark.variable, WorkerProcess.variable, GuardianProcess.variable]

    /// `NAME=value` without the closing NUL, from the owner; its names need not be UTF-8.
    private static let inherited: [(name: [UInt8], entry: [CChar])] = {
        var entries: [(name: [UInt8], entry: [CChar])] = []
        var at = cp_environment()
        while let pointer = at.pointee {
            let entry = Array(UnsafeBufferPointer(start: pointer, count: strlen(pointer)))
            let name = entry.prefix { $0 != CChar(UInt8(ascii: "=")) }.map(UInt8.init(bitPattern:))
            if !ownNames.contains(where: { $0.utf8.elementsEqual(name) }) {
                entries.append((name, entry + [0]))
            }
            at += 1
        }
        return entries
    }()

    private let changes: [String: String]

    /// The owner's environment with `changes` set on top.
    init(changes: [String: String]) { self.changes = changes }

    /// A variable's value as the child will see it.
    subscript(name: String) -> String? {
        if let value = changes[name] { return value }
        guard let entry = Self.inherited.first(where: { $0.name.elementsEqual(name.utf8) })?.entry
        else { return nil }
        return entry.withUnsafeBufferPointer {
            String(cString: $0.baseAddress! + name.utf8.count + 1)
        }
    }

    /// The block as `execve` takes it, for as long as `body` runs.
    func withPointers<T>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> T) -> T {
        let changed = Set(changes.keys.map { Array($0.utf8) })
        var pointers: [UnsafeMutablePointer<CChar>?] = []
        for (name, entry) in Self.inherited where !changed.contains(name) {
            entry.withUnsafeBufferPointer { pointers.append(strdup($0.baseAddress!)) }
        }
        for (name, value) in changes { pointers.append(strdup("\(name)=\(value)")) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}

/// The variable by which descendants are found that have left their group.
enum Mark {
    static let variable = "QUEUECTL_MARK"

    /// Of everything that an owner of this journal has started, up to its last colon.
    static func journal(_ identity: String) -> String { "\(identity):" }

    /// The next owner, who kills what the last one has left, ends its guardian with that.
    static func guardian(_ identity: String) -> String { "\(identity):guardian" }

    static func attempt(_ identity: String, _ future: String, _ number: Int) -> String {
        "\(identity):\(future):\(number)"
    }

    /// No two workers of one owner have the same.
    static func worker(_ identity: String, _ number: UInt64) -> String {
        "\(identity):worker:\(number)"
    }
}
