import Foundation

/// How a process ends that crashes.
package enum CrashSignals {
    /// Leaves it to the kernel, which ends the process at once.
    ///
    /// Swift's runtime, where it finds `swift-backtrace`, would first write a backtrace. That can
    /// take minutes, and meanwhile a crashed owner keeps its journal and its children, and a
    /// crashed worker its attempt. Whoever sets `SWIFT_BACKTRACE` has asked for it and gets it.
    package static func leaveToKernel() {
        if let wish = getenv("SWIFT_BACKTRACE"), wish.pointee != 0 { return }
        for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
            signal(number, SIG_DFL)
        }
    }
}
