package import DurableFutures
import Foundation

/// Returns its number.
package let takeNumber = TaskDefinition("take_number") { (number: Double) -> Double in number }

/// Returns what JSON has no word for.
package let endless = TaskDefinition("endless") { () -> Double in .infinity }

/// A value whose reading ends the process that reads it.
package struct Fragile: Codable, Sendable {
    package init() {}

    package init(from decoder: any Decoder) throws { exit(9) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("fragile")
    }
}

/// Never gets its argument.
package let takeFragile = TaskDefinition("take_fragile") { (fragile: Fragile) -> Int in 0 }
