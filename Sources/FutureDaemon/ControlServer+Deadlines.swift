import NIOCore
import NIOHTTP1

/// Closes a connection whose peer sends its request, or takes its response, too slowly.
///
/// Hummingbird's own limit is for peers that do nothing at all.
final class DeadlineHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ServerLimits
    private var requestDeadline: Scheduled<Void>?
    private var stallDeadline: Scheduled<Void>?
    private var pendingWrites = 0

    init(limits: ServerLimits) { self.limits = limits }

    /// Places itself where requests have been taken apart and responses not yet been written.
    static func add(to pipeline: ChannelPipeline.SynchronousOperations, _ limits: ServerLimits)
        throws
    {
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(DeadlineHandler(limits: limits), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: requestDeadline = closing(context, after: limits.requestTime)
        case .body: break
        case .end:
            requestDeadline?.cancel()
            requestDeadline = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pendingWrites += 1
        if stallDeadline == nil { stallDeadline = closing(context, after: limits.stallTime) }
        let written = promise ?? context.eventLoop.makePromise()
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            let (handler, context) = loopBound.value
            handler.hasWritten(context)
        }
        context.write(data, promise: written)
    }

    private func hasWritten(_ context: ChannelHandlerContext) {
        pendingWrites -= 1
        stallDeadline?.cancel()
        stallDeadline = pendingWrites > 0 ? closing(context, after: limits.stallTime) : nil
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        requestDeadline?.cancel()
        stallDeadline?.cancel()
    }

    private func closing(
        _ context: ChannelHandlerContext, after time: TimeAmount
    ) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
