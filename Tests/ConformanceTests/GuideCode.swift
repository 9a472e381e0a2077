import DurableFutures
import FutureDaemon
import Synchronization

// The code of README.md and of the articles in `Documentation.docc`, as it stands there, in the
// order of the blocks. `GuideTests` sees to it that none is missing, and runs what can be run.

/// Of README.md.
enum ReadmeCode {
    static let isPrime = TaskDefinition("is_prime") { (n: Int) -> Bool in
        n > 1 && (2..<n).prefix { $0 * $0 <= n }.allSatisfy { n % $0 != 0 }
    }

    static func scope() async throws {
        try await withThreadPoolExecutor(tasks: [isPrime]) { executor in
            let future = try await executor.submit(isPrime, 112_582_705_942_171)
            print(future.id, try await future.result(timeout: .seconds(60)))
            for try await (n, prime) in executor.map(isPrime, over: 1...20).withInputs {
                print(n, prime)
            }
        }
    }

    struct PrimeDaemon: TaskDaemon {
        static let tasks: [any TaskRegistration] = [isPrime]
    }
}

/// Of the library's first page.
enum FrontPageCode {
    static let power = TaskDefinition("power") { (base: Int, exponent: Int) -> Int in
        (0..<exponent).reduce(1) { value, _ in value * base }
    }

    static func scope() async throws {
        try await withThreadPoolExecutor(tasks: [power]) { executor in
            let future = try await executor.submit(power, 2, 10)
            print(try await future.result())
        }
    }

    static func byID(_ executor: DaemonExecutor) async throws -> Future<Int> {
        let future = try await executor.future(id: 42, of: power)
        return future
    }
}

/// Of the page for those who come from Python: its two blocks, and each line of its table.
enum FromPythonCode {
    static let length = TaskDefinition("length") { (text: String) -> Int in text.count }

    static let total: TaskDefinition<[String], Int> = TaskDefinition("total") {
        (texts: [String]) -> Int in
        let executor = try AttemptExecutor.current()
        let futures = try await executor.submit(length, each: texts)
        var sum = 0
        for try await future in asCompleted(futures) { sum += try await future.result() }
        return sum
    }

    static func scope(_ path: String) async throws {
        try await withThreadPoolExecutor(
            journal: path, maxWorkers: 5, tasks: [length, total]
        ) { executor in
            let future = try await executor.submit(length, "hello")
            print(try await future.result(timeout: .seconds(60)))

            for try await count in executor.map(length, over: ["a", "bb"]) { print(count) }

            let futures = try await executor.submit(length, each: ["a", "bb", "ccc"])
            let (done, notDone) = try await wait(futures, returnWhen: .firstException)
            print(done.count, notDone.count)

            future.addDoneCallback { print("\($0) is done") }
            print(try await executor.submit(total, ["a", "bb"]).result())
        }
    }

    static func scopes() async throws {
        try await withThreadPoolExecutor(maxWorkers: 5, tasks: [length]) { executor in
            _ = try await executor.submit(length, "")
        }
        try await withProcessPoolExecutor(tasks: [length]) { executor in
            _ = try await executor.submit(length, "")
        }
    }

    static func pools(_ fn: @escaping @Sendable () -> Void) async throws {
        _ = try await ThreadPoolExecutor(tasks: [length], threadNamePrefix: "load", initializer: fn)
        _ = try await ProcessPoolExecutor(maxTasksPerChild: 10, tasks: [length], initializer: fn)
    }

    static func futures(_ executor: ProcessPoolExecutor, _ texts: [String]) async throws {
        let future = try await executor.submit(length, "hello")
        _ = try await future.result(timeout: .seconds(60))
        _ = try await future.exception()
        _ = try await future.cancel()
        _ = try await (future.isCancelled, future.isRunning, future.isDone)
        future.addDoneCallback { _ in }
        for try await result in executor.map(length, over: texts) { print(result) }
        _ = executor.map(length, over: texts, timeout: .seconds(5), chunkSize: 10, bufferSize: 100)
        try await executor.shutdown(wait: false, cancelFutures: true)
        try await executor.terminateWorkers()
        try await executor.killWorkers()
    }

    static func waits(_ fs: [Future<Int>], _ number: Future<Int>, _ text: Future<String>)
        async throws
    {
        for try await future in asCompleted(fs, timeout: .seconds(5)) { print(future) }
        let (done, notDone) = try await wait(fs, timeout: .seconds(5), returnWhen: .firstException)
        print(done, notDone)
        _ = try await wait([AnyFuture(number), AnyFuture(text)])
    }

    struct Refusal: Error, Codable {}

    static let refuse = TaskDefinition("refuse") { () -> Int in throw Refusal() }.throwing(
        Refusal.self)

    static func errors(_ future: Future<Int>) async {
        do {
            _ = try await future.result(timeout: .seconds(5))
        } catch let error as QueueError where error.code == .timedOut {
            print(error)
        } catch is CancelledError {
        } catch let error as QueueError where error.code == .brokenPool {
            print(error)
        } catch let error as Refusal {
            print(error)
        } catch let error as TaskFailure {
            print(error)
        } catch {
        }
    }
}
