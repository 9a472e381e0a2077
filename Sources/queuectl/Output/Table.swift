/// Rows with aligned columns; the last one is not padded.
struct Table {
    private var rows: [[String]]

    init(header: [String]) { rows = [header] }

    /// Without a header: names and what they stand for.
    init() { rows = [] }

    mutating func append(_ cells: String...) { append(cells) }

    mutating func append(_ cells: [String]) {
        // A row is one line, whatever a task is called.
        rows.append(cells.map { TerminalText.singleLine($0) })
    }

    var text: String {
        let columnCount = rows.map(\.count).max() ?? 0
        let widths = (0..<columnCount).map { column in
            rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                guard column < row.count - 1, row[(column + 1)...].contains(where: { $0 != "" })
                else { break }
                line += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            return line
        }.joined(separator: "\n")
    }
}
