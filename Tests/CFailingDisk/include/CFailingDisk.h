#ifndef CFAILING_DISK_H
#define CFAILING_DISK_H

/// The kinds of calls that can fail; a set of them is their sum.
enum {
    FAILING_DISK_READ = 1,
    FAILING_DISK_WRITE = 2,
    FAILING_DISK_SYNC = 4,
    FAILING_DISK_TRUNCATE = 8,
    /// The shared index is made larger.
    FAILING_DISK_INDEX = 16,
};

/// What SQLite is told of a call that fails.
enum {
    FAILING_DISK_BROKEN = 0,
    /// There is no room; half of what was to be written has been.
    FAILING_DISK_FULL = 1,
};

/// Files of SQLite in one directory, any of whose calls can be made to fail.
typedef struct failing_disk failing_disk;

/// For databases that are opened from now on in `directory`; NULL where there is no room for it.
failing_disk *_Nullable failing_disk_open(const char *_Nonnull directory);
/// When all of them are closed.
void failing_disk_close(failing_disk *_Nonnull disk);

/// Fails the call `number`, from 1, of these kinds that comes from now on, and all that follow it
/// where `forever` is set. Number 0 fails none.
void failing_disk_fail(
    failing_disk *_Nonnull disk, int kinds, int number, int reason, int forever);

/// How many calls of these kinds there were since `failing_disk_fail`.
int failing_disk_count(failing_disk *_Nonnull disk, int kinds);
/// Whether a call has failed since then.
int failing_disk_has_failed(failing_disk *_Nonnull disk);
/// How often a file was synced again after a sync of it had failed.
int failing_disk_retried_syncs(failing_disk *_Nonnull disk);

#endif
