/// Runs `operation` for as long as `timeout` allows: `nil` when that is over. The clock is
/// monotonic. The caller's cancellation is thrown as `CancellationError`.
func withTimeout<Value: Sendable>(
    _ timeout: Duration?, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    guard let timeout else { return try await operation() }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: timeout, clock: .continuous)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
