/// What became of the futures of one journal or of many.
struct Census {
    var settled = 0
    /// Attempts whose owner had died.
    var recovered = 0
    /// Attempts after which their future was pending again.
    var requeued = 0

    static func += (left: inout Census, right: Census) {
        left.settled += right.settled
        left.recovered += right.recovered
        left.requeued += right.requeued
    }
}
