extension Report {
    /// The DocC article.
    var markdown: String {
        """
        # Performance

        What durability costs, and what the rest adds to it.

        ## Overview

        Each row is one kind of work. The floor is what the disk and the system allow: SQLite
        called from one loop with the same settings on the same disk, bare `fdatasync` calls, a
        bare loop of `posix_spawn` and `waitpid`. Sides take turns, \(repetitions) times; a figure
        is the median, with the lowest and the highest in brackets. Ratios are made within one
        turn. Machines and disks differ by far more than these figures do from each other: only
        ratios travel.

        Measured on \(date) at commit `\(commit)`, on \(machine.processors) processors
        (\(machine.processor)), \(machine.system), \(machine.disk), by

            \(command)

        \(rows.map(\.markdown).joined(separator: "\n\n"))

        """
    }
}

extension RowReport {
    fileprivate var markdown: String {
        var lines = ["## \(name)", "", work, "", "| side | figures |", "| --- | --- |"]
        lines += sides.map { side in
            let name = side.role == .peer ? side.name : "**\(side.name)**"
            return "| \(name) | \(side.summary) |"
        }
        if !verdicts.isEmpty {
            lines += ["", "| goal | measured | |", "| --- | --- | --- |"]
            lines += verdicts.map { verdict in
                let word = verdict.isReached.map { $0 ? "reached" : "not reached" } ?? "–"
                return "| \(verdict.goal) | \(verdict.measured?.text ?? "–") | \(word) |"
            }
        }
        return lines.joined(separator: "\n")
    }
}
