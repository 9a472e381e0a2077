import Foundation
import TestSupport
import Testing

/// A daemon with ten commands that run and ten that wait, told to stop: the table of policies.
@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
    /// Ten commands that wait for a line of `gate`, and ten more behind them.
    private struct House {
        let queue: Queue
        let daemon: Program
        let started: Fifo
        let gate: Fifo
        let running: [String]
        let waiting: [String]

        init(_ queue: Queue, daemon arguments: [String] = [], submit: [String] = []) async throws {
            self.queue = queue
            daemon = try queue.start("queued", ["--commands", "10"] + arguments)
            try #require(await daemon.hasSaid("ready"))
            started = try queue.fifo("started")
            gate = try queue.fifo("gate")
            running = try await Self.submit(
                "echo up >\(started.path); read line <\(gate.path)", submit, to: queue)
            #expect(try await started.lines(10).count == 10)
            waiting = try await Self.submit(
                "echo $QUEUECTL_FUTURE >>\(queue.directory.path)/ran", submit, to: queue)
            #expect(try await queue.counts() == ["running": 10, "pending": 10])
        }

        private static func submit(
            _ script: String, _ options: [String], to queue: Queue
        ) async throws -> [String] {
            let line = #"["/bin/sh", "-c", "\#(script)"]"#
            let batch = Array(repeating: line, count: 10).joined(separator: "\n")
            let answer = try await queue.queuectl(
                ["submit", "--from", "-"] + options, input: batch)
            try #require(answer.code == 0, "\(answer)")
            return answer.lines
        }

        /// Tells the daemon to stop, and returns when it has begun to.
        func signal(_ number: Int32) async {
            daemon.signal(number)
            #expect(await daemon.hasSaid("shutting down; another signal interrupts what runs"))
        }

        func states(_ ids: [String]) async throws -> Set<String> {
            var states: Set<String> = []
            for id in ids { states.insert(try await queue.state(id) ?? "") }
            return states
        }

        /// The next daemon runs what was kept, all of it.
        func theNextOneRunsTheRest() async throws {
            _ = try await queue.daemon("--commands", "10")
            try gate.send(10)
            let wait = try await queue.queuectl(["wait"] + running + waiting)
            #expect(wait.code == 0, "\(wait)")
            #expect(try await queue.counts() == ["succeeded": 20])
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func runningOnesFinishAndWaitingOnesStay(signal: Int32) async throws {
        try await withQueue { queue in
            let house = try await House(queue)
            await house.signal(signal)
            try house.gate.send(10)
            #expect(await house.daemon.exitCode() == 0)
            #expect(try await queue.counts() == ["succeeded": 10, "pending": 10])
            #expect(try await house.states(house.waiting) == ["pending"])
            try await house.theNextOneRunsTheRest()
            let attempts = try await queue.show(house.running[0])["attempt"] as? Int
            #expect(attempts == 1)
        }
    }

    @Test func whatOutlivesTheGraceTimeIsInterrupted() async throws {
        try await withQueue { queue in
            let house = try await House(queue, daemon: ["--grace", "200ms"])
            house.daemon.signal(SIGTERM)
            #expect(await house.daemon.exitCode() == 0)
            #expect(try queue.processes() == [])
            #expect(try await queue.counts() == ["pending": 20])
            let record = try await queue.show(house.running[0])
            #expect((record["charges"] as? [String: Int])?["interruptions"] == 1)
            try await house.theNextOneRunsTheRest()
        }
    }

    @Test(arguments: [[SIGTERM, SIGTERM], [SIGINT, SIGTERM], [SIGQUIT]])
    func anotherSignalInterruptsNow(signals: [Int32]) async throws {
        try await withQueue { queue in
            let house = try await House(
                queue, daemon: ["--grace", "1h"], submit: ["--grace", "1h"])
            if signals.count > 1 { await house.signal(signals[0]) }
            house.daemon.signal(signals[signals.count - 1])
            #expect(await house.daemon.exitCode() == 0)
            #expect(try queue.processes() == [])
            #expect(try await queue.counts() == ["pending": 20])
            try await house.theNextOneRunsTheRest()
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT], ["keep", "run", "cancel"])
    func eachSignalUnderEachPolicy(signal: Int32, policy: String) async throws {
        try await withQueue { queue in
            let house = try await House(queue, daemon: ["--on-shutdown", policy])
            // The last one of them waits for nobody and nothing.
            if signal == SIGQUIT {
                house.daemon.signal(signal)
                #expect(await house.daemon.exitCode() == 0)
                #expect(try await queue.counts() == ["pending": 20])
            } else {
                await house.signal(signal)
                try house.gate.send(10)
                #expect(await house.daemon.exitCode() == 0)
                let ends = ["keep": "pending", "run": "succeeded", "cancel": "cancelled"]
                #expect(try await house.states(house.running) == ["succeeded"])
                #expect(try await house.states(house.waiting) == [ends[policy]!])
            }
            #expect(try queue.processes() == [])
            let hasRun = FileManager.default.fileExists(atPath: queue.directory.path + "/ran")
            #expect(hasRun == (policy == "run" && signal != SIGQUIT))
        }
    }

    @Test func runningOnesCanBeRequeued() async throws {
        try await withQueue { queue in
            let house = try await House(queue, submit: ["--on-shutdown", "requeue"])
            house.daemon.signal(SIGTERM)
            #expect(await house.daemon.exitCode() == 0)
            #expect(try queue.processes() == [])
            #expect(try await queue.counts() == ["pending": 20])
            try await house.theNextOneRunsTheRest()
            #expect(try await queue.show(house.running[0])["attempt"] as? Int == 2)
        }
    }

    @Test func runningOnesCanBeCancelled() async throws {
        try await withQueue { queue in
            let house = try await House(queue, submit: ["--on-shutdown", "cancel"])
            house.daemon.signal(SIGTERM)
            #expect(await house.daemon.exitCode() == 0)
            #expect(try queue.processes() == [])
            #expect(try await queue.counts() == ["cancelled": 10, "pending": 10])
            #expect(try await house.states(house.running) == ["cancelled"])
        }
    }

    // MARK: queuectl shutdown

    @Test func thePlanChangesNothing() async throws {
        try await withQueue { queue in
            let house = try await House(queue)
            let plan = try await queue.queuectl(
                "shutdown", "--plan", "--pending", "cancel", "--running", "requeue")
            #expect(plan.code == 0, "\(plan)")
            for id in house.running {
                #expect(
                    plan.lines.contains {
                        $0.split(separator: " ") == [id[...], "running", "requeue"]
                    })
            }
            for id in house.waiting {
                #expect(
                    plan.lines.contains {
                        $0.split(separator: " ") == [id[...], "pending", "cancel"]
                    })
            }
            #expect(try await queue.counts() == ["running": 10, "pending": 10])
            try house.gate.send(10)
            #expect(try await queue.queuectl(["wait"] + house.running + house.waiting).code == 0)
        }
    }

    @Test(arguments: ["keep", "cancel", "run"], ["finish", "requeue", "cancel"])
    func theVerbWithEachPolicy(pending: String, running: String) async throws {
        try await withQueue { queue in
            let house = try await House(queue)
            let answer = try await queue.queuectl(
                "shutdown", "--no-wait", "--pending", pending, "--running", running)
            #expect(answer.code == 0, "\(answer)")
            // Those that finish, and those that are requeued and run again before the daemon goes.
            if running == "finish" || (running, pending) == ("requeue", "run") {
                try house.gate.send(20)
            }
            #expect(
                answer.stderr.contains("10 running (10 \(running)), 10 pending (10 \(pending))"))
            #expect(await house.daemon.exitCode() == 0)
            #expect(try queue.processes() == [])
            let ends = ["keep": "pending", "cancel": "cancelled", "run": "succeeded"]
            #expect(try await house.states(house.waiting) == [ends[pending]!])
            switch (running, pending) {
            case ("finish", _): #expect(try await house.states(house.running) == ["succeeded"])
            case ("cancel", _): #expect(try await house.states(house.running) == ["cancelled"])
            case (_, "run"): #expect(try await house.states(house.running) == ["succeeded"])
            default: #expect(try await house.states(house.running) == ["pending"])
            }
        }
    }

    @Test func theVerbsGraceTime() async throws {
        try await withQueue { queue in
            let house = try await House(queue)
            let answer = try await queue.queuectl("shutdown", "--grace", "100ms")
            #expect(answer.code == 0, "\(answer)")
            #expect(await house.daemon.exitCode() == 0)
            #expect(try await queue.counts() == ["pending": 20])
            try await house.theNextOneRunsTheRest()
        }
    }
}
