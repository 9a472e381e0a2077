import Foundation
import FutureModel

/// Moments in the reader's time zone.
enum LocalTime {
    static func text(_ moment: Timestamp, in zone: TimeZone) -> String {
        let style = Date.ISO8601FormatStyle(timeZone: zone)
            .year().month().day().dateSeparator(.dash)
            .dateTimeSeparator(.space)
            .time(includingFractionalSeconds: false).timeSeparator(.colon)
        return style.format(moment.date)
    }
}
