import FutureModel
import Testing

@testable import FutureJournal

struct FileSystemTests {
    @Test(arguments: [
        (FileSystem(type: 0xEF53), false), (FileSystem(type: 0x5846_5342), false),
        (FileSystem(type: 0x0102_1994), false), (FileSystem(type: 0x6969), true),
        (FileSystem(type: 0xFE53_4D42), true), (FileSystem(type: 0xFF53_4D42), true),
        (FileSystem(type: 0x00C3_6400), true), (FileSystem(type: 0x0102_1997), true),
        (FileSystem(type: 0x6573_5546, name: "fuse.sshfs"), true),
        (FileSystem(type: 0x6573_5546, name: "fuse.rclone"), true),
        (FileSystem(type: 0x6573_5546, name: "fuse.gocryptfs"), false),
        (FileSystem(type: 0x6573_5546, name: "fuseblk"), false),
        (FileSystem(type: 0x6573_5546, name: nil), false),
    ])
    func thoseOfOtherMachinesAreRefused(_ fileSystem: FileSystem, _ isRemote: Bool) {
        #expect(fileSystem.isRemote == isRemote)
    }

    @Test func itsNameStandsInTheTableOfMounts() {
        let table = """
            28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
            90 28 0:52 / /mnt/my\\040files rw,nosuid master:3 - fuse.sshfs host:/ rw,user_id=0
            91 28 0:53 / /x rw
            """
        #expect(FileSystem.name(of: "254:0", in: table) == "ext4")
        #expect(FileSystem.name(of: "0:52", in: table) == "fuse.sshfs")
        #expect(FileSystem.name(of: "0:53", in: table) == nil)
        #expect(FileSystem.name(of: "0:5", in: table) == nil)
    }

    @Test func thisOneIsKnown() throws {
        #expect(try FileSystem(of: "/proc") == FileSystem(type: 0x9FA0))
    }

    @Test func whatCannotBeToldIsAnError() {
        func isRefused(_ error: any Error) -> Bool { (error as? QueueError)?.code == .noAccess }
        #expect(performing: { try FileSystem(of: "/no/such/place") }, throws: isRefused)
        #expect(
            performing: { try FileSystem.name(at: "/", mounts: "/no/such/table") },
            throws: isRefused)
    }
}
