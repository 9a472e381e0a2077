/// Bounds that every way in enforces alike.
package enum Limits {
    /// The arguments of one future, as JSON.
    package static let argumentsByteCount = 16 << 20
    /// The value that one future returns, as JSON.
    package static let valueByteCount = 16 << 20
    /// The most that `outputLimit` can be set to, for each stream of a command.
    package static let outputByteCount = 64 << 20
    /// The message of an exception; a longer one is cut and marked.
    package static let messageByteCount = 64 << 10
    /// Futures in one submit.
    package static let batchCount = 10_000
    /// Rows of one `list`.
    package static let listCount = 10_000
}
