/// What `list` gives: futures by id, newest first, and beside them those that are damaged.
package struct FutureList: Codable, Sendable, Hashable {
    package var futures: [FutureRecord]
    /// `nil` where everything can be read.
    package var unreadable: [UnreadableFuture]?

    package init(futures: [FutureRecord] = [], unreadable: [UnreadableFuture] = []) {
        self.futures = futures
        self.unreadable = unreadable.isEmpty ? nil : unreadable
    }
}

/// A future whose record is damaged.
package struct UnreadableFuture: Codable, Sendable, Hashable {
    package var id: FutureID
    /// What is damaged and what can be done, as a sentence or two that name the future.
    package var message: String

    package init(id: FutureID, message: String) {
        self.id = id
        self.message = message
    }
}
