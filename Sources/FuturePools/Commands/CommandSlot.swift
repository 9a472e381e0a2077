import CProcess
import Foundation
import FutureModel

/// One thread that runs commands, one after another, in blocking code. It lives as long as its
/// pool: a child dies with the thread that started it.
final class CommandSlot: Sendable {
    /// The most that is read from a pipe at a time: what a pipe holds.
    private static let bufferByteCount = 64 << 10

    private let inbox = Mailbox<CommandRun>()
    private let wakePipe: WakePipe
    private let ledger: ChildrenLedger
    private let journal: CommandJournal

    init(ledger: ChildrenLedger, journal: CommandJournal) throws(SystemFailure) {
        wakePipe = try WakePipe()
        self.ledger = ledger
        self.journal = journal
    }

    deinit { wakePipe.close() }

    func put(_ run: CommandRun) { _ = inbox.put(run) }

    func wake() { wakePipe.wake() }

    func close() { inbox.close() }

    /// Runs what it is given until ``close()``; called by the thread itself.
    func run(onEnd: (CommandRun, AttemptReport) -> Void) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.bufferByteCount, alignment: 16)
        defer { buffer.deallocate() }
        while let run = inbox.take() { onEnd(run, perform(run, buffer)) }
    }

    private func perform(
        _ run: CommandRun, _ buffer: UnsafeMutableRawBufferPointer
    ) -> AttemptReport {
        // A stop that found no process yet leaves nothing to run.
        if run.isStopping { return ended(run, .gaveUp) }
        let memory = MemoryKills()
        do {
            var outputs = try CommandOutputs()
            let process: ChildProcess
            do {
                let start = try CommandStart(run.attempt, journal)
                Failpoint.beforeSpawn.hit()
                process = try start.begin(outputs.writeEnds, ledger)
                Failpoint.afterSpawn.hit()
            } catch {
                outputs.closeWriteEnds()
                outputs.closeReadEnds()
                throw error
            }
            outputs.closeWriteEnds()
            run.didStart(process)
            attend(process, run, &outputs, buffer)
            return finish(process, run, memory, &outputs, buffer)
        } catch let error as SystemFailure {
            return ended(
                run, .threw(.notStarted("no pipe could be made: \(errorText(error.number))")))
        } catch {
            return ended(run, .threw(error as? TaskFailure ?? .notStarted("\(error)")))
        }
    }

    /// The end of an attempt that has not begun: nobody can follow it.
    private func ended(_ run: CommandRun, _ ending: AttemptEnding) -> AttemptReport {
        _ = run.close()
        return AttemptReport(ending)
    }

    /// Reads its output and does what is asked, until the process has ended.
    private func attend(
        _ process: ChildProcess, _ run: CommandRun, _ outputs: inout CommandOutputs,
        _ buffer: UnsafeMutableRawBufferPointer
    ) {
        while true {
            var items = [process.exitDescriptor, wakePipe.readEnd].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            items += outputs.pollItems
            // Looked at after the pipe was emptied, so that no request is slept through.
            if run.takeKill() { killTree(of: process, run) }
            outputs.welcome(run)
            Descriptors.wait(&items)
            if items[1].revents != 0 { wakePipe.clear() }
            for index in 0...1 where items[2 + index].revents != 0 {
                outputs.read(index, buffer, run)
            }
            if items[0].revents != 0 { return }
        }
    }

    private func finish(
        _ process: ChildProcess, _ run: CommandRun, _ memory: MemoryKills,
        _ outputs: inout CommandOutputs, _ buffer: UnsafeMutableRawBufferPointer
    ) -> AttemptReport {
        Failpoint.afterExit.hit()
        let (wasSignalled, isStopping) = run.didEnd()
        // A descendant that has left the group may outlive a command that is well, but not one that
        // is stopped, nor may it meet the next attempt.
        let isToBeRetried =
            run.attempt.options.retry.maxAttempts > 1 && process.peek() != .code(0)
        if isStopping || isToBeRetried { killTree(of: process, run) }
        process.signalGroup(SIGKILL)
        let status = process.reap()
        ProcessSweep.waitForGroup(process.pid)
        Failpoint.afterReap.hit()
        outputs.drain(buffer, run)
        let output = outputs.finish(run)
        outputs.closeReadEnds()
        guard let status else {
            let failure = TaskFailure(
                type: TaskFailure.commandFailed,
                message: "its exit status was taken by other code of the owner's program")
            return AttemptReport(.threw(failure), output: output, pid: process.pid)
        }
        // Its shell may have been spared, which then says how the command ended.
        if status.shellCode == ExitStatus.signal(SIGKILL).shellCode, !isStopping, !wasSignalled,
            memory.haveHappened == true
        {
            var failure = TaskFailure.exit(status)
            failure.message += memory.remark
            return AttemptReport(.threw(failure), output: output, pid: process.pid)
        }
        return AttemptReport(
            .exited(status, signalled: wasSignalled), output: output, pid: process.pid)
    }

    private func killTree(of process: ChildProcess, _ run: CommandRun) {
        if SeededBug.killWithoutTree.isPlanted { return process.signalGroup(SIGKILL) }
        let id = run.attempt.id
        let mark = Mark.attempt(journal.identity, id.future.description, id.number)
        var family = ProcessFamily(
            recorded: [process.identity], mark: Array("\(Mark.variable)=\(mark)".utf8) + [0],
            notBefore: process.identity.start_time)
        _ = ProcessSweep.killAll { family.members($0) }
    }
}

extension TaskFailure {
    static func notStarted(_ reason: String) -> TaskFailure {
        TaskFailure(type: commandNotStarted, message: reason)
    }
}
