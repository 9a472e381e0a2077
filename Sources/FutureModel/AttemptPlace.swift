import Foundation

/// Where an attempt ran.
public struct AttemptPlace: Codable, Sendable, Hashable {
    public var pool: PoolKind
    /// The machine's name, as it was then.
    public var host: String
    /// The process: the owner's own for a thread, else the worker's or the command's; `nil` where
    /// that is not known, since there was none or it was lost with its owner.
    public var pid: Int32?

    public init(pool: PoolKind, host: String = Self.thisHost, pid: Int32? = nil) {
        self.pool = pool
        self.host = host
        self.pid = pid
    }

    /// The name of this machine.
    public static let thisHost: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return name.withUnsafeBytes { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }()
}

extension AttemptPlace: CustomStringConvertible {
    /// Such as `process pool, pid 4711 on box`.
    public var description: String {
        "\(pool.rawValue) pool" + (pid.map { ", pid \($0)" } ?? "") + " on \(host)"
    }
}
