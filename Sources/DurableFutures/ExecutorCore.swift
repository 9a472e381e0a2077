import FutureControl
package import FutureEngine
import FutureJournal
package import FutureModel
import FuturePools

/// What the three executors have in common: a way to a journal, and what they may submit to it.
public final class ExecutorCore: Sendable {
    package let service: any FutureService
    /// Canonical: two executors on one journal have the same.
    package let journalPath: String
    /// The pool on which this executor's functions run; `nil` leaves it to the owner.
    let pool: PoolKind?
    /// The functions that this process can run; `nil` for one that runs none itself.
    let registered: Set<String>?
    /// The engine, where this process is the owner.
    package let engine: Engine?
    private let directEnds: (any DirectEnds)?
    private let watch: EndWatch
    /// By which time-outs are measured.
    let time: any TimeSource

    package init(
        service: any FutureService, journalPath: String, pool: PoolKind? = nil,
        registered: Set<String>? = nil, engine: Engine? = nil,
        time: any TimeSource = SystemTime()
    ) {
        self.service = service
        self.journalPath = journalPath
        self.pool = pool
        self.registered = registered
        self.engine = engine
        self.time = time
        directEnds = service as? any DirectEnds
        watch = EndWatch { ids throws(QueueError) in try await service.completions(of: ids) }
    }

    /// The snapshot of the ended future `id`; waits until it has ended.
    func end(of id: FutureID) async throws -> FutureSnapshot {
        if let directEnds { return try await directEnds.end(of: id) }
        return try await watch.end(of: id)
    }

    /// Where each of `ids` stands; after the executor's shutdown, what the journal has in the end.
    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        do {
            return try await service.snapshots(ids)
        } catch {
            guard error.code == .shutDown, engine != nil else { throw error }
            return try await reading { reader throws(QueueError) in
                try await reader.snapshots(ids)
            }
        }
    }

    /// What a command has written.
    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        do {
            return try await service.output(id)
        } catch {
            guard error.code == .shutDown, engine != nil else { throw error }
            return try await reading { reader throws(QueueError) in try await reader.output(id) }
        }
    }

    private func reading<Value>(
        _ read: (JournalReader) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let reader = try JournalReader.open(try JournalLocation(journalPath))
        defer { reader.close() }
        return try await read(reader)
    }

    /// Runs `wait`, which awaits the end of one of `ids`. Inside of an attempt of the same journal
    /// that lends the attempt's slot.
    ///
    /// - Parameter isBounded: whether the wait can also end by itself.
    /// - Throws: `waitCycle`, or what `wait` throws.
    func lending<Value>(
        until ids: [FutureID], isBounded: Bool, _ wait: () async throws -> Value
    ) async throws -> Value {
        guard let link = AttemptLink.current, link.journalPath == journalPath else {
            return try await wait()
        }
        return try await link.lending(until: ids, isBounded: isBounded, wait)
    }

    /// Becomes the owner of a journal and runs `tasks` in this process.
    package static func embedded(
        journal: String?, pool: PoolKind, tasks: [any TaskRegistration],
        _ configure: (inout EngineConfiguration) -> Void
    ) async throws(QueueError) -> ExecutorCore {
        let bodies = tasks.flatMap(\.registration.bodies)
        if let twice = Dictionary(grouping: bodies, by: \.name).first(where: { $1.count > 1 }) {
            throw QueueError(.badInput, "Two tasks are registered as '\(twice.key)'.")
        }
        let location = try JournalLocation(journal ?? JournalLocation.defaultPath)
        var configuration = EngineConfiguration(program: programName, bodies: bodies)
        configure(&configuration)
        let engine = try await Engine.open(location, configuration)
        return ExecutorCore(
            service: engine, journalPath: location.path, pool: pool,
            registered: Set(bodies.map(\.name)), engine: engine, time: configuration.time)
    }

    static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "program"
    }

    func checkRegistered(_ task: String) throws(QueueError) {
        guard let registered, !registered.contains(task) else { return }
        throw QueueError(
            .badInput,
            "The task '\(task)' is not registered with this executor: name it in its 'tasks'.")
    }
}
