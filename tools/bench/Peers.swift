import Foundation

extension Side {
    /// A script of `tools/bench/peers` that prints its figures as one JSON object.
    static func python(
        _ name: String, _ script: String, _ arguments: any CustomStringConvertible...,
        module: String? = nil
    ) -> Side {
        let words = arguments.map(\.description)
        return Side(name: name, role: .peer, absence: Peers.absence(of: module)) { setting in
            try await setting.inDirectory { directory in
                let path = Setting.peers.appending(path: script).path
                let data = try Shell.output([Peers.python, path, directory.path] + words)
                return try JSONDecoder().decode(Sample.self, from: data)
            }
        }
    }
}

enum Peers {
    /// That of the virtual environment of `setup-peers`, if there is one.
    static let python: String = {
        let own = ".build/bench-peers/bin/python3"
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }()

    static func absence(of module: String?) -> String? {
        guard let module else {
            return Shell.find(python) == nil ? "there is no python3" : nil
        }
        let look = "import importlib.util as u, sys; sys.exit(u.find_spec('\(module)') is None)"
        let found = (try? Shell.output([python, "-c", look])) != nil
        return found ? nil : "not installed; see tools/bench/setup-peers"
    }
}
