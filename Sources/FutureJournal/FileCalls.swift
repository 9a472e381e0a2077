import Foundation

// `open` and `close` under names that the types here do not use for their own methods.

/// The descriptor, or -1 with the reason in `errno`.
func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
    open(path, flags, mode)
}

/// Nothing that was written depends on what this returns: whoever writes a file syncs it.
func closeFile(_ descriptor: Int32) { _ = close(descriptor) }
