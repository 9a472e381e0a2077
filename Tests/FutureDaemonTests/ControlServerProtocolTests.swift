import Foundation
import FutureControl
import FutureModel
import Testing

@Suite("What any HTTP client sees", .timeLimit(.minutes(10)))
struct ControlServerProtocolTests {
    @Test func curlsWayOfSubmitting() async throws {
        try await withServer { server in
            let answer = try await RawSocket.post(
                server.socketPath, "/v1/futures", #"{"command":["true"]}"#)
            #expect(answer.hasPrefix("HTTP/1.1 201"))
            #expect(answer.contains(#"{"ids":[1]}"#))
            let record = try await RawSocket.get(server.socketPath, "/v1/futures/1")
            #expect(record.contains(#""state":"pending""#))
        }
    }

    @Test(arguments: [
        ("{", "The body is not JSON."),
        (#"{"task":"f","options":{"priority":"high"}}"#, "'options.priority' is not"),
        (#"{"submissions":7}"#, "'submissions' is not an array."),
        (#"{"task":"f","arguments":[1,]}"#, "The body is not JSON: a comma"),
        (#"{"task":"f","arguments":["\\",],}"#, "The body is not JSON: a comma"),
        ("\u{7f}\u{1}", "The body is not JSON."),
    ])
    func aMalformedBodyIsAnswered400(_ body: String, _ reason: String) async throws {
        try await withServer { server in
            let answer = try await RawSocket.post(server.socketPath, "/v1/futures", body)
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(answer.contains(#""code":"bad_input""#))
            #expect(answer.contains(reason))
            #expect(server.service.submissions.isEmpty)
        }
    }

    @Test(arguments: [
        ("/v1/cancel", #"{"ids":[1],"pending_onyl":true}"#),
        ("/v1/retry", #"{"ids":[1],"onyl":1}"#),
        ("/v1/records", #"{"ids":[1],"onyl":1}"#), ("/v1/snapshots", #"{"ids":[1],"onyl":1}"#),
        ("/v1/completions", #"{"ids":[1],"onyl":1}"#), ("/v1/shutdown", #"{"onyl":"cancel"}"#),
        ("/v1/shutdown/plan", #"{"onyl":"cancel"}"#),
    ])
    func aMisspeltKeyIsRefused(_ target: String, _ body: String) async throws {
        try await withServer { server in
            _ = try await server.client.submit([Submission(task: "f", arguments: .null)])
            let answer = try await RawSocket.post(server.socketPath, target, body)
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            #expect(answer.contains("onyl' is wrong: there is no such key here."))
        }
    }

    @Test(arguments: [
        ("/v1/cancel", #""ids":[],"#), ("/v1/shutdown", ""), ("/v1/shutdown/plan", ""),
    ])
    func aNegativeGraceTimeIsRefused(_ target: String, _ ids: String) async throws {
        try await withServer { server in
            let answer = try await RawSocket.post(
                server.socketPath, target, "{\(ids)\"grace_ms\":-1}")
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            #expect(answer.contains("'grace_ms' is negative."))
        }
    }

    @Test(arguments: [
        ("/v1/futures/0", "400"), ("/v1/futures/x/history", "400"), ("/v1/futures/9", "404"),
        ("/v1/futures?state=odd", "400"), ("/v1/futures?limit=0", "400"),
        ("/v1/futures?colour=red", "400"), ("/v1/nowhere", "404"), ("/", "404"),
        ("/v1/submit", "404"), ("/v1/cancel", "404"), ("/v1/futures/9/result", "404"),
        ("/v1/futures/9/output/follow", "404"),
    ])
    func aWrongPathIsAnsweredWithAReason(_ target: String, _ status: String) async throws {
        try await withServer { server in
            let answer = try await RawSocket.get(server.socketPath, target)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
            #expect(answer.contains(#""message":"#))
        }
    }

    @Test func aResultIsHeldUntilThereIsOne() async throws {
        try await withServer { server in
            let id = try await server.client.submit([Submission(task: "f", arguments: .null)])[0]
            let late = try await RawSocket.get(
                server.socketPath, "/v1/futures/\(id)/result?timeout_ms=1")
            #expect(late.hasPrefix("HTTP/1.1 504"))
            async let answer = RawSocket.get(server.socketPath, "/v1/futures/\(id)/result")
            server.service.finish(id, .succeeded(Payload(json: "42")))
            #expect(try await answer.contains(#""value":42"#))
        }
    }

    @Test func outputIsThereRaw() async throws {
        try await withServer { server in
            _ = try await server.client.submit([Submission(task: "f", arguments: .null)])
            let answer = try await RawSocket.get(server.socketPath, "/v1/futures/1/stderr")
            #expect(answer.hasSuffix("\r\n\r\noops"))
        }
    }

    @Test func anOversizeBodyIsRefusedUnread() async throws {
        try await withServer { server in
            let socket = try RawSocket(server.socketPath)
            await socket.send(
                "POST /v1/futures HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{")
            let answer = await socket.receive(until: "bytes.")
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            #expect(answer.contains("payload_too_large"))
        }
    }

    @Test func anEndlessBodyIsRefused() async throws {
        try await withServer { server in
            let socket = try RawSocket(server.socketPath)
            await socket.send(
                "POST /v1/futures HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let megabyte = String(repeating: " ", count: 1 << 20)
            for _ in 0..<66 { await socket.send("100000\r\n\(megabyte)\r\n") }
            #expect(await socket.receive(until: "bytes.").hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func aHalfClosedPeerGetsItsAnswer() async throws {
        try await withServer { server in
            let socket = try RawSocket(server.socketPath)
            await socket.send("GET /v1/stats HTTP/1.1\r\nHost: x\r\n\r\n")
            socket.finishSending()
            #expect(await socket.receive().contains(#""my_Queue""#))
        }
    }

    @Test func curlsExpectationIsMet() async throws {
        try await withServer { server in
            let socket = try RawSocket(server.socketPath)
            await socket.send(
                "POST /v1/futures HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 12\r\n\r\n")
            #expect(await socket.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
            await socket.send(#"{"task":"f"}"#)
            #expect(await socket.receive(until: "ids").contains("201"))
        }
    }

    @Test(arguments: [
        "\u{0}\u{1}\u{2}garbage\r\n\r\n", "GET", "GET / HTTP/9.9\r\n\r\n",
        "POST /v1/futures HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET /v1/stats HTTP/1.1\r\nX: " + String(repeating: "a", count: 200_000),
    ])
    func garbageHurtsNobodyElse(_ bytes: String) async throws {
        try await withServer { server in
            let socket = try RawSocket(server.socketPath)
            await socket.send(bytes)
            socket.finishSending()
            #expect(!(await socket.receive()).contains(" 200 "))
            #expect(try await server.client.status() == MemoryService.status)
        }
    }

    @Test func thePathsOfTheDocumentAreThoseOfTheRouter() async throws {
        try await withServer { server in
            let answer = try await RawSocket.get(server.socketPath, "/v1/openapi.json")
            let start = try #require(answer.range(of: "\r\n\r\n")).upperBound
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(answer[start...].utf8))
            guard case .object(let root) = document, case .object(let paths)? = root["paths"] else {
                Issue.record("The document has no paths.")
                return
            }
            var described: Set<String> = []
            for (path, item) in paths {
                guard case .object(let operations) = item else { continue }
                for method in operations.keys { described.insert("\(method.uppercased()) \(path)") }
            }
            #expect(
                described
                    == Set(ControlRoute.allCases.map { "\($0.method.rawValue) \($0.path)" }))
            let text = String(answer[start...])
            for part in text.components(separatedBy: ##""$ref":"#/components/schemas/"##)
                .dropFirst()
            {
                let name = String(part.prefix { $0 != "\"" })
                #expect(text.contains("\"\(name)\":{"), "\(name) is referred to and not defined")
            }
        }
    }
}
