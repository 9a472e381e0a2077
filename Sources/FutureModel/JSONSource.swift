import Foundation
import Synchronization

/// The text that a decoder reads, from which values are taken as they were written: a decoder
/// hands out numbers only as what Swift has types for. Its shape has been checked by the decoder.
final class JSONSource: Sendable {
    private let bytes: [UInt8]
    /// Of each array that was looked into, by its place, the places of its items: finding every
    /// item from the beginning takes a square of steps.
    private let items = Mutex<[Int: [Int]]>([:])

    init(_ data: Data) { bytes = Array(data) }

    /// The value at which the decoder is, if it is there.
    func value(at path: [any CodingKey]) -> ArraySlice<UInt8>? {
        var place = afterSpaces(0)
        for key in path {
            let inner =
                switch byte(place) {
                case UInt8(ascii: "["): item(key.intValue, ofArrayAt: place)
                case UInt8(ascii: "{"): member(key.stringValue, ofObjectAt: place)
                default: nil as Int?
                }
            guard let inner else { return nil }
            place = inner
        }
        return bytes[place..<end(ofValueAt: place)]
    }

    private func item(_ index: Int?, ofArrayAt start: Int) -> Int? {
        guard let index else { return nil }
        return items.withLock { items in
            let places = items[start] ?? places(ofItemsAt: start)
            items[start] = places
            return places.indices.contains(index) ? places[index] : nil
        }
    }

    private func places(ofItemsAt start: Int) -> [Int] {
        var places: [Int] = []
        var place = afterSpaces(start + 1)
        while place < bytes.count, byte(place) != UInt8(ascii: "]") {
            places.append(place)
            place = afterMark(end(ofValueAt: place))
        }
        return places
    }

    /// The first of that name, as the decoder takes it.
    private func member(_ name: String, ofObjectAt start: Int) -> Int? {
        var place = afterSpaces(start + 1)
        while byte(place) == UInt8(ascii: "\"") {
            let keyEnd = end(ofValueAt: place)
            let key = Payload(json: String(decoding: bytes[place..<keyEnd], as: UTF8.self))
            place = afterMark(keyEnd)
            if (try? key.decode(as: String.self)) == name { return place }
            place = afterMark(end(ofValueAt: place))
        }
        return nil
    }

    private func end(ofValueAt start: Int) -> Int {
        var place = start
        var depth = 0
        repeat {
            switch byte(place) {
            case UInt8(ascii: "\""): place = endOfText(place)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                place += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                place += 1
            default: place = endOfWord(place)
            }
        } while depth > 0 && place < bytes.count
        return min(place, bytes.count)
    }

    private func endOfText(_ start: Int) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var place = start + 1
            while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
            }
            return place + 1
        }
    }

    /// Of a number or a name, or of what is between two values.
    private func endOfWord(_ start: Int) -> Int {
        var place = start + 1
        while place < bytes.count, !Self.ends.contains(byte(place)), !byte(place).isJSONSpace {
            place += 1
        }
        return place
    }

    private static let ends = Array("\",[]{}".utf8)

    /// Behind the colon or comma that follows.
    private func afterMark(_ place: Int) -> Int {
        let mark = afterSpaces(place)
        let isMark = byte(mark) == UInt8(ascii: ",") || byte(mark) == UInt8(ascii: ":")
        return isMark ? afterSpaces(mark + 1) : mark
    }

    private func afterSpaces(_ place: Int) -> Int {
        var place = place
        while byte(place).isJSONSpace { place += 1 }
        return place
    }

    private func byte(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }
}
