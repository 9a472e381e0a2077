import CProcess
import Foundation
import Synchronization

/// Kills workers and commands of a living daemon, as the kernel does when memory runs out.
struct WorkerKiller: Sendable {
    let daemon: ChildProgram
    let log: AcknowledgementLog
    var random: SeededGenerator

    private static let worker = Array("DURABLE_FUTURES_WORKER=".utf8)
    private static let guardian = Array("DURABLE_FUTURES_GUARDIAN=".utf8)

    /// One after every few acknowledged submits, until it is cancelled.
    func run() async {
        var random = random
        var next = log.tally.acknowledged + random.number(1...8)
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(3))
            if log.tally.acknowledged < next { continue }
            next += random.number(4...24)
            killOne(&random)
        }
    }

    private func killOne(_ random: inout SeededGenerator) {
        var workers: [pid_t] = []
        var commands: [pid_t] = []
        for pid in daemon.children {
            let environment = environment(of: pid)
            func holds(_ name: [UInt8]) -> Bool {
                cp_holds(environment, environment.count, name, name.count) != 0
            }
            if environment.isEmpty || holds(Self.guardian) { continue }
            if holds(Self.worker) { workers.append(pid) } else { commands.append(pid) }
        }
        let isWorker = commands.isEmpty || (!workers.isEmpty && random.chance(60))
        let choice = isWorker ? workers : commands
        guard !choice.isEmpty, kill(random.pick(choice), SIGKILL) == 0 else { return }
        log.state.withLock { state in
            if isWorker { state.workerKills += 1 } else { state.commandKills += 1 }
        }
    }
}
