package import Testing

/// Says which statements of the contract of `concurrent.futures` a test proves. The article
/// `Conformance` is made from these.
package struct StatementTrait: TestTrait, SuiteTrait {
    package let numbers: [Int]
}

extension Trait where Self == StatementTrait {
    /// The numbers of the statements that the test proves.
    package static func statement(_ numbers: Int...) -> Self { StatementTrait(numbers: numbers) }
}
