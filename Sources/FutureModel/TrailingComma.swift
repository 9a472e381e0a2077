package import Foundation

/// A comma before a closing bracket, which Foundation takes for JSON and nobody else does.
package enum TrailingComma {
    /// - Parameter json: What Foundation takes for JSON.
    package static func isIn(_ json: Data) -> Bool {
        var (isInString, isEscaped, isAfterComma) = (false, false, false)
        for byte in json {
            if isInString {
                if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: ","): isAfterComma = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                break
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if isAfterComma { return true }
            default:
                isAfterComma = false
                isInString = byte == UInt8(ascii: "\"")
            }
        }
        return false
    }
}
