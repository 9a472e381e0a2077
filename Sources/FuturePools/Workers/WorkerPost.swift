import Foundation

/// A worker that is with the pool's reader.
struct WorkerPost {
    /// How many of the reader's `pollfd`s are of one worker.
    static let itemCount = 3

    var worker: Worker
    let slot: WorkerSlot

    /// What is to be waited for: that it speaks or can be told more, and that it has ended.
    var items: [pollfd] {
        let (attempts, control) = (worker.line.attempts, worker.line.control)
        let writes = attempts.isEmpty ? 0 : Int16(POLLOUT)
        return [
            pollfd(fd: attempts.socket, events: Int16(POLLIN) | writes, revents: 0),
            pollfd(
                fd: control.isEmpty ? -1 : control.socket, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: worker.process.exitDescriptor, events: Int16(POLLIN), revents: 0),
        ]
    }

    /// Hears what has come; adds to `ended` the attempt that has ended by it.
    ///
    /// - Returns: Whether the worker stays with the reader.
    mutating func attend(
        _ items: ArraySlice<pollfd>, _ buffer: UnsafeMutableRawBufferPointer,
        _ ended: inout [WorkerReader.Ended]
    ) -> Bool {
        let ready = items.map(\.revents)
        if (ready[0] | ready[1]) & Int16(POLLOUT) != 0 { _ = worker.line.flush() }
        let isOpen =
            ready[1] & ~Int16(POLLOUT) == 0
            && (ready[0] & ~Int16(POLLOUT) == 0 || worker.receive(buffer))
        do {
            while let frame = try worker.nextFrame() {
                switch slot.hear(frame) {
                case .goesOn: continue
                case .ended(let run, let report): ended.append((run, report))
                case .nonsense:
                    slot.takeBack(worker, .talksNonsense)
                    return false
                }
            }
        } catch {
            slot.takeBack(worker, .talksNonsense)
            return false
        }
        if isOpen, ready[2] == 0 { return !slot.takeBackIfWanted(worker) }
        slot.takeBack(worker, .isGone)
        return false
    }
}
