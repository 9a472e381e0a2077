#if defined(__APPLE__)

// There is no parent-death signal here and no gate before the program: the parent writes the
// ledger itself, as soon as the child exists.

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t start_time(pid_t pid) {
    struct proc_bsdinfo info;
    if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != sizeof info) return 0;
    return info.pbi_start_tvsec * 1000000ull + info.pbi_start_tvusec;
}

static int arrange(
    const cp_request *request, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes
) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setpgroup(attributes, 0);
    int error = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP |
            POSIX_SPAWN_CLOEXEC_DEFAULT);
    if (error) return error;
    if (request->directory) {
        error = posix_spawn_file_actions_addchdir_np(actions, request->directory);
        if (error) return error;
    }
    int sources[3 + CP_EXTRA_COUNT] = {
        request->standard_input, request->standard_output, request->standard_error,
        request->extras[0], request->extras[1]};
    int count = request->extras[0] < 0 ? 3 : 3 + CP_EXTRA_COUNT;
    for (int target = 0; target < count; target++) {
        error = posix_spawn_file_actions_adddup2(actions, sources[target], target);
        if (error) return error;
    }
    return 0;
}

cp_result cp_spawn(const cp_request *request) {
    cp_result result;
    memset(&result, 0, sizeof result);
    result.exit_descriptor = -1;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    pid_t pid = 0;
    int error = arrange(request, &actions, &attributes);
    if (!error)
        error = posix_spawn(
            &pid, request->path, &actions, &attributes, request->arguments, request->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error) {
        int missing = request->directory && access(request->directory, X_OK) != 0;
        result.failed_step = missing ? CP_STEP_DIRECTORY : CP_STEP_EXECUTE;
        result.error = error;
        return result;
    }
    result.identity.pid = pid;
    result.identity.session = getsid(0);
    result.identity.start_time = start_time(pid);
    result.exit_descriptor = cp_open_process(pid);
    ssize_t size = sizeof result.identity;
    int recorded = request->ledger < 0 ||
        pwrite(request->ledger, &result.identity, (size_t)size, request->ledger_offset) == size;
    if (result.exit_descriptor < 0 || !recorded) {
        result.failed_step = recorded ? CP_STEP_PREPARE : CP_STEP_LEDGER;
        result.error = errno;
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
        if (result.exit_descriptor >= 0) close(result.exit_descriptor);
        result.exit_descriptor = -1;
    }
    return result;
}

int cp_open_process(pid_t pid) {
    int queue = kqueue();
    if (queue < 0) return -1;
    fcntl(queue, F_SETFD, FD_CLOEXEC);
    struct kevent event;
    EV_SET(&event, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
    if (kevent(queue, &event, 1, NULL, 0, NULL) == 0) return queue;
    int error = errno;
    close(queue);
    errno = error;
    return -1;
}

int cp_signal(int exit_descriptor, pid_t pid, int signal) {
    if (cp_has_ended(exit_descriptor)) {
        errno = ESRCH;
        return -1;
    }
    return kill(pid, signal);
}

static int wait_for(pid_t pid, int *status, int options) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    while (waitid(P_PID, (id_t)pid, &info, options) != 0)
        if (errno != EINTR) return errno;
    *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    return 0;
}

int cp_reap(int exit_descriptor, pid_t pid, int *status) {
    (void)exit_descriptor;
    return wait_for(pid, status, WEXITED);
}

int cp_peek(int exit_descriptor, pid_t pid, int *status) {
    (void)exit_descriptor;
    return wait_for(pid, status, WEXITED | WNOWAIT);
}

#endif
