package import FutureJournal
package import FutureModel
import FuturePools

extension Engine {
    /// Becomes the owner of the journal at `location`, creating it where there is none: kills
    /// what a dead owner left behind, recovers its attempts, and runs.
    ///
    /// Throws `owned` while another process is the owner, and what opening a journal can throw.
    package static func open(
        _ location: JournalLocation, _ configuration: EngineConfiguration
    ) async throws(QueueError) -> Engine {
        try await open(location, configuration, running: nil).engine
    }

    /// Becomes the owner only for the one future that it submits; what else waits goes on waiting.
    package static func open(
        _ location: JournalLocation, _ configuration: EngineConfiguration,
        runningOnly submission: Submission
    ) async throws(QueueError) -> (engine: Engine, future: FollowedFuture) {
        let (engine, future) = try await open(location, configuration, running: submission)
        guard let future else { preconditionFailure("a submit gives an id or throws") }
        return (engine, future)
    }

    private static func open(
        _ location: JournalLocation, _ configuration: EngineConfiguration,
        running submission: Submission?
    ) async throws(QueueError) -> (engine: Engine, future: FollowedFuture?) {
        let owner = OwnerIdentity(
            process: .current, program: configuration.program, version: configuration.version,
            socket: configuration.socket)
        let lock = try await OwnerLock.acquire(
            location, as: owner, patience: configuration.patience)
        do {
            return try await open(location, configuration, owner, lock, running: submission)
        } catch {
            lock.release()
            throw error
        }
    }

    private static func open(
        _ location: JournalLocation, _ configuration: EngineConfiguration, _ owner: OwnerIdentity,
        _ lock: OwnerLock, running submission: Submission?
    ) async throws(QueueError) -> (engine: Engine, future: FollowedFuture?) {
        let journal = try await SQLiteJournal.open(location, lock: lock, time: configuration.time)
        do {
            Failpoint.beforeLeftovers.hit()
            if !SeededBug.noLeftovers.isPlanted {
                _ = try Leftovers.kill(
                    ledgerPath: location.childrenPath, journalIdentity: journal.identity)
            }
            Failpoint.afterLeftovers.hit()
            try configuration.willRun(journal.identity)
            let children = try ChildrenLedger.open(path: location.childrenPath)
            let pools = makePools(
                configuration, children, location, journalIdentity: journal.identity)
            let kinds = Set(pools.map(\.kind))
            var routes = TaskRoutes(pools: kinds, tasks: routes(configuration.bodies, kinds))
            if let submission {
                routes.only = try await journal.submit([submission], routes: routes).first
            }
            let engine = Engine(
                journal: journal, pools: pools, routes: routes,
                time: configuration.time, location: location, owner: owner,
                report: configuration.report)
            guard let id = routes.only else {
                try await engine.start()
                return (engine, nil)
            }
            let follower = OutputFollower(holdsUp: true)
            engine.add(follower, to: id)
            try await engine.start()
            let output = try await engine.output(of: id, for: follower)
            return (engine, FollowedFuture(id: id, output: output))
        } catch {
            await journal.close()
            throw error
        }
    }

    private static func makePools(
        _ configuration: EngineConfiguration, _ children: ChildrenLedger,
        _ location: JournalLocation, journalIdentity: String
    ) -> [any Pool] {
        var pools: [any Pool] = []
        if configuration.threadCount > 0 {
            pools.append(
                ThreadPool(
                    capacity: configuration.threadCount, bodies: configuration.bodies,
                    threadNamePrefix: configuration.threadNamePrefix,
                    initializer: configuration.initializer))
        }
        if configuration.processCount > 0 {
            pools.append(
                WorkerPool(
                    capacity: configuration.processCount, program: configuration.workerProgram,
                    maxTasksPerChild: configuration.maxTasksPerChild, children: children,
                    journalIdentity: journalIdentity))
        }
        if configuration.commandCount > 0 {
            pools.append(
                CommandPool(
                    capacity: configuration.commandCount, children: children,
                    journal: CommandJournal(path: location.path, identity: journalIdentity)))
        }
        return pools
    }

    /// A function whose pool is not there runs on the other one, if that is.
    private static func routes(
        _ bodies: [TaskBody], _ kinds: Set<PoolKind>
    ) -> [String: PoolKind] {
        var routes: [String: PoolKind] = [:]
        for body in bodies {
            let choices = [body.pool, .thread, .process]
            if let pool = choices.first(where: kinds.contains) { routes[body.name] = pool }
        }
        return routes
    }
}
