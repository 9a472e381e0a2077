/// Who takes in one response. Called on the connection's thread, in this order: ``begin``,
/// any number of ``receive``, ``end``; or ``lose`` at any point before ``end``.
protocol ResponseReceiver: AnyObject, Sendable {
    func begin(status: Int)
    func receive(_ bytes: [UInt8])
    func end()
    func lose(_ loss: ConnectionLost)
}

/// The connection ended before the response did.
struct ConnectionLost: Error, Sendable {
    /// Whether any of the request may have reached the owner.
    var sent: Bool
}
