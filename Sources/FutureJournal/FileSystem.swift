import CSQLiteSupport
import Foundation
import FutureModel

/// What a file system is, as far as a journal on it can be safe.
struct FileSystem: Hashable, Sendable {
    /// The number by which the kernel tells kinds of file systems apart.
    var type: UInt32
    /// The name of the kind, `ext4` or `fuse.sshfs` say; `nil` where it is not known.
    var name: String?

    private static let fuse: UInt32 = 0x6573_5546

    /// Those of other machines: NFS, SMB, SMB2, CIFS, AFS twice, Coda, NCP, Ceph, Lustre, GFS2,
    /// OCFS2, 9P, and BeeGFS.
    private static let remoteTypes: Set<UInt32> = [
        0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x5346_414F, 0x6B41_4653, 0x7375_7245, 0x564C,
        0x00C3_6400, 0x0BD0_0BD0, 0x0116_1970, 0x7461_636F, 0x0102_1997, 0x1983_0326,
    ]

    /// Programs that show another machine's files; others of their kind show this machine's own.
    private static let remotePrograms: Set<String> = [
        "sshfs", "rclone", "s3fs", "goofys", "gcsfuse", "blobfuse", "davfs", "davfs2", "curlftpfs",
        "cephfs", "ceph", "ceph-fuse", "glusterfs", "juicefs", "smbnetfs", "seaweedfs", "moosefs",
        "mfs", "lizardfs", "nfs", "hdfs", "beegfs", "afs", "vmhgfs-fuse",
    ]

    var isRemote: Bool {
        if Self.remoteTypes.contains(type) { return true }
        guard type == Self.fuse, let name else { return false }
        return Self.remotePrograms.contains(String(name.split(separator: ".").last ?? ""))
    }

    /// Of the directory at `path`. Throws where the system does not tell: then nobody knows whether
    /// a journal is safe there.
    init(of path: String) throws(QueueError) {
        var type: UInt32 = 0
        let failure = csqlite_file_system(path, &type)
        if failure != 0 { throw .system("The file system of \(path) cannot be told", failure) }
        self.type = type
        if type == Self.fuse { name = try Self.name(at: path) }
    }

    init(type: UInt32, name: String? = nil) { (self.type, self.name) = (type, name) }

    /// The kind of the file system at `path`, by the table of what is mounted.
    static func name(
        at path: String, mounts: String = "/proc/self/mountinfo"
    ) throws(QueueError) -> String? {
        var info = stat()
        guard stat(path, &info) == 0 else { throw .system("\(path) cannot be examined") }
        let table: String
        do {
            table = try String(contentsOfFile: mounts, encoding: .utf8)
        } catch {
            throw QueueError(
                .noAccess, "The file system of \(path) cannot be told without \(mounts): \(error)")
        }
        let (major, minor) = (csqlite_major(info.st_dev), csqlite_minor(info.st_dev))
        return name(of: "\(major):\(minor)", in: table)
    }

    /// The kind of the device's file system, by a table such as `/proc/self/mountinfo`.
    static func name(of device: String, in table: String) -> String? {
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == device,
                let mark = fields.firstIndex(of: "-"), mark + 1 < fields.count
            else { continue }
            return String(fields[mark + 1])
        }
        return nil
    }
}
