/// The way to a worker, for all threads.
///
/// Attempts and what comes of them have a socket of their own, on which the thread of the worker
/// that runs bodies hears and speaks; what concerns a running body goes past it.
struct WorkerLine: Sendable {
    let pid: Int32
    /// ``Frame/Kind/run``, and all that the worker says.
    let attempts: Outbox
    /// ``Frame/Kind/cancel``, ``Frame/Kind/answer`` and ``Frame/Kind/stop``.
    let control: Outbox

    /// Sends what can be sent now; whether there is more.
    func flush() -> Bool {
        let isMore = attempts.flush()
        return control.flush() || isMore
    }

    func close() {
        attempts.close()
        control.close()
    }
}
