import CProcess
import Foundation
import FutureModel

/// A child that has been started and not yet been reaped: until then its pid, and so its group,
/// cannot be anybody else's.
struct ChildProcess: Sendable {
    let identity: cp_identity
    /// Readable once it has ended.
    let exitDescriptor: Int32
    private let ledger: ChildrenLedger
    private let slot: Int

    /// What it is started with; descriptors stay the caller's.
    struct Request {
        var path: String
        var arguments: [String]
        var environment: EnvironmentBlock
        var directory: String?
        var input: Int32
        var output: Int32
        var error: Int32
        /// Become its descriptors 3 and 4.
        var extras: (Int32, Int32) = (-1, -1)
        /// Its soft limit of open descriptors; 0 is this process's own.
        var descriptorLimit: UInt64 = 0
    }

    /// Starts a process, in a group of its own, that dies with the calling thread. It is in the
    /// ledger before the program begins.
    static func start(
        _ request: Request, ledger: ChildrenLedger
    ) throws(StartFailure) -> ChildProcess {
        let slot = try ledger.acquireSlot()
        let result = request.withRaw(ledger, slot) { cp_spawn($0) }
        guard result.failed_step == CP_STEP_NONE else {
            ledger.releaseSlot(slot)
            throw StartFailure(step: result.failed_step, error: result.error)
        }
        return ChildProcess(
            identity: result.identity, exitDescriptor: result.exit_descriptor, ledger: ledger,
            slot: slot)
    }

    var pid: Int32 { identity.pid }

    var hasEnded: Bool { cp_has_ended(exitDescriptor) != 0 }

    func signalGroup(_ signal: Int32) { kill(-pid, signal) }

    /// How it has ended, with nothing given up yet; `nil` where the status is lost.
    func peek() -> ExitStatus? {
        var status: Int32 = 0
        guard cp_peek(exitDescriptor, pid, &status) == 0 else { return nil }
        return status < 0 ? .signal(-status) : .code(status)
    }

    /// Waits for its end and gives up its descriptor, its pid and its slot of the ledger. Called
    /// once, when nothing can signal it any more. `nil` where the status is lost.
    func reap() -> ExitStatus? {
        var status: Int32 = 0
        let error = cp_reap(exitDescriptor, pid, &status)
        close(exitDescriptor)
        ledger.releaseSlot(slot)
        if error != 0 { return nil }
        return status < 0 ? .signal(-status) : .code(status)
    }
}

/// Why a process could not be started.
struct StartFailure: Error {
    let step: cp_step
    let error: Int32
}

extension ChildProcess.Request {
    fileprivate func withRaw(
        _ ledger: ChildrenLedger, _ slot: Int, _ body: (UnsafePointer<cp_request>) -> cp_result
    ) -> cp_result {
        var argv = arguments.map { strdup($0) }
        argv.append(nil)
        defer { for argument in argv { free(argument) } }
        return path.withCString { path in
            environment.withPointers { envp in
                argv.withUnsafeBufferPointer { argv in
                    withOptionalCString(directory) { directory in
                        var raw = cp_request(
                            path: path, arguments: argv.baseAddress!, environment: envp,
                            directory: directory, standard_input: input, standard_output: output,
                            standard_error: error, extras: extras,
                            descriptor_limit: descriptorLimit, ledger: ledger.descriptor,
                            ledger_offset: ledger.offset(of: slot))
                        return body(&raw)
                    }
                }
            }
        }
    }
}

private func withOptionalCString<T>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> T) -> T {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
