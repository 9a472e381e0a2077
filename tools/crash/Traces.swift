import Foundation

/// The marks that attempts leave, beside the journal and out of its reach.
struct Traces {
    struct Marks {
        var begun: [Int: Int] = [:]
        var ended: [Int: Int] = [:]
        var overlaps: Set<Int> = []
    }

    let directory: String
    private var path: String { directory + "/runs" }

    init(in directory: String) throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory + "/locks", withIntermediateDirectories: true)
    }

    func read() -> Marks {
        var marks = Marks()
        for line in lines(since: 0) {
            guard line.count > 1, let serial = Int(line[1]) else { continue }
            switch line[0] {
            case "b": marks.begun[serial, default: 0] += 1
            case "e": marks.ended[serial, default: 0] += 1
            default: marks.overlaps.insert(serial)
            }
        }
        return marks
    }

    /// Bytes of marks.
    var size: Int {
        let file = FileHandle(forReadingAtPath: path)
        defer { try? file?.close() }
        return Int((try? file?.seekToEnd()) ?? 0)
    }

    /// Of what has begun since there were so many bytes of marks: `c`ommands, `t`hreads' and
    /// worker `p`rocesses' functions.
    func kinds(since size: Int) -> Set<Substring> {
        Set(lines(since: size).compactMap { $0.first == "b" && $0.count > 2 ? $0[2] : nil })
    }

    private func lines(since size: Int) -> [[Substring]] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        try? file.seek(toOffset: UInt64(size))
        let text = (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").map { $0.split(separator: " ") }
    }
}
