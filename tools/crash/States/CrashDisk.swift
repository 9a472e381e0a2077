import Foundation

/// A disk in the middle of its work: what is sure to be on it, and what may be.
struct CrashDisk: Sendable {
    typealias Image = [String: [UInt8]]

    /// All that was synced.
    private var durable: Image = [:]
    /// What was done since to files that were not synced after it, in its order.
    private(set) var unsynced: [DiskEvent] = []

    mutating func take(_ event: DiskEvent) {
        switch event {
        case .create, .write, .resize, .remove: unsynced.append(event)
        case .rename(let name, let newName):
            durable[newName] = durable.removeValue(forKey: name)
            for index in unsynced.indices where unsynced[index].file == name {
                unsynced[index].file = newName
            }
        case .sync(let name):
            let changes = unsynced.filter { $0.file == name }
            unsynced.removeAll { $0.file == name }
            for change in changes { change.apply(to: &durable) }
        case .mark: break
        }
    }

    /// What the disk holds if of all that was not synced it got `changes`.
    func image(_ changes: [DiskEvent]) -> Image {
        var image = durable
        for change in changes { change.apply(to: &image) }
        return image
    }
}

extension DiskEvent {
    var file: String? {
        get {
            switch self {
            case .create(let name), .write(let name, _, _), .resize(let name, _),
                .remove(let name), .rename(let name, _), .sync(let name):
                name
            case .mark: nil
            }
        }
        set {
            guard let newValue else { return }
            switch self {
            case .create: self = .create(newValue)
            case .write(_, let offset, let bytes):
                self = .write(newValue, offset: offset, bytes: bytes)
            case .resize(_, let size): self = .resize(newValue, size)
            case .remove: self = .remove(newValue)
            case .sync: self = .sync(newValue)
            case .rename(_, let name): self = .rename(newValue, to: name)
            case .mark: break
            }
        }
    }

    fileprivate func apply(to image: inout CrashDisk.Image) {
        switch self {
        case .create(let name): image[name] = image[name] ?? []
        case .write(let name, let offset, let bytes):
            var content = image.removeValue(forKey: name) ?? []
            content.grow(to: offset + bytes.count)
            content.withUnsafeMutableBytes { target in
                bytes.withUnsafeBytes { source in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    memcpy(to + offset, from, source.count)
                }
            }
            image[name] = content
        case .resize(let name, let size):
            var content = image.removeValue(forKey: name) ?? []
            content.grow(to: size)
            content.removeLast(content.count - size)
            image[name] = content
        case .remove(let name): image[name] = nil
        case .rename, .sync, .mark: break
        }
    }

    /// What is left of a write of which the disk got some blocks of that size, and others not.
    func torn(_ blockSize: Int, _ random: inout SeededGenerator) -> [DiskEvent] {
        guard case .write(let name, let offset, let bytes) = self else { return [] }
        var parts: [DiskEvent] = []
        var start = offset
        let end = offset + bytes.count
        while start < end {
            let next = min(end, (start / blockSize + 1) * blockSize)
            if random.chance(50) {
                let part = Array(bytes[(start - offset)..<(next - offset)])
                parts.append(.write(name, offset: start, bytes: part))
            }
            start = next
        }
        return parts
    }
}

extension [UInt8] {
    fileprivate mutating func grow(to size: Int) {
        if count < size { self += [UInt8](repeating: 0, count: size - count) }
    }
}
