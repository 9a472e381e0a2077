import Foundation
import FutureModel
import FuturePools
import Testing

@Suite struct OutputFollowerTests {
    private static let quarter = OutputFollower.byteCount / 4

    /// The piece of that number, all of one size.
    private func piece(_ number: Int, attempt: Int = 1) -> OutputChunk {
        OutputChunk(
            attempt: attempt, stream: .stdout, offset: number * Self.quarter,
            bytes: Data(repeating: 7, count: Self.quarter))
    }

    private func end(_ number: Int, attempt: Int = 1) -> OutputChunk {
        OutputChunk(
            attempt: attempt, stream: .stdout, offset: number * Self.quarter, bytes: Data())
    }

    @Test func whatIsNotTakenInTimeIsLeftOutAndTold() async {
        let follower = OutputFollower()
        for number in 0..<10 { follower.take(piece(number)) }
        // Half of it has to be taken before anything is added.
        #expect(await follower.next() == piece(0))
        follower.take(piece(10))
        #expect(await follower.next() == piece(1))
        follower.take(piece(11))
        #expect(!follower.isHoldingUp)
        follower.finish()
        #expect(await follower.rest() == [piece(2), piece(3), end(11), piece(11)])
    }

    @Test func whatIsLeftOutAtTheEndIsTold() async {
        let follower = OutputFollower()
        for number in 0..<6 { follower.take(piece(number)) }
        for number in 0..<3 { follower.take(piece(number, attempt: 2)) }
        follower.finish()
        let rest = await follower.rest()
        #expect(rest == (0..<4).map { piece($0) } + [end(6), end(3, attempt: 2)])
    }

    @Test func oneThatHoldsUpKeepsAll() async {
        let follower = OutputFollower(holdsUp: true)
        for number in 0..<6 {
            #expect(follower.isHoldingUp == (number >= 4))
            follower.take(piece(number))
        }
        follower.finish()
        #expect(!follower.isHoldingUp)
        #expect(await follower.rest() == (0..<6).map { piece($0) })
    }
}
