import FutureModel

/// Submits a future and stays with it: passes its output on, and cancels it when this process is
/// told to stop.
struct Attendance {
    /// How long one that is told to stop waits for the answer to its submit, so as to cancel.
    static let patience = Duration.seconds(2)

    let service: any FutureService
    let console: Console
    let time: any TimeSource

    private enum Event: Sendable {
        case submitted(FutureID)
        case output(OutputChunk)
        case ended(FutureSnapshot)
        case signal(Int32)
        /// After the signal that it bears.
        case patienceOver(Int32)
    }

    /// Returns the exit code once the future has ended, or at the second of `interrupts`.
    func attend(
        _ interrupts: AsyncStream<Int32>,
        run: @escaping @Sendable () async throws(QueueError) -> FollowedFuture
    ) async throws(QueueError) -> Int32 {
        let merged = MergedEvents<Event>()
        defer { merged.stop() }
        merged.add(interrupts, endsAll: false) { .signal($0) }
        let (prints, printed) = AsyncStream<Void>.makeStream()
        follow(run, prints, merged)
        var printer = OutputPrinter(console)
        var future: FutureID?
        var wasTold = false
        var timer: ScheduledAction?
        defer { timer?.cancel() }
        do {
            for try await event in merged.events {
                switch event {
                case .submitted(let id):
                    future = id
                    if wasTold { tellToStop(id, merged) }
                case .output(let chunk):
                    printer.print(chunk)
                    printed.yield()
                    if printer.isClosed, !wasTold, let future {
                        wasTold = true
                        cancel(future, merged)
                    }
                case .signal(let number) where wasTold:
                    if future == nil { noteUnknown() }
                    return 128 + number
                case .signal(let number):
                    wasTold = true
                    if let future {
                        tellToStop(future, merged)
                    } else {
                        timer = time.schedule(after: Self.patience) {
                            merged.send(.patienceOver(number))
                        }
                    }
                case .patienceOver(let number):
                    if future != nil { continue }
                    noteUnknown()
                    return 128 + number
                case .ended(let snapshot):
                    printer.finish()
                    await noteDropped(snapshot.id, printer)
                    return end(snapshot)
                }
            }
        } catch {
            throw QueueError(wrapping: error)
        }
        let name = future.map { "future \($0)" } ?? "the future"
        throw QueueError(.ownerLost, "The daemon went away; \(name) goes on without us.")
    }

    /// Takes no more of the output than is printed, each piece of which `prints` tells.
    private func follow(
        _ run: @escaping @Sendable () async throws(QueueError) -> FollowedFuture,
        _ prints: AsyncStream<Void>, _ merged: MergedEvents<Event>
    ) {
        merged.run { [service] in
            let future = try await run()
            merged.send(.submitted(future.id))
            var prints = prints.makeAsyncIterator()
            for try await chunk in future.output {
                merged.send(.output(chunk))
                _ = await prints.next()
            }
            for try await snapshot in try await service.completions(of: [future.id]) {
                merged.send(.ended(snapshot))
            }
        }
    }

    private func tellToStop(_ id: FutureID, _ merged: MergedEvents<Event>) {
        console.note("queuectl: cancelling future \(id)")
        cancel(id, merged)
    }

    private func cancel(_ id: FutureID, _ merged: MergedEvents<Event>) {
        merged.run { [service] in _ = try await service.cancel([id], CancelRequest()) }
    }

    private func noteUnknown() {
        console.note(
            "queuectl: the daemon has not answered; whether the future was submitted is unknown")
    }

    /// The future has ended: an error here is told, and does not take the place of its exit code.
    private func noteDropped(_ id: FutureID, _ printer: OutputPrinter) async {
        do throws(QueueError) {
            printer.noteDropped(try await service.output(id))
        } catch {
            console.note("queuectl: \(error.message)")
        }
    }

    /// A command that exits otherwise than with 0 has said itself what there is to say.
    private func end(_ snapshot: FutureSnapshot) -> Int32 {
        switch snapshot.outcome {
        case .failed(let failure)? where failure.type != TaskFailure.commandFailed:
            console.noteBlock("queuectl: \(failure)")
        case .cancelled(let reason)?: console.note("queuectl: cancelled: \(reason)")
        case .failed?, .succeeded?, nil: break
        }
        return snapshot.outcome?.exitCode ?? ExitStatusCode.failed
    }
}
