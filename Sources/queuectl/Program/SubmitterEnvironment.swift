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
        for name in ProcessInfo.processInfo.environment.keys {
            guard let bytes = getenv(name) else { continue }
            if let value = String(validatingCString: bytes) {
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
        for name in Set(variables.keys).union(undecodable) where Self.travels(name) {
            result[name] = try value(of: name)
        }
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
