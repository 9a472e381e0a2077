#include "RecorderVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *base;
static sqlite3_vfs recorder;

static int recording;
static char *prefix;
static rv_event *events;
static int64_t event_count, event_room;
static char **names;
static int name_count;

/// A file that is recorded; SQLite's own follows it in memory.
typedef struct {
    sqlite3_file file;
    int name;
} recorded;

static sqlite3_file *own(sqlite3_file *file) { return (sqlite3_file *)((recorded *)file + 1); }

static int64_t append(rv_event event) {
    if (event_count == event_room) {
        event_room = event_room ? event_room * 2 : 1024;
        events = realloc(events, (size_t)event_room * sizeof *events);
        if (!events) abort();
    }
    events[event_count] = event;
    return event_count++;
}

static int name_of(const char *path) {
    for (int index = 0; index < name_count; index++)
        if (strcmp(names[index], path) == 0) return index;
    names = realloc(names, (size_t)(name_count + 1) * sizeof *names);
    if (!names || !(names[name_count] = strdup(path))) abort();
    return name_count++;
}

static void note(
    rv_kind kind, int file, int64_t offset, int64_t length, const void *bytes
) {
    pthread_mutex_lock(&lock);
    if (recording) {
        uint8_t *copy = 0;
        if (bytes) {
            copy = malloc((size_t)length);
            if (!copy) abort();
            memcpy(copy, bytes, (size_t)length);
        }
        append((rv_event){kind, file, offset, length, copy});
    }
    pthread_mutex_unlock(&lock);
}

// What changes a file is written down once it has been done: before that nobody builds on it.

static int r_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    int code = own(file)->pMethods->xWrite(own(file), bytes, count, offset);
    if (code == SQLITE_OK) note(RV_WRITE, ((recorded *)file)->name, offset, count, bytes);
    return code;
}

static int r_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = own(file)->pMethods->xTruncate(own(file), size);
    if (code == SQLITE_OK) note(RV_TRUNCATE, ((recorded *)file)->name, 0, size, 0);
    return code;
}

static int r_sync(sqlite3_file *file, int flags) {
    int code = own(file)->pMethods->xSync(own(file), flags);
    if (code == SQLITE_OK) note(RV_SYNC, ((recorded *)file)->name, 0, 0, 0);
    return code;
}

static int r_close(sqlite3_file *file) {
    int code = own(file)->pMethods->xClose(own(file));
    file->pMethods = 0;
    return code;
}

static int r_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return own(file)->pMethods->xRead(own(file), bytes, count, offset);
}

static int r_size(sqlite3_file *file, sqlite3_int64 *size) {
    return own(file)->pMethods->xFileSize(own(file), size);
}

static int r_lock(sqlite3_file *file, int level) {
    return own(file)->pMethods->xLock(own(file), level);
}

static int r_unlock(sqlite3_file *file, int level) {
    return own(file)->pMethods->xUnlock(own(file), level);
}

static int r_is_reserved(sqlite3_file *file, int *answer) {
    return own(file)->pMethods->xCheckReservedLock(own(file), answer);
}

static int r_control(sqlite3_file *file, int operation, void *argument) {
    return own(file)->pMethods->xFileControl(own(file), operation, argument);
}

static int r_sector(sqlite3_file *file) { return own(file)->pMethods->xSectorSize(own(file)); }

static int r_traits(sqlite3_file *file) {
    return own(file)->pMethods->xDeviceCharacteristics(own(file));
}

static int r_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    return own(file)->pMethods->xShmMap(own(file), page, size, extend, memory);
}

static int r_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return own(file)->pMethods->xShmLock(own(file), offset, count, flags);
}

static void r_shm_barrier(sqlite3_file *file) { own(file)->pMethods->xShmBarrier(own(file)); }

static int r_shm_unmap(sqlite3_file *file, int remove) {
    return own(file)->pMethods->xShmUnmap(own(file), remove);
}

// Without xFetch and xUnfetch: nothing is written past this VFS through a mapping.
static const sqlite3_io_methods methods = {
    2,          r_close,   r_read,      r_write,    r_truncate,    r_sync,     r_size,
    r_lock,     r_unlock,  r_is_reserved, r_control, r_sector,     r_traits,   r_shm_map,
    r_shm_lock, r_shm_barrier, r_shm_unmap, 0,      0,
};

/// Whether `path` is to be recorded: its name, or -1.
static int name_if_recorded(const char *path) {
    pthread_mutex_lock(&lock);
    int name = -1;
    if (recording && path && strncmp(path, prefix, strlen(prefix)) == 0) name = name_of(path);
    pthread_mutex_unlock(&lock);
    return name;
}

static int v_open(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags
) {
    (void)vfs;
    int name = name_if_recorded(path);
    // SQLite's own methods from here on.
    if (name < 0) return base->xOpen(base, path, file, flags, out_flags);
    file->pMethods = 0;
    int is_new = access(path, F_OK) != 0;
    int code = base->xOpen(base, path, own(file), flags, out_flags);
    if (!own(file)->pMethods) return code;
    ((recorded *)file)->name = name;
    file->pMethods = &methods;
    if (code == SQLITE_OK) note(RV_OPEN, name, 0, is_new, 0);
    return code;
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int sync_directory) {
    (void)vfs;
    int code = base->xDelete(base, path, sync_directory);
    int name = name_if_recorded(path);
    if (code == SQLITE_OK && name >= 0) note(RV_DELETE, name, 0, 0, 0);
    return code;
}

static int make_default(void) {
    if (base) return SQLITE_OK;
    int code = sqlite3_initialize();
    if (code != SQLITE_OK) return code;
    base = sqlite3_vfs_find(0);
    if (!base) return SQLITE_ERROR;
    // Whatever takes no file is answered by SQLite's own, which does not look at the VFS it is
    // called with.
    recorder = *base;
    recorder.zName = "recorder";
    recorder.szOsFile = (int)sizeof(recorded) + base->szOsFile;
    recorder.xOpen = v_open;
    recorder.xDelete = v_delete;
    return sqlite3_vfs_register(&recorder, 1);
}

int rv_start(const char *path_prefix) {
    pthread_mutex_lock(&lock);
    int code = make_default();
    for (int64_t index = 0; index < event_count; index++) free((void *)events[index].bytes);
    for (int index = 0; index < name_count; index++) free(names[index]);
    event_count = 0;
    name_count = 0;
    free(prefix);
    prefix = strdup(path_prefix);
    recording = code == SQLITE_OK && prefix;
    pthread_mutex_unlock(&lock);
    return code;
}

int64_t rv_mark(int64_t number) {
    pthread_mutex_lock(&lock);
    int64_t place = recording ? append((rv_event){RV_MARK, 0, number, 0, 0}) : event_count;
    pthread_mutex_unlock(&lock);
    return place;
}

int64_t rv_count(void) {
    pthread_mutex_lock(&lock);
    int64_t count = event_count;
    pthread_mutex_unlock(&lock);
    return count;
}

void rv_stop(void) {
    pthread_mutex_lock(&lock);
    recording = 0;
    pthread_mutex_unlock(&lock);
}

rv_event rv_event_at(int64_t index) { return events[index]; }

const char *rv_file_name(int file) { return names[file]; }
