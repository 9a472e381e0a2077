import Testing

@testable import FuturePools

struct MemoryKillsTests {
    @Test(
        arguments: [
            ("nr_free 3\noom_kill 17\nnuma_hit 9\n", 17), ("oom_kill 0\n", 0),
            ("nr_oom_kill 5\n", nil), ("", nil), ("oom_kill \n", nil),
        ] as [(String, UInt64?)])
    func theKernelsCount(_ text: String, _ count: UInt64?) {
        #expect(MemoryKills.count(in: Array(text.utf8)[...]) == count)
    }

    @Test func whatIsSaidOfIt() {
        #expect(MemoryKills(countBefore: .max).remark == "")
        #expect(MemoryKills(countBefore: nil).remark == "; the system may have run out of memory")
    }
}
