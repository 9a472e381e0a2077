#include "CFailingDisk.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { KIND_COUNT = 5, DISK_COUNT = 64, FILE_COUNT = 32, PATH_SIZE = 512 };

struct failing_disk {
    char directory[PATH_SIZE];
    int counts[KIND_COUNT];
    int kinds, number, reason, forever;
    int has_failed, retried_syncs;
    /// Files of which a sync has failed.
    char unsynced[FILE_COUNT][PATH_SIZE];
    int unsynced_count;
};

/// SQLite's own file stands behind it.
typedef struct {
    sqlite3_file base;
    failing_disk *disk;
    char name[PATH_SIZE];
    sqlite3_file *real;
} file;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static failing_disk *disks[DISK_COUNT];
static sqlite3_vfs *below;
static sqlite3_vfs layer;

static sqlite3_file *real(sqlite3_file *shown) { return ((file *)shown)->real; }

/// What the call is to answer instead of being made, or SQLITE_OK.
static int failure(sqlite3_file *shown, int kind, int broken) {
    file *self = (file *)shown;
    failing_disk *disk = self->disk;
    if (!disk) return SQLITE_OK;
    pthread_mutex_lock(&lock);
    for (int index = 0; index < KIND_COUNT; index++)
        if (kind == 1 << index) disk->counts[index]++;
    if (kind == FAILING_DISK_SYNC)
        for (int index = 0; index < disk->unsynced_count; index++)
            if (!strcmp(disk->unsynced[index], self->name)) disk->retried_syncs++;
    int fails = 0, reason = disk->reason;
    if (disk->kinds & kind && disk->number > 0) {
        fails = disk->number == 1;
        if (!fails || !disk->forever) disk->number--;
    }
    if (fails) {
        disk->has_failed = 1;
        if (kind == FAILING_DISK_SYNC && disk->unsynced_count < FILE_COUNT)
            strcpy(disk->unsynced[disk->unsynced_count++], self->name);
    }
    pthread_mutex_unlock(&lock);
    if (!fails) return SQLITE_OK;
    errno = reason == FAILING_DISK_FULL ? ENOSPC : EIO;
    return reason == FAILING_DISK_FULL && kind == FAILING_DISK_WRITE ? SQLITE_FULL : broken;
}

static int file_close(sqlite3_file *shown) { return real(shown)->pMethods->xClose(real(shown)); }

static int file_read(sqlite3_file *shown, void *bytes, int count, sqlite3_int64 at) {
    int code = failure(shown, FAILING_DISK_READ, SQLITE_IOERR_READ);
    return code ? code : real(shown)->pMethods->xRead(real(shown), bytes, count, at);
}

static int file_write(sqlite3_file *shown, const void *bytes, int count, sqlite3_int64 at) {
    int code = failure(shown, FAILING_DISK_WRITE, SQLITE_IOERR_WRITE);
    if (!code) return real(shown)->pMethods->xWrite(real(shown), bytes, count, at);
    int number = errno;
    real(shown)->pMethods->xWrite(real(shown), bytes, count / 2, at);
    errno = number;
    return code;
}

static int file_truncate(sqlite3_file *shown, sqlite3_int64 size) {
    int code = failure(shown, FAILING_DISK_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    return code ? code : real(shown)->pMethods->xTruncate(real(shown), size);
}

static int file_sync(sqlite3_file *shown, int flags) {
    int code = failure(shown, FAILING_DISK_SYNC, SQLITE_IOERR_FSYNC);
    return code ? code : real(shown)->pMethods->xSync(real(shown), flags);
}

static int file_size(sqlite3_file *shown, sqlite3_int64 *size) {
    return real(shown)->pMethods->xFileSize(real(shown), size);
}

static int file_lock(sqlite3_file *shown, int level) {
    return real(shown)->pMethods->xLock(real(shown), level);
}

static int file_unlock(sqlite3_file *shown, int level) {
    return real(shown)->pMethods->xUnlock(real(shown), level);
}

static int file_check_lock(sqlite3_file *shown, int *answer) {
    return real(shown)->pMethods->xCheckReservedLock(real(shown), answer);
}

static int file_control(sqlite3_file *shown, int operation, void *argument) {
    return real(shown)->pMethods->xFileControl(real(shown), operation, argument);
}

static int file_sector(sqlite3_file *shown) {
    return real(shown)->pMethods->xSectorSize(real(shown));
}

static int file_characteristics(sqlite3_file *shown) {
    return real(shown)->pMethods->xDeviceCharacteristics(real(shown));
}

static int file_map(
    sqlite3_file *shown, int region, int size, int extend, void volatile **place
) {
    int code = extend ? failure(shown, FAILING_DISK_INDEX, SQLITE_IOERR_SHMSIZE) : SQLITE_OK;
    return code ? code : real(shown)->pMethods->xShmMap(real(shown), region, size, extend, place);
}

static int file_map_lock(sqlite3_file *shown, int offset, int count, int flags) {
    return real(shown)->pMethods->xShmLock(real(shown), offset, count, flags);
}

static void file_map_barrier(sqlite3_file *shown) {
    real(shown)->pMethods->xShmBarrier(real(shown));
}

static int file_unmap(sqlite3_file *shown, int remove) {
    return real(shown)->pMethods->xShmUnmap(real(shown), remove);
}

/// Version 2: without memory-mapped reads, which could not be made to fail.
static const sqlite3_io_methods methods = {
    2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock,
    file_unlock, file_check_lock, file_control, file_sector, file_characteristics, file_map,
    file_map_lock, file_map_barrier, file_unmap, NULL, NULL,
};

static failing_disk *disk_of(const char *name) {
    failing_disk *found = NULL;
    pthread_mutex_lock(&lock);
    for (int index = 0; name && index < DISK_COUNT; index++) {
        failing_disk *disk = disks[index];
        size_t length = disk ? strlen(disk->directory) : 0;
        if (disk && !strncmp(name, disk->directory, length) && name[length] == '/') found = disk;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static int layer_open(
    sqlite3_vfs *self, const char *name, sqlite3_file *shown, int flags, int *flags_out
) {
    (void)self;
    file *opened = (file *)shown;
    memset(opened, 0, sizeof *opened);
    opened->real = (sqlite3_file *)(opened + 1);
    opened->disk = disk_of(name);
    if (name) strncpy(opened->name, name, PATH_SIZE - 1);
    int code = below->xOpen(below, name, opened->real, flags, flags_out);
    shown->pMethods = opened->real->pMethods ? &methods : NULL;
    return code;
}

static void stack(void) {
    below = sqlite3_vfs_find(NULL);
    layer = *below;
    layer.pNext = NULL;
    layer.zName = "failing-disk";
    layer.szOsFile = (int)sizeof(file) + below->szOsFile;
    layer.xOpen = layer_open;
}

failing_disk *failing_disk_open(const char *directory) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (strlen(directory) >= PATH_SIZE) return NULL;
    pthread_once(&once, stack);
    // Whatever was made the default meanwhile.
    if (sqlite3_vfs_register(&layer, 1) != SQLITE_OK) return NULL;
    failing_disk *disk = calloc(1, sizeof *disk), *opened = NULL;
    if (!disk) return NULL;
    strcpy(disk->directory, directory);
    pthread_mutex_lock(&lock);
    for (int index = 0; index < DISK_COUNT && !opened; index++)
        if (!disks[index]) opened = disks[index] = disk;
    pthread_mutex_unlock(&lock);
    if (!opened) free(disk);
    return opened;
}

void failing_disk_close(failing_disk *disk) {
    pthread_mutex_lock(&lock);
    for (int index = 0; index < DISK_COUNT; index++)
        if (disks[index] == disk) disks[index] = NULL;
    pthread_mutex_unlock(&lock);
    free(disk);
}

void failing_disk_fail(failing_disk *disk, int kinds, int number, int reason, int forever) {
    pthread_mutex_lock(&lock);
    memset(disk->counts, 0, sizeof disk->counts);
    disk->kinds = kinds;
    disk->number = number;
    disk->reason = reason;
    disk->forever = forever;
    disk->has_failed = 0;
    disk->retried_syncs = 0;
    disk->unsynced_count = 0;
    pthread_mutex_unlock(&lock);
}

int failing_disk_count(failing_disk *disk, int kinds) {
    int count = 0;
    pthread_mutex_lock(&lock);
    for (int index = 0; index < KIND_COUNT; index++)
        if (kinds & 1 << index) count += disk->counts[index];
    pthread_mutex_unlock(&lock);
    return count;
}

int failing_disk_has_failed(failing_disk *disk) {
    pthread_mutex_lock(&lock);
    int answer = disk->has_failed;
    pthread_mutex_unlock(&lock);
    return answer;
}

int failing_disk_retried_syncs(failing_disk *disk) {
    pthread_mutex_lock(&lock);
    int answer = disk->retried_syncs;
    pthread_mutex_unlock(&lock);
    return answer;
}
