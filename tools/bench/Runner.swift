import Foundation

/// Runs the sides of a row in turn, again and again, so that what disturbs the machine disturbs
/// them alike.
struct Runner {
    let setting: Setting
    let repetitions: Int

    func run(_ row: Row) async throws -> RowReport {
        let count = min(repetitions, row.repetitionLimit)
        var samples = [[Sample]](repeating: [], count: row.sides.count)
        for repetition in 1...count {
            for (index, side) in row.sides.enumerated() where side.absence == nil {
                log("\(row.name) \(repetition)/\(count): \(side.name)")
                do {
                    samples[index].append(try await side.run(setting))
                } catch {
                    throw WrongResult(description: "\(row.name), \(side.name): \(error)")
                }
            }
        }
        return RowReport(row, samples)
    }

    private func log(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
