import Foundation
import Synchronization

/// One thread that hears all workers of a pool which can take attempts: what several have said
/// while it slept is taken in one go.
final class WorkerReader: Sendable {
    typealias Ended = (run: WorkerRun, report: AttemptReport)

    private struct State {
        var arriving: [WorkerPost] = []
        var onClose: [Closing] = []
        /// The thread has ended, or is about to.
        var isOver = false
    }

    /// Whom to tell of the end.
    private struct Closing {
        let tell: @Sendable () -> Void
    }

    private let state = Mutex(State())
    private let wakePipe: WakePipe

    init() throws(SystemFailure) { wakePipe = try WakePipe() }

    deinit { wakePipe.close() }

    /// Hears a worker from now on.
    func add(_ post: WorkerPost) {
        state.withLock { $0.arriving.append(post) }
        wake()
    }

    /// There is something that a socket has not taken, or a worker that its slot wants back.
    func wake() { wakePipe.wake() }

    /// Ends the thread, which has no workers; it calls `onClose` last. Once it has ended, that is
    /// called at once.
    func close(_ onClose: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver { state.onClose.append(Closing(tell: onClose)) }
            return state.isOver
        }
        if isOver { onClose() } else { wake() }
    }

    /// Until ``close(_:)``; called by the thread itself.
    func run(onEnd: ([Ended]) -> Void) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var posts: [WorkerPost] = []
        var items: [pollfd] = []
        var isChanged = true
        while true {
            if isChanged {
                let onClose = rearrange(&posts)
                if !onClose.isEmpty { return onClose.forEach { $0.tell() } }
                items = [pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0)]
                items += posts.flatMap(\.items)
            }
            Descriptors.wait(&items)
            isChanged = items[0].revents != 0
            if isChanged { wakePipe.clear() }
            var ended: [Ended] = []
            // From the last, so that one can be removed.
            for index in posts.indices.reversed() {
                let first = 1 + index * WorkerPost.itemCount
                let own = items[first..<(first + WorkerPost.itemCount)]
                guard own.contains(where: { $0.revents != 0 }) else { continue }
                if own.contains(where: { $0.events & Int16(POLLOUT) != 0 }) { isChanged = true }
                if !posts[index].attend(own, buffer, &ended) {
                    posts.remove(at: index)
                    isChanged = true
                }
            }
            if !ended.isEmpty { onEnd(ended) }
        }
    }

    /// Takes in who has arrived and gives back who is wanted; whom to tell if this was the end.
    private func rearrange(_ posts: inout [WorkerPost]) -> [Closing] {
        let (arriving, onClose) = state.withLock { state in
            defer { (state.arriving, state.onClose) = ([], []) }
            state.isOver = !state.onClose.isEmpty
            return (state.arriving, state.onClose)
        }
        posts += arriving
        posts.removeAll { $0.slot.takeBackIfWanted($0.worker) }
        return onClose
    }
}
