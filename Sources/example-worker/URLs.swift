import ArgumentParser
import DurableFutures

let urls = [
    "http://www.foxnews.com/", "http://www.cnn.com/", "http://europe.wsj.com/",
    "http://www.bbc.co.uk/", "http://nonexistent-subdomain.python.org/",
]

let loadURL = TaskDefinition("load_url") { (url: String, timeout: Double) async throws -> Int in
    try await page(at: url, timeout: .seconds(timeout)).count
}

struct URLs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "urls")

    @OptionGroup var options: JournalOption

    @Argument(help: "The pages to load instead of the five of the documentation.")
    var pages: [String] = urls

    func run() async throws {
        try await withThreadPoolExecutor(
            journal: options.journal, maxWorkers: 5, tasks: [loadURL]
        ) { executor in
            var urlOf: [Future<Int>: String] = [:]
            for url in pages { urlOf[try await executor.submit(loadURL, url, 60)] = url }
            for try await future in asCompleted(urlOf.keys) {
                do {
                    print("'\(urlOf[future]!)' page is \(try await future.result()) bytes")
                } catch {
                    print("'\(urlOf[future]!)' generated an exception: \(error)")
                }
            }
        }
    }
}
