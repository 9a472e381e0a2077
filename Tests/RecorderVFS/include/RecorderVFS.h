#ifndef RECORDER_VFS_H
#define RECORDER_VFS_H

#include <stdint.h>

/// What SQLite asks of the disk, in the order in which it asks.
typedef enum {
    /// A file is opened; `length` is 1 where that made it.
    RV_OPEN,
    RV_WRITE,
    /// `length` is the file's new size.
    RV_TRUNCATE,
    RV_SYNC,
    RV_DELETE,
    /// What ``rv_mark`` was called with is in `offset`.
    RV_MARK,
} rv_kind;

typedef struct {
    rv_kind kind;
    /// Which file, see ``rv_file_name``.
    int file;
    int64_t offset;
    int64_t length;
    /// Of a write, what was written.
    const uint8_t *_Nullable bytes;
} rv_event;

/// Makes SQLite's default a VFS over the one it was: it passes everything on, and writes down what
/// is done to files whose paths begin with `prefix`, from now until ``rv_stop``. 0, or a code of
/// SQLite's. Files that are open already are not seen.
int rv_start(const char *_Nonnull prefix);

/// Puts a mark between two events; its place among them.
int64_t rv_mark(int64_t number);

/// How many events there are. They stay until the next ``rv_start``.
int64_t rv_count(void);

/// Ends the recording; files that are still open are not written down any more.
void rv_stop(void);

/// Valid until the next ``rv_start``, once the recording has ended.
rv_event rv_event_at(int64_t index);
const char *_Nonnull rv_file_name(int file);

#endif
