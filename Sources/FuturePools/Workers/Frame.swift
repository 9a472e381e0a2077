import FutureModel

/// One message between an owner and a worker: a header of 16 bytes, then the body.
///
/// The header is the body's length, the kind, and the sequence number of the attempt it is about,
/// in the byte order of the machine: both ends are the same program.
struct Frame: Equatable {
    enum Kind: UInt32 {
        /// Owner to worker: the task, the journal, the attempt, the arguments, NULs between them.
        case run = 1
        /// Owner to worker: cancel the attempt.
        case cancel
        /// Owner to worker: exit.
        case stop
        /// Worker to owner: it is ready for its first attempt.
        case hello
        /// Worker to owner: a value, a ``TaskFailure`` as JSON, or nothing.
        case returned, threw, gaveUp
        /// Worker to owner: the attempt asks something: see ``AttemptRequest``.
        case ask
        /// Owner to worker: the answer to the question of that number.
        case answer
        /// Worker to owner, instead of hello: it cannot run anything; why.
        case broken
        /// Worker to owner, before either: it begins with what it does first.
        case starting
    }

    static let headerByteCount = 16
    /// Arguments, a value, or a failure with its payload and message.
    static let bodyByteLimit = 2 * max(Limits.argumentsByteCount, Limits.valueByteCount)

    var kind: Kind
    var sequence: UInt64
    var body: [UInt8] = []

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerByteCount + body.count)
        withUnsafeBytes(of: UInt32(body.count)) { bytes += $0 }
        withUnsafeBytes(of: kind.rawValue) { bytes += $0 }
        withUnsafeBytes(of: sequence) { bytes += $0 }
        bytes += body
        return bytes
    }
}

/// Puts frames together from the pieces in which a socket yields them.
struct FrameBuffer {
    struct Malformed: Error {}

    private var bytes: [UInt8] = []
    private var start = 0

    mutating func append(_ piece: UnsafeRawBufferPointer) { bytes += piece }

    /// The next whole frame; `nil` until more has come.
    mutating func next() throws(Malformed) -> Frame? {
        guard bytes.count - start >= Frame.headerByteCount else { return nil }
        let (length, rawKind, sequence) = bytes.withUnsafeBytes {
            (
                $0.loadUnaligned(fromByteOffset: start, as: UInt32.self),
                $0.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self),
                $0.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
            )
        }
        guard let kind = Frame.Kind(rawValue: rawKind), length <= Frame.bodyByteLimit else {
            throw Malformed()
        }
        let bodyStart = start + Frame.headerByteCount
        let end = bodyStart + Int(length)
        if bytes.count < end {
            bytes.reserveCapacity(end)
            return nil
        }
        let body = Array(bytes[bodyStart..<end])
        start = end
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
            start = 0
        }
        return Frame(kind: kind, sequence: sequence, body: body)
    }
}
