import FutureModel

/// Runs `operation` for as long as `timeout` allows: `nil` when that is over. The clock is
/// monotonic. The caller's cancellation is thrown as `CancellationError`.
func withTimeout<Value: Sendable>(
    _ timeout: Duration?, on time: any TimeSource,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    guard let timeout else { return try await operation() }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await time.sleep(for: timeout)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
