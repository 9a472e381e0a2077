#if defined(__linux__)
#define _GNU_SOURCE

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/// Lowest number to which descriptors are moved, out of the way of 0 ... 4.
enum { FIRST_FREE = 3 + CP_EXTRA_COUNT, STACK_SIZE = 32 * 1024 };

/// Parent and child share memory until the program is executed: the child fails by writing here.
typedef struct {
    const cp_request *request;
    cp_result *result;
    pid_t parent;
} child_context;

static void fail(child_context *context, cp_step step) {
    context->result->error = errno;
    context->result->failed_step = step;
    _exit(127);
}

/// Field 22 of /proc/self/stat; 0 where it cannot be read.
static uint64_t own_start_time(void) {
    char text[1024];
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    // The name, in parentheses, may hold anything; the fields after it may not.
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
    if (!at) return 0;
    uint64_t value = 0;
    for (at++; *at >= '0' && *at <= '9'; at++) value = value * 10 + (uint64_t)(*at - '0');
    return value;
}

/// The raw calls also reach the two signals that the C library keeps for itself.
static void reset_signals(void) {
    // The kernel's struct, all zero: SIG_DFL, no flags, an empty mask.
    const uint64_t standard[8] = {0};
    for (int number = 1; number < NSIG; number++)
        syscall(SYS_rt_sigaction, number, standard, NULL, sizeof(uint64_t));
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, standard, NULL, sizeof(uint64_t));
}

/// 0 ... 2, and 3 and 4 if there are extra ones, from wherever they are; every other is closed.
static int arrange_descriptors(const cp_request *request) {
    int sources[FIRST_FREE] = {
        request->standard_input, request->standard_output, request->standard_error,
        request->extras[0], request->extras[1]};
    int count = request->extras[0] < 0 ? 3 : FIRST_FREE;
    for (int target = 0; target < count; target++) {
        if (sources[target] >= FIRST_FREE) continue;
        sources[target] = fcntl(sources[target], F_DUPFD_CLOEXEC, FIRST_FREE);
        if (sources[target] < 0) return -1;
    }
    for (int target = 0; target < count; target++)
        if (dup2(sources[target], target) < 0) return -1;
    return (int)syscall(SYS_close_range, (unsigned)count, ~0u, 0);
}

static int limit_descriptors(uint64_t count) {
    struct rlimit limit;
    if (count == 0) return 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int run_child(void *argument) {
    child_context *context = argument;
    const cp_request *request = context->request;
    if (setpgid(0, 0) != 0) fail(context, CP_STEP_PREPARE);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(context, CP_STEP_PREPARE);
    // The parent may have died before the line above; then no signal comes.
    if (getppid() != context->parent) _exit(127);
    if (request->directory && chdir(request->directory) != 0) fail(context, CP_STEP_DIRECTORY);
    cp_identity *identity = &context->result->identity;
    identity->pid = (int32_t)syscall(SYS_getpid);
    identity->session = (int32_t)getsid(0);
    identity->start_time = own_start_time();
    if (request->ledger >= 0) {
        ssize_t written =
            pwrite(request->ledger, identity, sizeof *identity, request->ledger_offset);
        if (written >= 0 && written < (ssize_t)sizeof *identity) errno = ENOSPC;
        if (written != sizeof *identity) fail(context, CP_STEP_LEDGER);
    }
    if (arrange_descriptors(request) != 0) fail(context, CP_STEP_PREPARE);
    if (limit_descriptors(request->descriptor_limit) != 0) fail(context, CP_STEP_PREPARE);
    reset_signals();
    execve(request->path, request->arguments, request->environment);
    fail(context, CP_STEP_EXECUTE);
    return 127;
}

cp_result cp_spawn(const cp_request *request) {
    cp_result result;
    memset(&result, 0, sizeof result);
    result.exit_descriptor = -1;
    child_context context = {.request = request, .result = &result, .parent = getpid()};
    char stack[STACK_SIZE] __attribute__((aligned(16)));

    // The child runs in the parent's memory, so no handler of the parent may run there. The raw
    // call also blocks the two signals that the C library keeps for itself.
    uint64_t all = ~(uint64_t)0, before;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    int descriptor = -1;
    pid_t pid = clone(
        run_child, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &context,
        &descriptor);
    int error = errno;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);

    if (pid < 0) {
        result.failed_step = CP_STEP_CLONE;
        result.error = error;
        return result;
    }
    result.identity.pid = pid;
    result.exit_descriptor = descriptor;
    if (result.failed_step != CP_STEP_NONE) {
        int status;
        cp_reap(descriptor, pid, &status);
        close(descriptor);
        result.exit_descriptor = -1;
    }
    return result;
}

int cp_open_process(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cp_signal(int exit_descriptor, pid_t pid, int signal) {
    (void)pid;
    return (int)syscall(SYS_pidfd_send_signal, exit_descriptor, signal, NULL, 0);
}

static int wait_for(int exit_descriptor, int *status, int options) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    while (waitid((idtype_t)P_PIDFD, (id_t)exit_descriptor, &info, options) != 0)
        if (errno != EINTR) return errno;
    *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    return 0;
}

int cp_reap(int exit_descriptor, pid_t pid, int *status) {
    (void)pid;
    return wait_for(exit_descriptor, status, WEXITED);
}

int cp_peek(int exit_descriptor, pid_t pid, int *status) {
    (void)pid;
    return wait_for(exit_descriptor, status, WEXITED | WNOWAIT);
}

#endif
