import NIOCore
import NIOHTTP1

/// A request, and who takes in its response.
struct HTTPExchange: Sendable {
    var head: HTTPRequestHead
    var body: ByteBuffer?
    var receiver: any ResponseReceiver
}

/// Writes one request at a time and hands its response to its receiver.
final class ResponseHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPExchange
    typealias OutboundOut = HTTPClientRequestPart

    private var receiver: (any ResponseReceiver)?

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        let exchange = unwrapOutboundIn(data)
        receiver = exchange.receiver
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if let body = exchange.body {
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // An interim response; the real one follows.
            if head.status.code < 200 { return }
            receiver?.begin(status: Int(head.status.code))
        case .body(let bytes): receiver?.receive(bytes)
        case .end:
            let finished = receiver
            receiver = nil
            finished?.end()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let left = receiver
        receiver = nil
        left?.lose(ConnectionLost(sent: true))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The receiver learns of it when the channel becomes inactive.
        context.close(promise: nil)
    }
}
