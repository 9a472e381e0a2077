import FutureModel

/// Lends the slot and the thread of one attempt of a thread pool.
struct ThreadLender: SlotLender {
    let attempt: AttemptID
    let pool: ThreadPool
    let executor: AttemptTaskExecutor
    let owner: any AttemptOwner

    func lend(until ids: [FutureID], isBounded: Bool) throws(QueueError) -> Int {
        let ticket = try owner.lend(attempt, until: ids, isBounded: isBounded)
        executor.lend()
        return ticket
    }

    func takeBack(_ ticket: Int) async {
        guard await owner.takeBack(attempt, ticket) else { return }
        if !executor.takeBack() { pool.giveThread(to: executor) }
        // What follows runs on that thread.
        await Task.yield()
    }
}
