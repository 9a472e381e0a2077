package import FutureModel

/// A registered function, its types erased: JSON arguments in, an ending out.
package struct TaskBody: Sendable {
    package let name: String
    /// Where it runs unless a submission says otherwise: `.thread` or `.process`.
    package let pool: PoolKind
    /// Decodes the arguments, runs, and encodes what came of it: `returned`, `threw` or `gaveUp`.
    package let run: @Sendable (Payload) async -> AttemptEnding

    package init(
        name: String, pool: PoolKind, run: @escaping @Sendable (Payload) async -> AttemptEnding
    ) {
        self.name = name
        self.pool = pool
        self.run = run
    }
}
