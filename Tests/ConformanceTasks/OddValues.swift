package import DurableFutures
package import Foundation

/// Returns its number.
package let takeNumber = TaskDefinition("take_number") { (number: Double) -> Double in number }

/// Numbers for which others have no type.
package struct ExactNumbers: Codable, Hashable, Sendable {
    package let decimal: Decimal
    package let unsigned: UInt64
    package let integer: Int64
    package let zero: Double

    package init(decimal: Decimal, unsigned: UInt64, integer: Int64, zero: Double) {
        self.decimal = decimal
        self.unsigned = unsigned
        self.integer = integer
        self.zero = zero
    }
}

/// Returns its numbers.
package let takeExact = TaskDefinition("take_exact") {
    (numbers: ExactNumbers) -> ExactNumbers in numbers
}

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
