import FutureModel

/// Stays with a future: passes its output on, and cancels it when this process is told to stop.
struct Attendance {
    let id: FutureID
    let service: any FutureService
    let console: Console

    private enum Event: Sendable {
        case output(OutputChunk)
        case ended(FutureSnapshot)
        case signal(Int32)
    }

    /// Returns the exit code once the future has ended, or at the second of `interrupts`.
    func attend(_ interrupts: AsyncStream<Int32>) async throws(QueueError) -> Int32 {
        let merged = MergedEvents<Event>()
        defer { merged.stop() }
        merged.add(interrupts, endsAll: false) { .signal($0) }
        let chunks = try await service.followOutput(id)
        merged.run { [id, service] in
            for try await chunk in chunks { merged.send(.output(chunk)) }
            for try await snapshot in try await service.completions(of: [id]) {
                merged.send(.ended(snapshot))
            }
        }
        var printer = OutputPrinter(console)
        var wasTold = false
        do {
            for try await event in merged.events {
                switch event {
                case .output(let chunk):
                    printer.print(chunk)
                    if printer.isClosed, !wasTold {
                        wasTold = true
                        cancel(merged)
                    }
                case .signal(let number):
                    if wasTold { return 128 + number }
                    wasTold = true
                    console.note("queuectl: cancelling future \(id)")
                    cancel(merged)
                case .ended(let snapshot):
                    printer.finish()
                    await noteDropped()
                    return end(snapshot)
                }
            }
        } catch {
            throw QueueError(wrapping: error)
        }
        throw QueueError(.ownerLost, "The daemon went away; future \(id) goes on without us.")
    }

    /// The future has ended: an error here is told, and does not take the place of its exit code.
    private func noteDropped() async {
        do throws(QueueError) {
            OutputPrinter.noteDropped(try await service.output(id), on: console)
        } catch {
            console.note("queuectl: \(error.message)")
        }
    }

    private func cancel(_ merged: MergedEvents<Event>) {
        merged.run { [id, service] in _ = try await service.cancel([id], CancelRequest()) }
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
