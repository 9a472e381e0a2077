import Foundation
import FutureModel
import GRDB
import GRDBSQLite

extension QueueError {
    /// What a failed call of SQLite means for the caller.
    static func sqlite(_ code: Int32, systemError: Int32 = 0, _ detail: String) -> QueueError {
        switch code & 0xff {
        case SQLITE_FULL:
            return QueueError(.diskFull, "The disk is full; nothing was recorded.")
        case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT:
            return QueueError(.diskFull, "The disk or its quota is full; nothing was recorded.")
        case SQLITE_IOERR where code == noRoomForIndex && systemError == 0:
            return QueueError(
                .diskFull, "The journal's index cannot be made larger; the disk may be full.")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return QueueError(.badJournal, "The journal is damaged: \(detail).")
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            return QueueError(.noAccess, "The journal cannot be opened or written: \(detail).")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return QueueError(.owned, "Another program holds a lock on the journal's database.")
        case SQLITE_CONSTRAINT:
            return QueueError(.badInput, "The journal refused a change: \(detail).")
        case SQLITE_TOOBIG:
            return QueueError(.payloadTooLarge, "A value is larger than the journal can hold.")
        case SQLITE_ERROR, SQLITE_SCHEMA, SQLITE_MISMATCH:
            return QueueError(.badJournal, "The journal has another schema: \(detail).")
        default:
            return QueueError(.ioError, "Reading or writing the journal failed: \(detail).")
        }
    }

    /// An error of reading what belongs to a future, which names it where it is damaged.
    func reading(_ id: FutureID) -> QueueError {
        guard code == .badJournal else { return self }
        return QueueError(
            code,
            "Future \(id) cannot be read. \(message) 'queuectl verify' checks the others.")
    }

    private static let noRoomForIndex = ResultCode.SQLITE_IOERR_SHMSIZE.rawValue

    /// An error of GRDB, or of the system while GRDB worked.
    static func opening(_ path: String, _ error: any Error) -> QueueError {
        if let error = error as? QueueError { return error }
        guard let error = error as? DatabaseError else {
            return QueueError(.ioError, "The journal at \(path) cannot be opened: \(error).")
        }
        return sqlite(
            error.extendedResultCode.rawValue,
            "\(error.message ?? "no reason given") (\(path))")
    }
}
