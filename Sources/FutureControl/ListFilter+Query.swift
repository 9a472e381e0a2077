import Foundation
package import FutureModel

extension ListFilter {
    /// `state=pending,running&queue=…&task=…&before=…&limit=…`, percent-encoded.
    var query: String {
        var items: [(String, String)] = []
        if !states.isEmpty {
            items.append(("state", states.map(\.rawValue).joined(separator: ",")))
        }
        if let queue { items.append(("queue", queue)) }
        if let task { items.append(("task", task)) }
        if let before { items.append(("before", before.description)) }
        items.append(("limit", String(limit)))
        return items.map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
    }

    /// The filter that a query asks for; what it does not name is the default.
    ///
    /// - Throws: `badInput` for a name or a value that there is not.
    package init(query: some Sequence<(key: String, value: String)>) throws(QueueError) {
        self.init()
        for (key, value) in query {
            switch key {
            case "state":
                for word in value.split(separator: ",") {
                    guard let state = FutureState(rawValue: String(word)) else {
                        throw QueueError(.badInput, "There is no state '\(word)'.")
                    }
                    states.append(state)
                }
            case "queue": queue = value
            case "task": task = value
            case "before":
                guard let id = FutureID(value) else {
                    throw QueueError(.badInput, "'before' is not an id: '\(value)'.")
                }
                before = id
            case "limit":
                guard let number = Int(value), (1...Limits.listCount).contains(number) else {
                    throw QueueError(
                        .badInput, "'limit' is a number between 1 and \(Limits.listCount).")
                }
                limit = number
            default: throw QueueError(.badInput, "There is no filter '\(key)'.")
            }
        }
    }
}

extension String {
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    fileprivate var percentEncoded: String {
        addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? self
    }
}
