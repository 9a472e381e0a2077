#ifndef CSQLITE_SUPPORT_H
#define CSQLITE_SUPPORT_H

#include <sys/types.h>

struct sqlite3;

// Spares each allocation of SQLite's its statistics and their lock. Does nothing once SQLite has
// been used by anybody in this process.
void csqlite_leave_out_statistics(void);

// sqlite3_db_config for the options that are switched on or off; Swift cannot call a variadic.
int csqlite_set_defensive(struct sqlite3 *db);
int csqlite_set_trusted_schema_off(struct sqlite3 *db);
int csqlite_set_checkpoint_on_close(struct sqlite3 *db, int on);

// Keeps the write-ahead log when the last connection closes, so that others can still read.
int csqlite_set_persistent_wal(struct sqlite3 *db);

// Writes the log's length in frames to *frames at every commit. Replaces auto-checkpoints.
void csqlite_watch_wal(struct sqlite3 *db, int *frames);

// Open-file-description locks over a whole file: 0, or an errno. They belong to the descriptor,
// and the kernel frees them with it.
int csqlite_lock_exclusive(int fd);
int csqlite_unlock(int fd);
// 1 if another descriptor holds the lock, 0 if none does, or a negative errno.
int csqlite_is_locked(int fd);

// The kernel's number for the kind of file system that holds the path: 0, or an errno.
int csqlite_file_system(const char *path, unsigned *type);

// The number, from 1, of a frame of a write-ahead log that is damaged; 0 if there is none, or a
// negative errno. SQLite takes a damaged frame for the end of the log, as it has to: a crash may
// leave the last transaction so. It is no crash where two more transactions follow that go on
// from it: each is written only once the one before it has reached the disk.
long csqlite_log_damage(const char *path);

// The two parts of a device's number.
unsigned csqlite_major(dev_t device);
unsigned csqlite_minor(dev_t device);

#endif
