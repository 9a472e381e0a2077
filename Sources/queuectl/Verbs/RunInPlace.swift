import FutureEngine
import FutureJournal
import FutureModel

/// Runs `submission` in this process while no daemon does; returns the exit code.
///
/// For as long as that takes this process owns the journal, and runs nothing else of it.
func runInPlace(
    _ submission: Submission, _ location: JournalLocation, _ session: Session
) async throws(QueueError) -> Int32 {
    // From here on a signal is the future's to be told of.
    let interrupts = await session.interrupts()
    let (engine, future) = try await Engine.open(
        location,
        EngineConfiguration(
            program: Queuectl.programName, commandCount: 1,
            report: { [console = session.console] in console.note("queuectl: \($0.message)") }),
        runningOnly: submission)
    let attendance = Attendance(service: engine, console: session.console, time: session.time)
    let exitCode: Int32
    do {
        exitCode = try await attendance.attend(interrupts) { future }
    } catch {
        await close(engine)
        throw error
    }
    await close(engine)
    return exitCode
}

/// What still runs, after a second signal, is interrupted; it is pending again.
private func close(_ engine: Engine) async {
    engine.interrupt(now: true)
    _ = await engine.waitUntilStopped()
}
