import FutureControl
import FutureModel

/// The API described for machines, made of the routes that the server itself uses.
enum OpenAPI {
    static let document = JSONValue.object([:])
}
