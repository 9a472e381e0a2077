/// The way from a running attempt to its owner: what its body can ask of the queue, and how it
/// lends its slot while it waits.
package final class AttemptLink: Sendable {
    /// Of the Swift task that asks; `nil` outside of attempts.
    @TaskLocal package static var current: AttemptLink?

    package let attempt: AttemptID
    /// Canonical, as the owner has it.
    package let journalPath: String
    package let service: any FutureService
    private let lender: any SlotLender

    package init(
        attempt: AttemptID, journalPath: String, service: any FutureService,
        lender: any SlotLender
    ) {
        self.attempt = attempt
        self.journalPath = journalPath
        self.service = service
        self.lender = lender
    }

    /// Runs `wait`, which awaits the end of one of `ids`; meanwhile others use the slot.
    ///
    /// - Parameter isBounded: Whether the wait can also end by itself.
    /// - Throws: `waitCycle` where none of `ids` can end before this attempt does, and what
    ///   `wait` throws.
    package func lending<Value>(
        until ids: [FutureID], isBounded: Bool, _ wait: () async throws -> Value
    ) async throws -> Value {
        let ticket = try await lender.lend(until: ids, isBounded: isBounded)
        do {
            let value = try await wait()
            await lender.takeBack(ticket)
            return value
        } catch {
            await lender.takeBack(ticket)
            throw error
        }
    }
}

/// Lends the slot of one attempt. An attempt may have several waits at once: its slot is lent
/// from the first that begins to the last that ends.
package protocol SlotLender: Sendable {
    /// - Returns: what ``takeBack(_:)`` is to be given.
    func lend(until ids: [FutureID], isBounded: Bool) async throws(QueueError) -> Int

    /// Ends a wait; returns once the attempt has its slot again.
    func takeBack(_ ticket: Int) async
}
