/// What an owner can run: which pools it has, and which functions it knows.
package struct TaskRoutes: Sendable, Hashable {
    package var pools: Set<PoolKind>
    /// The functions' names, each with the pool it runs on unless a submission says otherwise.
    package var tasks: [String: PoolKind]
    /// The one future that this owner is there for; `nil` is every future.
    package var only: FutureID?

    package init(pools: Set<PoolKind>, tasks: [String: PoolKind]) {
        self.pools = pools
        self.tasks = tasks
    }

    /// Of a process that runs nothing itself: commands wait, functions are held as unknown.
    package static let none = TaskRoutes(pools: [], tasks: [:])

    /// Where a task is to wait; `nil` for a function that this owner does not know.
    package func pool(for task: String, requested: PoolKind?) -> PoolKind? {
        if task == Command.taskName { return .command }
        guard let preferred = tasks[task] else { return nil }
        guard let requested, pools.contains(requested) else { return preferred }
        return requested
    }
}
