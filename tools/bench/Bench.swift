import ArgumentParser
import Foundation

@main struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure kinds of work, each with the floor under it and with its peers.",
        discussion: """
            Build it for release, with the programs that it measures:
              swift build -c release --static-swift-stdlib --product bench
            Peers that are not installed are left out by name; tools/bench/setup-peers sets up \
            those of Python.
            """)

    @Option(help: "Only these rows.")
    var only: [String] = []

    @Flag(help: "Print the rows' names and exit.")
    var list = false

    @Option(help: "How often each side runs.")
    var repetitions = 5

    @Option(help: "A directory on the disk to be measured.")
    var directory = ".build/bench-data"

    @Option(help: "Inputs of the row map-memory.")
    var mapInputs = 100_000

    @Flag(help: "Without peers.")
    var alone = false

    @Option(help: "Only sides whose name begins so, as for a profiler.")
    var side: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print the documentation's article.")
    var markdown = false

    static func main() async {
        await Work.serveIfWorker()
        do {
            let command = try parse()
            try await command.run()
        } catch {
            exit(withError: error)
        }
    }

    func run() async throws {
        if list { return print(Rows.all.map(\.name).joined(separator: "\n")) }
        let unknown = Set(only).subtracting(Rows.all.map(\.name))
        guard unknown.isEmpty else {
            throw ValidationError("There is no row '\(unknown.sorted()[0])'; see --list.")
        }
        guard repetitions > 0 else { throw ValidationError("--repetitions is 1 or more.") }
        guard mapInputs >= 10 else { throw ValidationError("--map-inputs is 10 or more.") }
        let url = URL(fileURLWithPath: directory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let setting = Setting(directory: url, mapInputCount: mapInputs)
        let runner = Runner(setting: setting, repetitions: repetitions)
        var report = Report(setting: setting, repetitions: repetitions)
        for row in Rows.all where only.isEmpty || only.contains(row.name) {
            let sides = row.sides.filter {
                (!alone || $0.role != .peer) && $0.name.hasPrefix(side ?? "")
            }
            let measured = Row(
                name: row.name, work: row.work, sides: sides, goals: row.goals,
                repetitionLimit: row.repetitionLimit)
            report.rows.append(try await runner.run(measured))
        }
        print(json ? try report.json : markdown ? report.markdown : report.text)
    }
}

/// Every row, in the order in which they run.
enum Rows {
    static let all: [Row] =
        submits + lives + roundTrips + commands + sockets + growth + maps + daemons
}
