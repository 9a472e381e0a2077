import Foundation
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct DescriptorSinkTests {
    /// Also sees to it that a closed pipe does not end the process.
    private let console = Console.ofThisProcess()

    @Test func aClosedPipeIsNoticedAndQuiet() throws {
        let pipe = Pipe()
        let sink = DescriptorSink(pipe.fileHandleForWriting.fileDescriptor)
        sink.write(Data("a".utf8))
        #expect(sink.failure == nil)
        try pipe.fileHandleForReading.close()
        sink.write(Data("b".utf8))
        #expect(sink.failure == .closed)
    }

    @Test func aFullDiskHasItsReason() throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        let sink = DescriptorSink(file.fileDescriptor)
        sink.write(Data("a".utf8))
        #expect(sink.failure == .failed("No space left on device"))
        #expect(!sink.isTerminal)
    }

    @Test func aPipeThatNeverBlocksGetsAll() async throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let bytes = Data(repeating: 7, count: 300_000)
        let reader = pipe.fileHandleForReading
        async let read = reader.readToEnd()
        DescriptorSink(descriptor).write(bytes)
        try pipe.fileHandleForWriting.close()
        #expect(try await read == bytes)
    }
}
