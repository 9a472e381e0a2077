import Foundation
import FutureModel

/// The two pipes a command writes to, as its slot's thread reads them.
struct CommandOutputs {
    private var pipes: [Pipe]
    private var followers: [OutputFollower] = []
    /// Whether the stream is still open, by index.
    private var isOpen = [true, true]

    init() throws(SystemFailure) {
        let stdout = try Pipe()
        do {
            let stderr = try Pipe()
            pipes = [stdout, stderr]
        } catch {
            stdout.close()
            throw error
        }
        for pipe in pipes { pipe.makeReadEndNonblocking() }
    }

    var writeEnds: (stdout: Int32, stderr: Int32) { (pipes[0].writeEnd, pipes[1].writeEnd) }

    /// What to poll; a stream that has ended is passed over, and both while the command is held up.
    var pollItems: [pollfd] {
        let isHeldUp = followers.contains { $0.isHoldingUp }
        return (0...1).map {
            pollfd(
                fd: isOpen[$0] && !isHeldUp ? pipes[$0].readEnd : -1, events: Int16(POLLIN),
                revents: 0)
        }
    }

    func closeWriteEnds() {
        for pipe in pipes { Foundation.close(pipe.writeEnd) }
    }

    func closeReadEnds() {
        for pipe in pipes { Foundation.close(pipe.readEnd) }
    }

    /// Reads once from stream `index`, into `buffer` and from there to the run and its followers.
    mutating func read(_ index: Int, _ buffer: UnsafeMutableRawBufferPointer, _ run: CommandRun) {
        let length = Foundation.read(pipes[index].readEnd, buffer.baseAddress, buffer.count)
        if length < 0, errno == EAGAIN || errno == EINTR { return }
        guard length > 0 else {
            isOpen[index] = false
            return
        }
        deliver(UnsafeRawBufferPointer(buffer).prefix(length), index, run)
    }

    /// Reads what is in the pipes now: a process that has left the family may write for ever.
    mutating func drain(_ buffer: UnsafeMutableRawBufferPointer, _ run: CommandRun) {
        for index in 0...1 where isOpen[index] {
            var waiting: Int32 = 0
            guard ioctl(pipes[index].readEnd, UInt(FIONREAD), &waiting) == 0 else { continue }
            while waiting > 0, isOpen[index] {
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(waiting)))
                let length = Foundation.read(pipes[index].readEnd, part.baseAddress, part.count)
                if length < 0, errno == EINTR { continue }
                guard length > 0 else { break }
                deliver(UnsafeRawBufferPointer(part).prefix(length), index, run)
                waiting -= Int32(length)
            }
        }
    }

    /// Lets those who have come to follow catch up; from then on they get what is read. Of a
    /// command that is silent, it is they who take the places of those who have left.
    mutating func welcome(_ run: CommandRun) {
        guard let (new, output) = run.takeNewFollowers() else { return }
        followers = (followers + new).filter { !$0.isOver }
        replay(output, of: run, to: new)
    }

    /// The whole output, once those who have come last have it too.
    func finish(_ run: CommandRun) -> CapturedOutput {
        let (new, output) = run.close()
        replay(output, of: run, to: new)
        return output
    }

    private mutating func deliver(
        _ bytes: Slice<UnsafeRawBufferPointer>, _ index: Int, _ run: CommandRun
    ) {
        let stream = OutputStreamName.allCases[index]
        let offset = run.append(UnsafeRawBufferPointer(rebasing: bytes), to: stream)
        followers.removeAll { $0.isOver }
        if followers.isEmpty { return }
        let chunk = OutputChunk(
            attempt: run.attempt.id.number, stream: stream, offset: offset, bytes: Data(bytes))
        for follower in followers { follower.take(chunk) }
    }

    private func replay(
        _ output: CapturedOutput, of run: CommandRun, to followers: [OutputFollower]
    ) {
        for chunk in output.chunks(of: run.attempt.id.number) {
            for follower in followers { follower.take(chunk) }
        }
    }
}
