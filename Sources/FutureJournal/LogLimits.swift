/// How long the write-ahead log may grow, in pages.
package struct LogLimits: Sendable, Hashable {
    /// From here on it is copied into the database when nobody waits. 8 MiB: few syncs, and still
    /// small enough to be copied within milliseconds.
    package var checkpoint = 2000
    /// Where readers have kept it from being reused for as long as this, writing waits for them,
    /// and the owner is warned. 250 MiB.
    package var long = 64_000
    /// Where they have done so for as long as this, nothing more is submitted; what is in the
    /// journal goes on. 1 GiB.
    package var full = 256_000

    /// How long writing waits for readers then.
    package var patience = Duration.milliseconds(500)

    package init() {}
}
