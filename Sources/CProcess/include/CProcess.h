#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdint.h>
#include <sys/types.h>

enum { CP_EXTRA_COUNT = 2 };

/// What a child process is started with. Descriptors are the parent's; every one that is not
/// named here is closed in the child.
typedef struct {
    const char *_Nonnull path;
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    /// NULL is the parent's own directory.
    const char *_Nullable directory;
    int standard_input;
    int standard_output;
    int standard_error;
    /// Become descriptors 3 and 4; none does where the first is -1.
    int extras[CP_EXTRA_COUNT];
    /// The program's soft limit of open descriptors; 0 is the parent's own. Linux only.
    uint64_t descriptor_limit;
    /// Where the child writes its ``cp_identity`` before it becomes the program; -1 is nowhere.
    int ledger;
    off_t ledger_offset;
} cp_request;

/// Which process it is: one slot of the ledger, in the byte order of the machine.
typedef struct {
    int32_t pid;
    /// The session it was started in, its owner's.
    int32_t session;
    /// Clock ticks since boot, field 22 of /proc/PID/stat.
    uint64_t start_time;
} cp_identity;

typedef enum {
    CP_STEP_NONE = 0,
    CP_STEP_CLONE = 1,
    CP_STEP_PREPARE = 2,
    CP_STEP_DIRECTORY = 3,
    CP_STEP_LEDGER = 4,
    CP_STEP_EXECUTE = 5,
} cp_step;

typedef struct {
    cp_identity identity;
    /// Readable once the process has ended; the caller closes it.
    int exit_descriptor;
    /// CP_STEP_NONE where the program runs; else the step that failed, and why. Then nothing is
    /// left of the child, except perhaps its slot of the ledger.
    cp_step failed_step;
    int error;
} cp_result;

/// Starts a process in a group of its own that dies with the calling thread.
cp_result cp_spawn(const cp_request *_Nonnull request);

/// Starts a process in a session of its own that outlives this one, with `input` as its standard
/// input and no other descriptor of this process; 0 or errno.
int cp_spawn_apart(
    const char *_Nonnull path, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, int input);

/// A descriptor that is readable once `pid` has ended, or -1 with errno.
int cp_open_process(pid_t pid);

/// Signals the process behind a descriptor, whatever has become of its number; 0, or -1 and errno.
int cp_signal(int exit_descriptor, pid_t pid, int signal);

/// Whether the process behind the descriptor has ended.
int cp_has_ended(int exit_descriptor);

/// Waits for the end of a child and tells its status: its exit code, or minus the signal that
/// ended it. 0 or errno. `cp_peek` leaves it a zombie, whose number cannot be used again.
int cp_reap(int exit_descriptor, pid_t pid, int *_Nonnull status);
int cp_peek(int exit_descriptor, pid_t pid, int *_Nonnull status);

/// A pipe, or a pair of stream sockets, that no child inherits; 0, or -1 and errno.
int cp_pipe(int descriptors[_Nonnull 2]);
int cp_socket_pair(int descriptors[_Nonnull 2]);

/// Reads and writes of this descriptor no longer wait; 0, or -1 and errno.
int cp_set_nonblocking(int descriptor);

/// Raises the soft limit of open descriptors to `count`, or to the hard one where that is lower,
/// and never lowers it. What it was; 0 where it stays as it is.
uint64_t cp_raise_descriptor_limit(uint64_t count);

/// The calling thread's name, cut to what the system allows.
void cp_name_thread(const char *_Nonnull name);

/// Whether the system has so many more threads to give now, up to 64; 0 or errno.
int cp_try_threads(int count);

/// This process's environment as it stands, terminated by NULL.
char *_Nullable *_Nonnull cp_environment(void);

/// Undoes an ignored SIGCHLD, under which the statuses of children are lost.
void cp_keep_child_statuses(void);

/// Makes a worker's prints come out line by line, and a broken pipe an error instead of its death.
void cp_prepare_worker(void);

/// `send` that never raises SIGPIPE; `cp_send_now` takes what there is room for, and does not wait
/// for more.
ssize_t cp_send(int socket, const void *_Nonnull bytes, size_t count);
ssize_t cp_send_now(int socket, const void *_Nonnull bytes, size_t count);

/// Connects to a Unix socket without waiting, by a descriptor that no child inherits and whose
/// reads and writes wait. 0 or errno; EAGAIN where the listener has too many that it has not
/// accepted.
int cp_connect(const char *_Nonnull path, int *_Nonnull descriptor);

/// Whether `part` occurs in `text`.
int cp_holds(
    const void *_Nonnull text, size_t length, const void *_Nonnull part, size_t part_length);

#endif
