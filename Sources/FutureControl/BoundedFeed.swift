import Dispatch
import Synchronization

/// The maker's end of a stream of which only so much is made ahead of its reader.
///
/// One maker at a time.
package struct BoundedFeed<Element: Sendable>: Sendable {
    package typealias Stream = AsyncThrowingStream<Element, any Error>

    private let feed: Stream.Continuation
    private let room: Room
    private let size: @Sendable (Element) -> Int

    /// - Parameters:
    ///   - limit: What may be made and not taken, in sum; a single element may be larger.
    ///   - size: Of an element.
    package static func makeStream(
        limit: Int, size: @escaping @Sendable (Element) -> Int
    ) -> (stream: Stream, feed: Self) {
        let (made, feed) = Stream.makeStream()
        let room = Room(limit: limit)
        let stream = Stream {
            var iterator = made.makeAsyncIterator()
            guard let element = try await iterator.next() else { return nil }
            room.give(size(element))
            return element
        }
        return (stream, Self(feed: feed, room: room, size: size))
    }

    /// Once: what follows when the reader has let go of the stream, or it is finished.
    package func onTermination(_ act: @escaping @Sendable () -> Void) {
        feed.onTermination = { [room] _ in
            room.end()
            act()
        }
    }

    /// Returns once there was room for `element`, or nobody reads any more.
    package func send(_ element: Element) async {
        await withCheckedContinuation { continuation in
            room.take(size(element)) { continuation.resume() }
        }
        feed.yield(element)
    }

    /// As ``send(_:)``, by a thread that may be blocked.
    func sendAndBlock(_ element: Element) {
        let ready = DispatchSemaphore(value: 0)
        room.take(size(element)) { ready.signal() }
        ready.wait()
        feed.yield(element)
    }

    package func finish(throwing error: (any Error)? = nil) { feed.finish(throwing: error) }
}

/// What may be made ahead of a reader: whoever makes more waits until some has been read.
private final class Room: Sendable {
    private struct State {
        var used = 0
        var isOver = false
        var waiter: (size: Int, resume: @Sendable () -> Void)?

        /// Who has room now.
        mutating func takeWaiter(_ limit: Int) -> (@Sendable () -> Void)? {
            guard let waiter, isOver || used == 0 || used + waiter.size <= limit else { return nil }
            used += waiter.size
            self.waiter = nil
            return waiter.resume
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Calls `resume` once there is room for `size`, which a single one always has, or it is over.
    func take(_ size: Int, _ resume: @escaping @Sendable () -> Void) {
        change { $0.waiter = (size, resume) }
    }

    func give(_ size: Int) { change { $0.used -= size } }

    /// Nobody waits for room any more.
    func end() { change { $0.isOver = true } }

    private func change(_ act: (inout State) -> Void) {
        let ready = state.withLock { state in
            act(&state)
            return state.takeWaiter(limit)
        }
        ready?()
    }
}
