import Foundation
import FutureModel
import Hummingbird
import HummingbirdCore
import NIOCore

#if canImport(Darwin)
    private typealias Credentials = xucred
#else
    /// `struct ucred`, which the C library does not show to Swift.
    private struct Credentials {
        let pid: Int32
        let uid: UInt32
        let gid: UInt32
    }
#endif

/// Whoever is at the other end of a connection.
enum Peer {
    /// Whether it is this user or root, as the kernel says: whatever has become of the modes of
    /// the socket and of its directory.
    static func isWelcome(on channel: any Channel) -> EventLoopFuture<Bool> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        #if canImport(Darwin)
            let level = NIOBSDSocket.OptionLevel(rawValue: SOL_LOCAL)
            let name = NIOBSDSocket.Option(rawValue: LOCAL_PEERCRED)
        #else
            let level = NIOBSDSocket.OptionLevel.socket
            let name = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        #endif
        let answer: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
            level: level, name: name)
        return answer.map { credentials in
            #if canImport(Darwin)
                let user = credentials.cr_uid
            #else
                let user = credentials.uid
            #endif
            return user == geteuid() || user == 0
        }
    }

    /// What anybody else is told, whatever they ask.
    @Sendable static func refuse(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let error = QueueError(.noAccess, "This daemon serves only the user who runs it.")
        var response = Response.json(error, status: .forbidden)
        response.headers[.connection] = "close"
        try await writer.write(response: response.head, body: response.body)
    }
}
