import Foundation

/// A file system of its own whose power can be cut: what was not synced is lost.
struct PowerCut: Sendable {
    let mountPoint: String
    private let image: String
    private let log: String

    /// Makes the file system and mounts it. Needs root, loop devices and ext4.
    init(in directory: String) async throws {
        guard geteuid() == 0 else {
            throw Failure("Power cuts need root: they mount a file system of their own.")
        }
        image = directory + "/disk.img"
        mountPoint = directory + "/disk"
        log = directory + "/mount.log"
        try FileManager.default.createDirectory(
            atPath: mountPoint, withIntermediateDirectories: true)
        guard FileManager.default.createFile(atPath: image, contents: nil),
            truncate(image, 96 << 20) == 0
        else { throw Failure("\(image) cannot be made.") }
        try await run("mkfs.ext4", "-q", "-F", image, log: log)
        try await mount()
    }

    func mount() async throws { try await run("mount", "-o", "loop", image, mountPoint, log: log) }

    /// Everything that holds a file of it open must have ended.
    func unmount() async throws {
        var patience = 100
        while true {
            do {
                return try await run("umount", mountPoint, log: log)
            } catch {
                patience -= 1
                if patience == 0 { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// From now on nothing reaches the disk, its journal included.
    func cut() throws {
        let file = open(mountPoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(file) }
        var flags: UInt32 = 2
        // FS_IOC_SHUTDOWN without a flush of the log.
        guard file >= 0, ioctl(file, 0x8004_587d, &flags) == 0 else {
            throw Failure("The power cannot be cut: \(String(cString: strerror(errno))).")
        }
    }
}
