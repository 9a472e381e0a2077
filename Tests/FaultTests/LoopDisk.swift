import Foundation
import TestSupport
import Testing

/// A small file system of its own, mounted for one test.
struct LoopDisk {
    let mountPoint: String
    private let image: String

    /// Needs root, loop devices and ext4.
    static let isPossible =
        geteuid() == 0 && access("/dev/loop-control", F_OK) == 0
        && ["/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4"].contains(
            where: FileManager.default.isExecutableFile)

    init(in directory: URL, megabytes: Int) async throws {
        image = directory.appending(path: "disk.img").path
        mountPoint = directory.appending(path: "disk").path
        try FileManager.default.createDirectory(
            atPath: mountPoint, withIntermediateDirectories: true)
        try #require(FileManager.default.createFile(atPath: image, contents: nil))
        try #require(truncate(image, off_t(megabytes) << 20) == 0)
        try await run("mkfs.ext4 -q -F -m 0 \(image)", in: directory)
        try await mount(in: directory)
    }

    func mount(in directory: URL) async throws {
        try await run("mount -o loop \(image) \(mountPoint)", in: directory)
    }

    func unmount(in directory: URL) async throws {
        // Whoever has just ended may hold it for a moment.
        try await run(
            "for i in $(seq 500); do umount \(mountPoint) && exit 0; sleep 0.02; done; exit 1",
            in: directory)
    }

    /// What reads it now may go on; nothing can be written.
    func makeReadOnly(in directory: URL) async throws {
        try await run("mount -o remount,ro \(mountPoint)", in: directory)
    }

    private func run(_ script: String, in directory: URL) async throws {
        let path = "PATH=$PATH:/sbin:/usr/sbin; "
        let answer = try await Program("/bin/sh", ["-c", path + script], directory: directory)
            .answer()
        try #require(answer.code == 0, "\(script): \(answer.stderr)")
    }

    /// From now on nothing reaches the disk, and every write fails.
    func breakDown() throws {
        let file = open(mountPoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(file) }
        var flags: UInt32 = 2
        // FS_IOC_SHUTDOWN without a flush of the log.
        try #require(file >= 0 && ioctl(file, 0x8004_587d, &flags) == 0)
    }
}
