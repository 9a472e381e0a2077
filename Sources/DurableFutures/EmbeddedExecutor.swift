import FutureEngine
public import FutureModel

/// An executor that owns its journal and runs the futures in its own process, or in workers that
/// it starts: ``ThreadPoolExecutor`` and ``ProcessPoolExecutor``.
public protocol EmbeddedExecutor: DurableExecutor {}

extension EmbeddedExecutor {
    /// Ends the executor; what is submitted later is refused with `shutDown`. Can be called again.
    ///
    /// Pending futures run first, as in Python; with `cancelFutures` they are cancelled and only
    /// running ones finish. Whatever keeps this process from getting that far, what has not ended
    /// stays in the journal and the next owner goes on with it.
    ///
    /// - Parameters:
    ///   - wait: false returns at once; the work goes on in the background.
    ///   - cancelFutures: whether what has not started is cancelled.
    /// - Throws: `QueueError`: what kept the journal from being written.
    public func shutdown(
        wait: Bool = true, cancelFutures: Bool = false
    ) async throws(QueueError) {
        try await shutdown(pending: cancelFutures ? .cancel : .run, wait: wait)
    }

    /// Ends the executor as ``shutdown(wait:cancelFutures:)`` does, with a choice for what has not
    /// started: `.keep` leaves it in the journal for the next owner.
    public func shutdown(
        pending: ShutdownPending, wait: Bool = true
    ) async throws(QueueError) {
        guard let engine = core.engine else { return }
        // What could not be cancelled stays pending, and all else is waited for.
        var refusal: QueueError?
        do throws(QueueError) {
            try await engine.shutdown(ShutdownRequest(pending: pending, running: .finish))
        } catch {
            refusal = error
        }
        if wait, let error = await engine.waitUntilStopped() { throw error }
        if let refusal { throw refusal }
    }

    /// Runs `body` and then shuts down, whether it threw or not, as Python's `with` does.
    func scoped<Value>(
        isolation: isolated (any Actor)?, _ body: (Self) async throws -> Value
    ) async throws -> Value {
        let value: Value
        do {
            value = try await body(self)
        } catch {
            // The body's error is the one to report; what is pending runs all the same.
            try? await shutdown()
            throw error
        }
        try await shutdown()
        return value
    }
}
