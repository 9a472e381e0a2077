import Foundation
import FutureModel
import FuturePools
import Testing

/// Commands whose output is followed while they run.
@Suite(.timeLimit(.minutes(10))) struct CommandFollowTests {
    @Test func followersGetEverythingInOrder() async throws {
        let bench = try CommandBench()
        let attempt = try commandAttempt(["sh", "-c", "seq 1 20000; echo end >&2"])
        let reports = Inbox<AttemptReport>()
        let follower = OutputFollower()
        bench.pool.start(attempt) { reports.put($0) }
        #expect(bench.pool.followOutput(of: attempt.id, follower))
        let report = await reports.next()
        follower.finish()
        var followed = CapturedOutput()
        for chunk in await follower.rest() {
            #expect(chunk.offset == followed[chunk.stream].bytes.count)
            switch chunk.stream {
            case .stdout: followed.stdout.bytes += chunk.bytes
            case .stderr: followed.stderr.bytes += chunk.bytes
            }
        }
        #expect(followed == report.output)
        #expect(report.lines.count == 20_000)
        #expect(!bench.pool.followOutput(of: attempt.id, OutputFollower()))
        #expect(bench.pool.output(of: attempt.id) == nil)
    }

    @Test func followersThatHaveLeftAreLetGoOf() async throws {
        let bench = try CommandBench()
        let (id, _, reports) = try await bench.startAndRead(["sh", "-c", "echo one; sleep 1000"])
        weak var follower: OutputFollower?
        let leave = {
            let leaver = OutputFollower()
            follower = leaver
            #expect(bench.pool.followOutput(of: id, leaver))
            leaver.leave()
        }
        leave()
        // The command is silent: it is the next who comes that takes the place.
        let next = OutputFollower()
        #expect(bench.pool.followOutput(of: id, next))
        #expect(await next.next()?.bytes == Data("one\n".utf8))
        while follower != nil { await Task.yield() }
        bench.pool.stop(id, .ask)
        _ = await reports.next()
    }

    /// Whoever is there before the command is gets what is not kept too.
    @Test func aFollowerFromBeforeTheStartMissesNothing() async throws {
        let bench = try CommandBench()
        let attempt = try commandAttempt(
            ["echo", "hello"], options: SubmitOptions(outputLimit: 0))
        let follower = OutputFollower()
        bench.pool.willStart(attempt.id, followedBy: [follower])
        let report = await bench.pool.run(attempt)
        follower.finish()
        #expect(
            await follower.rest() == [OutputChunk(stream: .stdout, bytes: Data("hello\n".utf8))])
        #expect(report.output?.stdout == CapturedStream(droppedByteCount: 6))
    }

    @Test func whoComesLateLearnsWhatIsMissing() async throws {
        let bench = try CommandBench()
        let (id, _, reports) = try await bench.startAndRead(
            ["sh", "-c", "printf 'line1\nline2\n'; sleep 1000"],
            options: SubmitOptions(outputLimit: 8))
        let late = OutputFollower()
        #expect(bench.pool.followOutput(of: id, late))
        #expect(
            await late.next() == OutputChunk(stream: .stdout, bytes: Data("line1\nli".utf8)))
        #expect(await late.next() == OutputChunk(stream: .stdout, offset: 12, bytes: Data()))
        bench.pool.stop(id, .ask)
        _ = await reports.next()
    }

    /// As the reader of a pipe does.
    @Test func aFollowerMayHoldTheCommandUp() async throws {
        let count = 4 * OutputFollower.byteCount
        let bench = try CommandBench()
        let attempt = try commandAttempt(
            ["head", "-c", "\(count)", "/dev/zero"], options: SubmitOptions(outputLimit: 0))
        let reports = Inbox<AttemptReport>()
        let follower = OutputFollower(holdsUp: true)
        bench.pool.willStart(attempt.id, followedBy: [follower])
        bench.pool.start(attempt) { reports.put($0) }
        while !follower.isHoldingUp { await Task.yield() }
        for _ in 0..<5 { _ = await bench.pool.run(try commandAttempt(["true"])) }
        let read = try #require(bench.pool.output(of: attempt.id)).stdout.writtenByteCount
        #expect(read < count / 2)

        // It goes on as it is read, and also when nobody wants to any more.
        var position = 0
        while position < count / 2, let chunk = await follower.next() {
            #expect(chunk.offset == position)
            position = chunk.end
        }
        follower.leave()
        #expect(await reports.next().output?.stdout.writtenByteCount == count)
    }
}
