package enum WorkerProcess {
    static let variable = "DURABLE_FUTURES_WORKER"
}
