import Foundation
import FutureModel

extension TaskFailure {
    static func unknownTask(_ name: String) -> TaskFailure {
        TaskFailure(type: "UnknownTask", message: "no function '\(name)' is registered here")
    }

    static func brokenPool(_ reason: String) -> TaskFailure {
        TaskFailure(type: "BrokenPool", message: reason)
    }
}

/// What the system says about an errno, in lower case as part of a sentence.
func errorText(_ error: Int32) -> String {
    let text = String(cString: strerror(error))
    guard let first = text.first, text.dropFirst().first?.isLowercase == true else { return text }
    return first.lowercased() + text.dropFirst()
}
