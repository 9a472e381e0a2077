import Foundation
import FutureControl
import FutureDaemon
import FutureModel
import Testing

/// Requests that were valid before a few bytes of them were changed.
@Suite(.timeLimit(.minutes(10)))
struct ControlServerFuzzTests {
    private static let lanes = 8
    private static let requestsPerLane = 300

    private static let seeds: [String] = {
        let bodies = [
            #"{"command":["sh","-c","exit 3"],"environment":{"A":"b"},"directory":"/tmp"}"#,
            #"{"task":"f","arguments":[1,"x",{"a":null}],"options":{"priority":7,"key":"k"}}"#,
            #"{"submissions":[{"task":"f"},{"command":["true"],"options":{"run_at":"#
                + #""2026-05-01T12:00:00Z","time_limit_ms":5,"output_limit":9}}]}"#,
            #"{"ids":[1,2,3]}"#, #"{"ids":[1],"grace_ms":5,"pending_only":true}"#,
            #"{"pending":"keep","running":"requeue","grace_ms":0}"#,
        ]
        let posts = [
            "/v1/futures", "/v1/records", "/v1/snapshots", "/v1/cancel", "/v1/retry",
            "/v1/shutdown/plan",
        ].flatMap { path in
            bodies.map {
                "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \($0.utf8.count)\r\n\r\n\($0)"
            }
        }
        let chunked =
            "POST /v1/futures HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\n{\"tas\r\n7\r\nk\":\"f\"}\r\n0\r\n\r\n"
        let gets = [
            "/v1/futures?state=pending&limit=3&before=9", "/v1/futures/1", "/v1/futures/1/history",
            "/v1/futures/1/output", "/v1/futures/1/stderr", "/v1/stats", "/v1/status",
        ].map { "GET \($0) HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n" }
        return posts + gets + [chunked]
    }()

    @Test(arguments: [UInt64(20_261_122)])
    func noneOfThemHurtsAnybodyElse(seed: UInt64) async throws {
        try await withServer { server in
            _ = try await server.client.submit([Submission(task: "f", arguments: .null)])
            let path = server.socketPath
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<Self.lanes {
                    group.addTask {
                        var mutator = Mutator(seed: seed &+ UInt64(lane))
                        for number in 0..<Self.requestsPerLane {
                            let request = mutator.mutated(Self.seeds)
                            let socket = try RawSocket(path)
                            await socket.send(request)
                            socket.finishSending()
                            let answer = await socket.receive()
                            #expect(
                                answer.isEmpty || answer.hasPrefix("HTTP/1.1 "),
                                "\(number) of lane \(lane): \(answer.prefix(80))")
                            #expect(!answer.contains(" 500 "), "\(number) of lane \(lane)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await server.client.status() == MemoryService.status)
            let record = try await RawSocket.get(path, "/v1/futures/1")
            #expect(record.hasPrefix("HTTP/1.1 200"))
        }
    }
}

/// Changes some bytes, the same ones for the same seed.
private struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    private mutating func number(below bound: Int) -> Int {
        bound > 0 ? Int(next() % UInt64(bound)) : 0
    }

    mutating func mutated(_ seeds: [String]) -> [UInt8] {
        var bytes = Array(seeds[number(below: seeds.count)].utf8)
        for _ in 0...number(below: 4) { change(&bytes, seeds) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ seeds: [String]) {
        let place = number(below: bytes.count)
        let end = min(bytes.count, place + 1 + number(below: 12))
        switch number(below: 8) {
        case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(number(below: 8))
        case 1 where !bytes.isEmpty: bytes[place] = UInt8(number(below: 256))
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4:
            let odd = [
                "\r\n", "\0", "\u{7f}", "99999999999999999999", "-1", "{", "\"", "%00", "\\ud800",
            ]
            bytes.insert(contentsOf: Array(odd[number(below: odd.count)].utf8), at: place)
        case 5: bytes.removeLast(bytes.count - place)
        case 6: bytes.insert(contentsOf: [UInt8](repeating: 0x5b, count: 3000), at: place)
        default:
            let other = Array(seeds[number(below: seeds.count)].utf8)
            bytes = Array(bytes.prefix(place)) + other.suffix(number(below: other.count))
        }
    }
}
