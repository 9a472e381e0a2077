import ConformanceTasks
import DurableFutures
import Foundation

/// What a program does with a queue before it goes away. Its second argument is a place: the
/// journal, and "owner" or "client" after it where it can be either.
enum Caller {
    private static var place: String { CommandLine.arguments[2] }

    /// Serves as a worker process whose initializer leaves a line in a file, and fails while there
    /// is another.
    static func serveWithInitializer() async throws {
        let directory = place
        _ = try await ProcessPoolExecutor(
            tasks: conformanceTasks,
            initializer: {
                if access(directory + "/broken", F_OK) == 0 { throw Plain() }
                let file = open(directory + "/initialized", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                let line = "\(getpid())\n"
                write(file, line, line.utf8.count)
                close(file)
            })
    }

    /// Lets go of an executor that has work to do, and exits.
    static func abandon() async throws {
        let executor = try await ThreadPoolExecutor(
            journal: place, maxWorkers: 1, tasks: conformanceTasks)
        tell("\(try await executor.submit(hold, CommandLine.arguments[3]).id)")
        for future in try await executor.submit(double, each: [1, 2, 3]) { tell("\(future.id)") }
    }

    /// Is killed as soon as `submit` has returned.
    static func submitAndDie() async throws {
        let future = try await executor().submit(echo, "kept")
        tell("\(future.id)")
        kill(getpid(), SIGKILL)
    }

    /// Tells each value of a `map` with a key as it comes.
    static func map() async throws {
        let arguments = CommandLine.arguments
        let (count, halt, bufferSize) = (Int(arguments[4])!, Int(arguments[5])!, Int(arguments[6]))
        let steps = (0..<count).map { Step(number: $0, gate: $0 == halt ? arguments[7] : nil) }
        let executor = try await executor()
        for try await value in executor.map(
            tenfold, over: steps, bufferSize: bufferSize, key: "steps")
        { tell("\(value)") }
        tell("end")
    }

    private static func executor() async throws -> any DurableExecutor {
        guard CommandLine.arguments[3] == "owner" else {
            return try await DaemonExecutor(journal: place)
        }
        return try await ThreadPoolExecutor(
            journal: place, maxWorkers: 1, tasks: conformanceTasks)
    }

    /// Prints a line at once.
    private static func tell(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        write(1, bytes, bytes.count)
    }
}
