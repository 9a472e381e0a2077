import CProcess
import Foundation
import FutureModel

/// The environment in which `queuectl` was called, and what of it travels with a command.
struct SubmitterEnvironment: Sendable {
    /// Those whose values are UTF-8.
    var variables: [String: String]
    /// The names of the others.
    var undecodable: Set<String> = []

    static func ofThisProcess() -> SubmitterEnvironment {
        var environment = SubmitterEnvironment(variables: [:])
        var at = cp_environment()
        while let entry = at.pointee {
            at += 1
            guard let equals = strchr(entry, Int32(UInt8(ascii: "="))) else { continue }
            let name = UnsafeRawBufferPointer(start: entry, count: equals - entry)
            guard let name = String(validating: name, as: UTF8.self) else { continue }
            if let value = String(validatingCString: equals + 1) {
                environment.variables[name] = value
            } else {
                environment.undecodable.insert(name)
            }
        }
        return environment
    }

    /// `PATH`, `LANG`, `LC_*` and `TZ`, and on top of them `settings`, each `NAME=VALUE`, or
    /// `NAME` to copy that variable.
    func forCommand(_ settings: [String]) throws(QueueError) -> [String: String] {
        var result: [String: String] = [:]
        for (name, value) in variables where Self.travels(name) { result[name] = value }
        for name in undecodable where Self.travels(name) { _ = try value(of: name) }
        for setting in settings {
            if let equals = setting.firstIndex(of: "=") {
                result[String(setting[..<equals])] = String(
                    setting[setting.index(after: equals)...])
            } else {
                result[setting] = try value(of: setting)
            }
        }
        return result
    }

    private static func travels(_ name: String) -> Bool {
        name == "PATH" || name == "LANG" || name == "TZ" || name.hasPrefix("LC_")
    }

    private func value(of name: String) throws(QueueError) -> String {
        if let value = variables[name] { return value }
        let defect = undecodable.contains(name) ? "is not valid UTF-8" : "is not set"
        throw QueueError(.badInput, "The environment variable '\(name)' \(defect).")
    }
}
