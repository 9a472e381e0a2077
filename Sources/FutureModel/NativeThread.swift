import CProcess
import Foundation

/// A thread of our own: blocking on it blocks nobody else. Foundation's does not say when the
/// system has none to give.
package enum NativeThread {
    /// Virtual, touched only as far as bodies recurse.
    private static let stackByteCount = 8 << 20

    /// The longest name that the system keeps whole.
    package static let nameByteCount = 15

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            cp_name_thread(name)
            body()
        }
    }

    /// Whether the system has so many more to give now, up to 64; the errno where it has not.
    package static func tryToStart(_ count: Int) -> Int32 { cp_try_threads(Int32(count)) }

    /// Runs `body` on a new thread, detached; the errno where the system has none to give.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackByteCount)
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let error = pthread_create(&thread, &attributes, entry, start.toOpaque())
        if error != 0 { start.release() }
        return error
    }

    #if canImport(Darwin)
        private static let entry:
            @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
                Unmanaged<Start>.fromOpaque($0).takeRetainedValue().run()
                return nil
            }
    #else
        private static let entry:
            @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
                guard let start = $0 else { return nil }
                Unmanaged<Start>.fromOpaque(start).takeRetainedValue().run()
                return nil
            }
    #endif
}
