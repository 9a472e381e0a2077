import FutureModel
import Testing

@testable import queuectl

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("30", Duration.seconds(30)), ("1.5", .milliseconds(1500)), ("0", .zero),
        ("500ms", .milliseconds(500)), ("1.5s", .milliseconds(1500)), ("2m", .seconds(120)),
        ("1h", .seconds(3600)), ("1d", .seconds(86_400)), ("0.5h", .seconds(1800)),
    ])
    func reads(_ text: String, _ expected: Duration) {
        #expect(DurationText.parse(text) == expected)
    }

    @Test(arguments: [
        "", "s", "-1", "-1s", "+1", "1w", "1 s", "1S", "1.", ".5", "1.2.3", "1e3", "0x10", "nan",
        "inf", "1s1s", "٣", "999999999999d", "1000000000000000",
    ])
    func refuses(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        (0, "0.0s"), (340, "0.3s"), (9_990, "9.9s"), (12_000, "12s"), (125_000, "2m05s"),
        (3_725_000, "1h02m"), (273_600_000, "3d04h"), (-5_000, "0.0s"),
    ])
    func isShownBriefly(_ milliseconds: Int, _ expected: String) {
        #expect(DurationText.brief(.milliseconds(milliseconds)) == expected)
    }

    @Test(arguments: [0, 1, 1500, 30_000, 120_000, 5_400_000, 86_400_000])
    func isShownExactlyAsItIsRead(_ milliseconds: Int) {
        let duration = Duration.milliseconds(milliseconds)
        #expect(DurationText.parse(DurationText.exact(duration)) == duration)
    }
}
