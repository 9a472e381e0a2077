import FutureModel

/// A future whose value may be of any type: what a wait for futures of several tasks takes.
///
///     let page = try await executor.submit(loadURL, url, 60)      // Future<Int>
///     let number = try await executor.submit(isPrime, 97)         // Future<Bool>
///     for try await future in asCompleted([AnyFuture(page), AnyFuture(number)]) {
///         print(future.id, try await future.result())
///     }
///
/// It is the same future: all that a ``Future`` can do it can, and its errors come back as they do
/// there. Only its value has to be cast, or asked for of the typed handle, which knows the end as
/// soon as this one does.
public typealias AnyFuture = Future<any Sendable>

extension Future where Value == any Sendable {
    /// The same future, with its type erased.
    public init<Output>(_ future: Future<Output>) {
        let decoder = future.decoder
        self.init(
            id: future.id, core: future.core,
            decoder: ValueDecoder(
                task: decoder.task,
                value: { snapshot, payload, core in
                    try await decoder.value(snapshot, payload, core)
                }, error: decoder.error),
            cell: future.cell)
    }
}
