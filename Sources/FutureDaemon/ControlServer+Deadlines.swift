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
    /// Asked for while there was something to be written.
    private var closing: (mode: CloseMode, promise: EventLoopPromise<Void>)?
    /// Nothing is waited for any more.
    private var isCutOff = false

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
        case .head: requestDeadline = deadline(context, after: limits.requestTime)
        case .body: break
        case .end:
            requestDeadline?.cancel()
            requestDeadline = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pendingWrites += 1
        if stallDeadline == nil { stallDeadline = deadline(context, after: limits.stallTime) }
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
        stallDeadline = pendingWrites > 0 ? deadline(context, after: limits.stallTime) : nil
        if pendingWrites == 0 { closeAsAsked(context) }
    }

    private func closeAsAsked(_ context: ChannelHandlerContext) {
        if let (mode, promise) = closing.take() { context.close(mode: mode, promise: promise) }
    }

    /// The end of a response, and that of a connection, waits for all of it: NIO drops what is not
    /// written yet, and where the peer has closed its own side closes all for the output alone.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .input, pendingWrites > 0, !isCutOff else {
            return context.close(mode: mode, promise: promise)
        }
        let all = closing?.promise ?? context.eventLoop.makePromise()
        all.futureResult.cascade(to: promise)
        closing = (closing?.mode == .all ? .all : mode, all)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is CutOff else { return context.fireUserInboundEventTriggered(event) }
        isCutOff = true
        closeAsAsked(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        requestDeadline?.cancel()
        stallDeadline?.cancel()
        closing.take()?.promise.fail(ChannelError.ioOnClosedChannel)
    }

    private func deadline(
        _ context: ChannelHandlerContext, after time: TimeAmount
    ) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) {
            channel.pipeline.fireUserInboundEventTriggered(CutOff())
            channel.close(promise: nil)
        }
    }
}

/// Tells a connection that its time is over: it closes whatever has not been written.
struct CutOff: Sendable {}
