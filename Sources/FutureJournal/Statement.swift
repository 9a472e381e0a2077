import Foundation
import FutureModel
import GRDBSQLite

/// A prepared statement. Parameters are bound and columns are read from left to right.
final class Statement {
    private unowned let connection: Connection
    private let handle: OpaquePointer
    private var parameter: Int32 = 0
    private var column: Int32 = 0

    /// SQLite copies what is bound before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ sql: String, on connection: Connection) throws(QueueError) {
        self.connection = connection
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw connection.failure(code) }
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    /// Ends the last run; the next parameter is the first.
    func reset() {
        sqlite3_reset(handle)
        parameter = 0
    }

    @discardableResult
    func bind(_ value: Int64?) -> Statement {
        parameter += 1
        if let value {
            sqlite3_bind_int64(handle, parameter, value)
        } else {
            sqlite3_bind_null(handle, parameter)
        }
        return self
    }

    @discardableResult
    func bind(_ value: Int) -> Statement { bind(Int64(value)) }

    @discardableResult
    func bind(_ value: String?) -> Statement {
        parameter += 1
        if var value {
            // Passed as it is, a string would be copied into a C string of its own first.
            value.withUTF8 { bytes in
                _ = bytes.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text64(
                        handle, parameter, characters.baseAddress, UInt64(characters.count),
                        Self.copied, UInt8(SQLITE_UTF8))
                }
            }
        } else {
            sqlite3_bind_null(handle, parameter)
        }
        return self
    }

    @discardableResult
    func bind(_ value: Data) -> Statement {
        parameter += 1
        if value.isEmpty {
            sqlite3_bind_zeroblob(handle, parameter, 0)
        } else {
            value.withUnsafeBytes { bytes in
                _ = sqlite3_bind_blob64(
                    handle, parameter, bytes.baseAddress, UInt64(bytes.count), Self.copied)
            }
        }
        return self
    }

    /// Whether there is a row, whose columns can now be read.
    func step() throws(QueueError) -> Bool {
        column = 0
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let failure = connection.failure(code)
            // Or what is bound for the next run would miss its place, and this one's stay.
            reset()
            throw failure
        }
    }

    /// Runs to the end, ignoring rows; the number of rows changed.
    @discardableResult
    func run() throws(QueueError) -> Int {
        while try step() {}
        reset()
        return connection.changedRowCount
    }

    /// Every row, decoded.
    func all<Value>(
        _ decode: (Statement) throws(QueueError) -> Value
    ) throws(QueueError) -> [Value] {
        // Also where a row cannot be decoded: what is not reset keeps its snapshot open.
        defer { reset() }
        var values: [Value] = []
        while try step() { values.append(try decode(self)) }
        return values
    }

    /// The first row, decoded, or `nil`.
    func first<Value>(
        _ decode: (Statement) throws(QueueError) -> Value
    ) throws(QueueError) -> Value? {
        defer { reset() }
        return try step() ? try decode(self) : nil
    }
}

extension Statement {
    func integer() -> Int64 {
        defer { column += 1 }
        return sqlite3_column_int64(handle, column)
    }

    func optionalInteger() -> Int64? {
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else {
            column += 1
            return nil
        }
        return integer()
    }

    func int() -> Int { Int(integer()) }

    func text() -> String { optionalText() ?? "" }

    func optionalText() -> String? {
        defer { column += 1 }
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func data() -> Data {
        defer { column += 1 }
        guard let bytes = sqlite3_column_blob(handle, column) else { return Data() }
        return Data(bytes: bytes, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func moment() -> Timestamp { Timestamp(milliseconds: integer()) }

    func optionalMoment() -> Timestamp? {
        optionalInteger().map { Timestamp(milliseconds: $0) }
    }

    /// A word of the schema, which the program must know.
    func word<Word: RawRepresentable>(
        _ type: Word.Type = Word.self
    ) throws(QueueError) -> Word where Word.RawValue == String {
        let text = text()
        guard let word = Word(rawValue: text) else {
            throw QueueError(
                .badJournal, "The column '\(lastColumnName)' holds the unknown word '\(text)'.")
        }
        return word
    }

    /// A column that holds JSON; the schema cannot see to that.
    func json() throws(QueueError) -> Payload { try optionalJSON() ?? Payload(json: "") }

    func optionalJSON() throws(QueueError) -> Payload? {
        guard let text = optionalText() else { return nil }
        guard (try? Payload(reading: text)) != nil else {
            throw QueueError(.badJournal, "The column '\(lastColumnName)' holds no JSON.")
        }
        return Payload(json: text)
    }

    /// Of the column that was read last.
    private var lastColumnName: String {
        sqlite3_column_name(handle, column - 1).map { String(cString: $0) } ?? "?"
    }

    func optionalWord<Word: RawRepresentable>(
        _ type: Word.Type = Word.self
    ) throws(QueueError) -> Word? where Word.RawValue == String {
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else {
            column += 1
            return nil
        }
        return try word()
    }
}
