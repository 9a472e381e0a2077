import Foundation

/// Whether that process is there and has not ended.
func isRunning(_ pid: pid_t) -> Bool {
    let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    guard let nameEnd = stat.lastIndex(of: ")") else { return false }
    let state = stat[stat.index(nameEnd, offsetBy: 2)...].first
    return state != "Z" && state != "X"
}
