/// One step of the schema. Steps are only ever appended, and never edited once released.
package struct Migration: Sendable, Hashable {
    /// From 1, without gaps; the journal's `user_version` once it is applied.
    package let version: Int
    package let name: String
    package let sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// FNV-1a of the SQL's bytes, in hexadecimal: tells an edited step from the applied one.
    package var checksum: String {
        let hash = sql.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    /// All steps, in order.
    package static let all = [
        Migration(
            version: 1, name: "v0001_futures",
            sql: String(decoding: PackageResources.v0001_futures_sql, as: UTF8.self)),
        Migration(
            version: 2, name: "v0002_places",
            sql: String(decoding: PackageResources.v0002_places_sql, as: UTF8.self)),
    ]
}
